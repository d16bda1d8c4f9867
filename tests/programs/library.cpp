// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "library.hpp"

#include "every_method.hpp"

void library_bootstrap() { tandem::bootstrap(); }
void library_try_every_method() { report::try_every_method(); }
