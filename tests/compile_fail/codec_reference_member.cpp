// expect: tandem: an aggregate with a reference, a const member or a member that cannot be moved
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/codec.hpp"

struct request {
    int& target;
};

void send(tandem::encoder& out, const request& value) { out.write(value); }
