// expect: tandem: a pointer to a member cannot cross to another process: pass mp::fn<&type::member>
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

struct shape {
    double width;
};

void run(const tandem::pool& workers) { workers.submit(&shape::width, shape{1.0}).get(); }
