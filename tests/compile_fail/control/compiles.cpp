// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What the files beside this folder do, done right.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tandem/codec.hpp"

namespace {

struct request {
    int length;
    std::string text;
    std::vector<std::unique_ptr<int>> rest;
    std::variant<int, double> number;
};
static_assert(tandem::portable<request>);

} // namespace

void compiles();
void compiles() {
    tandem::encoder out;
    out.write(request{});
    tandem::decoder in{out.bytes()};
    static_cast<void>(in.read<request>());
}
