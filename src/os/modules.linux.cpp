// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/modules.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>

#include "os/unique_fd.hpp"

namespace tandem::os {

namespace {

constexpr std::size_t largest_notes = 65'536; // bytes; a build id is among the first

constexpr std::size_t padded_to(std::size_t bytes, std::size_t alignment) noexcept {
    return (bytes + alignment - 1) / alignment * alignment;
}

// Walks the notes of one segment: header, name, description, the latter two padded.
build_id find_build_id(std::span<const std::byte> notes, std::size_t alignment) {
    build_id id;
    std::size_t at = 0;
    while (at + sizeof(ElfW(Nhdr)) <= notes.size()) {
        ElfW(Nhdr) note{};
        std::memcpy(&note, notes.data() + at, sizeof note);
        const auto name = at + sizeof note;
        const auto description = name + padded_to(note.n_namesz, alignment);
        const auto end = description + padded_to(note.n_descsz, alignment);
        if (end > notes.size()) break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof ELF_NOTE_GNU &&
            std::memcmp(notes.data() + name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0) {
            std::memcpy(id.bytes.data(), notes.data() + description,
                        std::min<std::size_t>(note.n_descsz, id.bytes.size()));
            break;
        }
        at = end;
    }
    return id;
}

constexpr std::size_t note_alignment(const ElfW(Phdr) & segment) noexcept {
    return segment.p_align == 8 ? 8 : 4;
}

// The file that is mapped at `address`. The loader knows a library by the path that it was given,
// which may be relative to a directory that is the current one no more.
std::string mapped_file(std::uintptr_t address) {
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields{line};
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        std::string ignored;
        std::string path;
        fields >> std::hex >> begin >> dash >> end;
        if (address < begin || address >= end) continue;
        fields >> ignored >> ignored >> ignored >> ignored >> std::ws; // to the path
        std::getline(fields, path);
        return path;
    }
    return {};
}

loaded_module describe(const dl_phdr_info& info) {
    loaded_module module;
    module.base = info.dlpi_addr;
    module.path = info.dlpi_name == nullptr ? "" : info.dlpi_name;
    for (std::size_t i = 0; i < info.dlpi_phnum; ++i) {
        const auto& segment = info.dlpi_phdr[i];
        const auto begin = info.dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0)
            module.code.push_back({begin, begin + segment.p_memsz});
        if (segment.p_type == PT_NOTE && !module.id.present()) {
            // A note segment lies inside a loaded one, at this address.
            const auto* notes =
                reinterpret_cast<const std::byte*>(begin); // NOLINT(performance-no-int-to-ptr)
            module.id = find_build_id({notes, segment.p_memsz}, note_alignment(segment));
        }
    }
    return module;
}

int collect(dl_phdr_info* info, std::size_t /*bytes*/, void* modules) {
    static_cast<std::vector<loaded_module>*>(modules)->push_back(describe(*info));
    return 0;
}

int count_changes(dl_phdr_info* info, std::size_t /*bytes*/, void* changes) {
    *static_cast<std::uint64_t*>(changes) = info->dlpi_adds + info->dlpi_subs;
    return 1; // each module tells the same
}

bool is_relative(const std::string& path) { // the kernel's own module has a name and no path
    return !path.starts_with('/') && path.contains('/');
}

bool read_at(const unique_fd& file, std::span<std::byte> into, std::uint64_t offset) noexcept {
    const auto bytes = retry_on_eintr(
        [&] { return ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset)); });
    return bytes == static_cast<ssize_t>(into.size());
}

bool has_our_format(const ElfW(Ehdr) & header) noexcept {
    constexpr auto word_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
    return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
           header.e_ident[EI_CLASS] == word_class && header.e_phentsize == sizeof(ElfW(Phdr));
}

} // namespace

std::string build_id::text() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string written;
    for (const auto byte : bytes) {
        written += digits[std::to_integer<unsigned>(byte >> 4)];
        written += digits[std::to_integer<unsigned>(byte & std::byte{15})];
    }
    return written;
}

bool loaded_module::contains_code(std::uintptr_t address) const noexcept {
    return std::ranges::any_of(code, [&](const code_range& range) {
        return range.begin <= address && address < range.end;
    });
}

std::vector<loaded_module> loaded_modules() {
    std::vector<loaded_module> modules;
    ::dl_iterate_phdr(&collect, &modules);
    for (auto& module : modules) // not in the callback, under the loader's lock
        if (is_relative(module.path) && !module.code.empty())
            module.path = mapped_file(module.code.front().begin);
    return modules;
}

std::uint64_t module_generation() noexcept {
    std::uint64_t changes = 0;
    ::dl_iterate_phdr(&count_changes, &changes);
    return changes;
}

result<build_id> read_build_id(const std::string& path) {
    const unique_fd file{
        retry_on_eintr([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); })};
    if (!file) return last_error();
    ElfW(Ehdr) header{};
    if (!read_at(file, std::as_writable_bytes(std::span{&header, 1}), 0)) return build_id{};
    if (!has_our_format(header)) return build_id{};
    std::vector<ElfW(Phdr)> segments(header.e_phnum);
    if (!read_at(file, std::as_writable_bytes(std::span{segments}), header.e_phoff))
        return build_id{};
    for (const auto& segment : segments) {
        if (segment.p_type != PT_NOTE || segment.p_filesz > largest_notes) continue;
        std::vector<std::byte> notes(segment.p_filesz);
        if (!read_at(file, notes, segment.p_offset)) continue;
        const auto id = find_build_id(notes, note_alignment(segment));
        if (id.present()) return id;
    }
    return build_id{};
}

std::expected<void, std::string> load_module(const std::string& path) {
    if (::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr) return {};
    const char* words = ::dlerror(); // NOLINT(concurrency-mt-unsafe): per thread in glibc
    return std::unexpected{words == nullptr ? "for no reason that the loader knows" : words};
}

void* loaded_symbol(const char* name) noexcept { return ::dlsym(RTLD_DEFAULT, name); }

} // namespace tandem::os
