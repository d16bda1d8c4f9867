// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tandem::os {

/// The identity that the linker gave a program or shared library (GNU build id), cut or filled with
/// zeros to 20 bytes. Equal ids mean equal files.
struct build_id {
    std::array<std::byte, 20> bytes{};

    friend auto operator<=>(const build_id&, const build_id&) = default;
    [[nodiscard]] bool present() const noexcept { return *this != build_id{}; }
    [[nodiscard]] std::string text() const; // hexadecimal
};

/// A program or shared library as loaded into this process.
struct loaded_module {
    struct code_range {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
    };

    build_id id;
    std::uintptr_t base = 0; // offsets count from here
    std::string path;        // empty for the program itself
    std::vector<code_range> code;

    [[nodiscard]] bool contains_code(std::uintptr_t address) const noexcept;
};

/// All modules loaded now, the program itself first.
/// Source  dl_iterate_phdr(3), elf(5) for the note with the build id.
[[nodiscard]] std::vector<loaded_module> loaded_modules();

} // namespace tandem::os
