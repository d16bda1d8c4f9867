// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "os/result.hpp"

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
    std::string path;        // absolute; empty for the program itself
    std::vector<code_range> code;

    [[nodiscard]] bool contains_code(std::uintptr_t address) const noexcept;
};

/// All modules loaded now, the program itself first.
/// Source  dl_iterate_phdr(3), elf(5) for the note with the build id.
[[nodiscard]] std::vector<loaded_module> loaded_modules();

/// Another number whenever a module has been loaded or unloaded.
[[nodiscard]] std::uint64_t module_generation() noexcept;

/// The build id in a file; not present() if the file has none, or is no ELF file of this machine's
/// word size.
[[nodiscard]] result<build_id> read_build_id(const std::string& path);

/// Loads a shared library for the rest of the process's life and runs its static initialisers. Its
/// symbols are all resolved now, or else it fails, and are not offered to libraries loaded later.
/// Fails with the loader's words, for which there are no numbers.
/// Source  dlopen(3)
[[nodiscard]] std::expected<void, std::string> load_module(const std::string& path);

/// A function with C linkage that the program or one of the libraries that it is linked with has
/// under this name; null if none has.
/// Source  dlsym(3), RTLD_DEFAULT
[[nodiscard]] void* loaded_symbol(const char* name) noexcept;

} // namespace tandem::os
