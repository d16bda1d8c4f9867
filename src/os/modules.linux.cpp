// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/modules.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>

namespace tandem::os {

namespace {

constexpr std::size_t padded_to(std::size_t bytes, std::size_t alignment) noexcept {
    return (bytes + alignment - 1) / alignment * alignment;
}

// Walks the notes of one segment: header, name, description, the latter two padded.
build_id find_build_id(const std::byte* notes, std::size_t bytes, std::size_t alignment) {
    build_id id;
    std::size_t at = 0;
    while (at + sizeof(ElfW(Nhdr)) <= bytes) {
        ElfW(Nhdr) note{};
        std::memcpy(&note, notes + at, sizeof note);
        const auto name = at + sizeof note;
        const auto description = name + padded_to(note.n_namesz, alignment);
        const auto end = description + padded_to(note.n_descsz, alignment);
        if (end > bytes) break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof ELF_NOTE_GNU &&
            std::memcmp(notes + name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0) {
            std::memcpy(id.bytes.data(), notes + description,
                        std::min<std::size_t>(note.n_descsz, id.bytes.size()));
            break;
        }
        at = end;
    }
    return id;
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
            const std::size_t alignment = segment.p_align == 8 ? 8 : 4;
            module.id = find_build_id(notes, segment.p_memsz, alignment);
        }
    }
    return module;
}

int collect(dl_phdr_info* info, std::size_t /*bytes*/, void* modules) {
    static_cast<std::vector<loaded_module>*>(modules)->push_back(describe(*info));
    return 0;
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
    return modules;
}

} // namespace tandem::os
