// expect: tandem: mp::fn takes a function, a member function or a data member
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int run(const tandem::pool& workers) { return workers.submit(tandem::fn<7>, 1).get(); }
