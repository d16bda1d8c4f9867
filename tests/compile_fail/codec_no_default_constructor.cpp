// expect: tandem: a class with serialize() needs a default constructor
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/codec.hpp"

class account {
public:
    explicit account(int balance) : balance_{balance} {}

    template <class Archive>
    void serialize(Archive& archive) {
        archive(balance_);
    }

private:
    int balance_;
};

account receive(tandem::decoder& in) { return in.read<account>(); }
