// expect: tandem: a view (std::string_view, std::span) does not own what it shows
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <string_view>

#include "tandem/tandem.hpp"

std::string_view first_word(const std::string& text);

void run() { tandem::process_result{first_word, std::string{"two words"}}.get(); }
