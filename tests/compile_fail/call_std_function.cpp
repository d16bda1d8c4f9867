// expect: tandem: std::function hides what it holds: pass the function, lambda or function object
// itself SPDX-FileCopyrightText: The Tandem authors SPDX-License-Identifier: Apache-2.0

#include <functional>
#include <vector>

#include "tandem/tandem.hpp"

void run(const tandem::pool& workers, const std::function<int(int)>& f) {
    workers.map(f, std::vector{1, 2, 3});
}
