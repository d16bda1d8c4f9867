// expect: tandem: this lambda captures by reference
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

void run(int level) {
    const tandem::pool workers{{.processes = 1}, [&] { return level; }};
}
