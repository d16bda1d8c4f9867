// expect: tandem: an aggregate with a base class is not portable
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/codec.hpp"

struct animal {
    int legs;
};
struct dog : animal {
    int age;
};

dog receive(tandem::decoder& in) { return in.read<dog>(); }
