// expect: tandem: a view (std::string_view, std::span) does not own what it shows
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <span>
#include <string>

#include "tandem/codec.hpp"

using spans = std::map<std::string, std::span<int>>;

spans receive(tandem::decoder& in) { return in.read<spans>(); }
