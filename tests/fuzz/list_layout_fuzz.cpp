// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Reads arbitrary memory as a list, and writes to it. The first byte says what is written, and how
// much of it; the rest is the memory, of exactly that size, so that a step out of it is seen.
//
// Aborts if an item is out of the memory; if what has been written cannot be read, or is read as
// something else.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "shm/list_layout.hpp"

namespace {

using namespace tandem::shm;

constexpr std::array kinds{item_kind::none, item_kind::boolean, item_kind::integer,
                           item_kind::real, item_kind::text,    item_kind::bytes};
constexpr std::array<std::byte, 40> ones = [] {
    std::array<std::byte, 40> filled{};
    filled.fill(std::byte{1});
    return filled;
}();

void require(bool holds) {
    if (!holds) std::abort();
}

/// What the first byte says.
list_item item_of(std::uint8_t choice) {
    const auto kind = kinds[choice % kinds.size()];
    switch (kind) {
        case item_kind::none:
            return {};
        case item_kind::boolean:
            return {.kind = kind, .content = std::span{ones}.first(1)};
        case item_kind::integer:
        case item_kind::real:
            return {.kind = kind, .content = std::span{ones}.first(8)};
        default:
            return {.kind = kind, .content = std::span{ones}.first(choice % ones.size())};
    }
}

void require_within(std::span<const std::byte> memory, std::span<const std::byte> part) {
    if (part.empty()) return;
    require(part.data() >= memory.data());
    require(part.data() + part.size() <= memory.data() + memory.size());
    require(std::ranges::count(part, std::byte{0}) >= 0); // reads all of it
}

void check_item(const list_layout& list, std::size_t index, std::span<const std::byte> memory) {
    require(list.format(index).size() <= 8);
    if (const auto item = list.item(index)) require_within(memory, item->content);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto input = std::as_bytes(std::span{data, size}).subspan(1);
    std::vector<std::byte> memory{input.begin(), input.end()};
    memory.shrink_to_fit();
    const auto list = list_layout::read(memory);
    if (!list) return 0;

    const auto written = item_of(data[0]);
    for (std::size_t i = 0; i < list->size(); ++i) {
        check_item(*list, i, memory);
        if (!list->put(i, written)) continue;
        const auto read = list->item(i);
        require(read && read->kind == written.kind);
        require(std::ranges::equal(read->content, written.content));
    }
    // Items do not overlap: the second one has not changed the first.
    for (std::size_t i = 0; i < list->size(); ++i) check_item(*list, i, memory);
    return 0;
}
