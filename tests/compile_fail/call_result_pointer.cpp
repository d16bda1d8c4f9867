// expect: tandem: a raw pointer cannot cross to another process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

const char* name_of(int number);

void run(const tandem::pool& workers) { (void)workers.submit(name_of, 1).get(); }
