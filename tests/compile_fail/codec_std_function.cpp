// expect: tandem: std::function hides what it holds
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <functional>

#include "tandem/codec.hpp"

void send(tandem::encoder& out, const std::function<void()>& f) { out.write(f); }
