// expect: tandem: a pointer to a member cannot cross to another process: pass mp::fn<&type::member>
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

struct shape {
    double width;
    double area() const { return width * width; }
};

void run(const tandem::pool& workers, const std::vector<shape>& shapes) {
    workers.map(&shape::area, shapes);
}
