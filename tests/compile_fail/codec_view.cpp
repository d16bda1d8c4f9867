// expect: tandem: a view (std::string_view, std::span) does not own what it shows
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string_view>

#include "tandem/codec.hpp"

void send(tandem::encoder& out, std::string_view text) { out.write(text); }
