// expect: tandem: this type is not portable: make it an aggregate of portable members
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/codec.hpp"

class account {
public:
    explicit account(int balance) : balance_{balance} {}
    int balance() const { return balance_; }

private:
    int balance_;
};

void send(tandem::encoder& out, const account& value) { out.write(value); }
