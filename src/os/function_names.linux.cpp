// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/function_names.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <optional>

#include "os/result.hpp"
#include "os/type_name.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

namespace {

using header = ElfW(Ehdr);
using section = ElfW(Shdr);
using symbol = ElfW(Sym);

constexpr std::size_t symbols_at_a_time = 4096; // 96 KiB
constexpr std::size_t longest_name = 4096;

/// Opens nothing that waits, or that does something when it is opened.
unique_fd open_regular(const std::string& path) noexcept {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    return unique_fd{retry_on_eintr([&] { return ::open(path.c_str(), flags); })};
}

/// Reads up to `into.size()` bytes; returns how many there were.
std::size_t read_some(const unique_fd& file, std::span<std::byte> into,
                      std::uint64_t offset) noexcept {
    const auto bytes = retry_on_eintr(
        [&] { return ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset)); });
    return bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
}

template <class T>
bool read_all(const unique_fd& file, std::span<T> into, std::uint64_t offset) noexcept {
    const auto bytes = std::as_writable_bytes(into);
    return read_some(file, bytes, offset) == bytes.size();
}

struct symbol_table {
    section symbols{};
    section names{};
};

/// The full table, or else the one that the loader uses, which every library has.
std::optional<symbol_table> find_table(const unique_fd& file) {
    header elf{};
    if (!read_all(file, std::span{&elf, 1}, 0)) return std::nullopt;
    constexpr auto word_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
    if (std::memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != word_class ||
        elf.e_shentsize != sizeof(section))
        return std::nullopt;
    std::vector<section> sections(elf.e_shnum);
    if (!read_all(file, std::span{sections}, elf.e_shoff)) return std::nullopt;
    for (const auto kind : {SHT_SYMTAB, SHT_DYNSYM}) {
        const auto found = std::ranges::find(sections, kind, &section::sh_type);
        if (found == sections.end() || found->sh_link >= sections.size()) continue;
        return symbol_table{*found, sections[found->sh_link]};
    }
    return std::nullopt;
}

bool is_function(const symbol& entry) noexcept {
    const auto type = entry.st_info & 0xfU;
    return (type == STT_FUNC || type == STT_GNU_IFUNC) && entry.st_shndx != SHN_UNDEF;
}

std::string read_name(const unique_fd& file, const section& names, std::uint64_t at) {
    if (at >= names.sh_size) return {};
    std::array<char, longest_name> text{};
    const auto most = std::min<std::uint64_t>(text.size(), names.sh_size - at);
    const auto bytes =
        read_some(file, std::as_writable_bytes(std::span{text}).first(most), names.sh_offset + at);
    const auto end = std::find(text.begin(), text.begin() + bytes, '\0');
    return demangled(std::string{text.begin(), end}.c_str());
}

} // namespace

std::vector<std::string> function_names(const std::string& path,
                                        std::span<const std::uint64_t> offsets) {
    std::vector<std::string> names(offsets.size());
    const auto file = open_regular(path);
    if (!file) return names;
    const auto table = find_table(file);
    if (!table) return names;
    std::vector<symbol> symbols(symbols_at_a_time);
    for (std::uint64_t read = 0; read < table->symbols.sh_size;) {
        const auto left =
            std::min<std::uint64_t>(table->symbols.sh_size - read, symbols.size() * sizeof(symbol));
        const auto bytes = read_some(file, std::as_writable_bytes(std::span{symbols}).first(left),
                                     table->symbols.sh_offset + read);
        const auto count = bytes / sizeof(symbol);
        if (count == 0) break;
        read += count * sizeof(symbol);
        for (const auto& entry : std::span{symbols}.first(count)) {
            if (!is_function(entry)) continue;
            for (std::size_t i = 0; i < offsets.size(); ++i)
                if (offsets[i] - entry.st_value < entry.st_size && names[i].empty())
                    names[i] = read_name(file, table->names, entry.st_name);
        }
    }
    return names;
}

std::string running_program_path() {
    std::array<char, PATH_MAX> path{};
    const auto bytes = ::readlink(running_program, path.data(), path.size());
    return bytes <= 0 ? running_program : std::string{path.data(), static_cast<std::size_t>(bytes)};
}

} // namespace tandem::os
