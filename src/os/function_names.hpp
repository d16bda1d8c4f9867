// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tandem::os {

/// The functions that a program or shared library has at `offsets` from its load address, as
/// written in C++; an empty name where there is none, and for all of them if the file cannot be
/// read or is of another kind. `path` may be anything: only regular files are looked at. Cost reads
/// the table of symbols: about a millisecond for 100,000 of them. Source    elf(5)
[[nodiscard]] std::vector<std::string> function_names(const std::string& path,
                                                      std::span<const std::uint64_t> offsets);

/// The file that this process runs, by a path that leads to it even if it was replaced or deleted.
inline constexpr const char* running_program = "/proc/self/exe";
/// Where that file lies, for people; as above if it cannot be found out.
[[nodiscard]] std::string running_program_path();

} // namespace tandem::os
