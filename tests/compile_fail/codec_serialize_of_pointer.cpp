// expect: tandem: a raw pointer cannot cross to another process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/codec.hpp"

class list {
public:
    template <class Archive>
    void serialize(Archive& archive) {
        archive(next_); // seen only here: the concept does not look into serialize()
    }

private:
    list* next_ = nullptr;
};

void send(tandem::encoder& out, const list& value) { out.write(value); }
