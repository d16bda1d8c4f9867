// expect: tandem: std::function hides what it holds
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <functional>

#include "tandem/tandem.hpp"

int twice(const std::function<int()>& f) { return 2 * f(); }

int run(const tandem::pool& workers, const std::function<int()>& f) {
    return workers.submit(twice, f).get();
}
