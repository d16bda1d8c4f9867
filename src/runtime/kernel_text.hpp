// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::runtime {

/// The number that a text of the kernel begins with, after blanks; nullopt if there is none, as in
/// "max", or if it is negative or too large.
[[nodiscard]] std::optional<std::uint64_t> leading_number(std::string_view text);

/// The number behind `key` at the beginning of a line: "MemFree:  12 kB" or "cache 12".
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view text, std::string_view key);

/// Takes the text up to the next `separator` off the front of `rest`.
[[nodiscard]] std::string_view take_up_to(std::string_view& rest, char separator);

/// "1.5 GiB", "512 MiB", "100 bytes".
[[nodiscard]] std::string bytes_in_words(std::uint64_t bytes);

} // namespace tandem::runtime
