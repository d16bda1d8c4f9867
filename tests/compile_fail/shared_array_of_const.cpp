// expect: tandem: elements of shared memory are neither const nor volatile
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

void run(const tandem::shared_array<int>& numbers) {
    const tandem::shared_array<const int> same{numbers};
}
