// expect: tandem: the system can wait for a change of four bytes only
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

void run(const tandem::shared_value<double>& time) { time.wait(0.0); }
