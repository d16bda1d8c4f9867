// expect: tandem: a view (std::string_view, std::span) does not own what it shows
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <initializer_list>

#include "tandem/tandem.hpp"

std::size_t count(std::initializer_list<int> values) { return values.size(); }

std::size_t run(const tandem::pool& workers, std::initializer_list<int> values) {
    return workers.submit(count, values).get();
}
