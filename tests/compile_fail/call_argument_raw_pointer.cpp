// expect: tandem: a raw pointer cannot cross to another process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int length(const int* values);

int run(const tandem::pool& workers, const int* values) {
    return workers.submit(length, values).get();
}
