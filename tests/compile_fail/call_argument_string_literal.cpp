// expect: (std::string for a string literal)
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "tandem/tandem.hpp"

std::size_t length(const std::string& text) { return text.size(); }

std::size_t run(const tandem::pool& workers) { return workers.submit(length, "text").get(); }
