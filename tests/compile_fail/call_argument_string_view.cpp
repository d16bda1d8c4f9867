// expect: tandem: a view (std::string_view, std::span) does not own what it shows
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string_view>

#include "tandem/tandem.hpp"

std::size_t length(std::string_view text) { return text.size(); }

std::size_t run(const tandem::pool& workers, std::string_view text) {
    return workers.submit(length, text).get();
}
