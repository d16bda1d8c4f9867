// expect: tandem: a raw pointer cannot cross to another process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/codec.hpp"

struct request {
    int length;
    const char* text;
};

void send(tandem::encoder& out, const request& value) { out.write(value); }
