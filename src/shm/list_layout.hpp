// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::shm {

enum class item_kind : std::uint8_t { none, boolean, integer, real, text, bytes };

/// An item as it is stored: 1 byte of a boolean, 8 of an integer or real, any number of a text or
/// bytes. Of one that has been read they are in the list's memory.
struct list_item {
    item_kind kind = item_kind::none;
    std::span<const std::byte> content{};

    [[nodiscard]] bool has_length() const noexcept {
        return kind == item_kind::text || kind == item_kind::bytes;
    }
};

/// What is wrong: a half sentence without a subject.
template <class T>
using or_fault = std::expected<T, std::string_view>;

/// The layout of Python's ShareableList, see docs/protocol/shareable_list.md.
///
/// Sharing   whoever has the memory may write items at any time; there is no lock.
/// Crash     an item may be half written.
/// Trust     number and places of the items are checked and kept when the list is read, and an
///           item's format whenever it is used: what others write there is a fault, never a way out
///           of the memory.
/// Source    CPython, Lib/multiprocessing/shared_memory.py
class list_layout {
public:
    /// The most that a text or bytes may have: the format that says so has eight letters.
    static constexpr std::size_t longest_content = 9'999'991;

    /// Bytes that a list of `items` takes.
    [[nodiscard]] static or_fault<std::size_t> bytes_for(std::span<const list_item> items);
    /// Makes that list in `memory`, which has so many bytes and holds zeros.
    [[nodiscard]] static list_layout write(std::span<std::byte> memory,
                                           std::span<const list_item> items);
    /// The list that is there.
    [[nodiscard]] static or_fault<list_layout> read(std::span<std::byte> memory);

    [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }
    /// Bytes that a text there may have.
    [[nodiscard]] std::size_t slot_bytes(std::size_t index) const noexcept {
        return slots_[index].size();
    }

    [[nodiscard]] or_fault<list_item> item(std::size_t index) const;
    [[nodiscard]] or_fault<void> put(std::size_t index, const list_item& item) const;
    /// The format of item `index` in the words of Python's struct.
    [[nodiscard]] std::string format(std::size_t index) const;

private:
    list_layout(std::vector<std::span<std::byte>> slots, std::span<std::byte> notes) noexcept
        : slots_{std::move(slots)}, notes_{notes} {}

    std::vector<std::span<std::byte>> slots_; // one per item
    std::span<std::byte> notes_;              // formats, then codes
};

} // namespace tandem::shm
