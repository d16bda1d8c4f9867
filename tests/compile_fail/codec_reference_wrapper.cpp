// expect: tandem: std::reference_wrapper refers to an object of this process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <functional>
#include <vector>

#include "tandem/codec.hpp"

void send(tandem::encoder& out, std::vector<std::reference_wrapper<int>> values) {
    out.write(values);
}
