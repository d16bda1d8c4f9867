// expect: tandem: a pointer to a polymorphic class would lose the derived part
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>

#include "tandem/codec.hpp"

struct shape {
    virtual ~shape() = default;
};

void send(tandem::encoder& out, const std::unique_ptr<shape>& value) { out.write(value); }
