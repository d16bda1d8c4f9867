// expect: tandem: a view
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string_view>

#include "tandem/tandem.hpp"

void run(const tandem::pool& workers) { (void)workers.share(std::string_view{"text"}); }
