// expect: tandem: worker_state<S>() takes the type that the initializer returns
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int run() { return tandem::this_process::worker_state<const int>(); }
