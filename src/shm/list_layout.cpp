// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/list_layout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

namespace tandem::shm {

namespace {

constexpr std::size_t word = 8; // bytes: counts, offsets, formats, the unit of slots
constexpr std::size_t boolean_at = 7;
constexpr std::string_view integer_format = "q";
constexpr std::string_view real_format = "d";
constexpr std::string_view boolean_format = "xxxxxxx?";
constexpr std::string_view none_format = "xxxxxx?x";

enum class code : std::uint8_t { plain = 0, text = 1, bytes = 2, none = 3 };

using format_bytes = std::array<char, word>;

std::int64_t number_at(std::span<const std::byte> memory, std::size_t place) noexcept {
    std::int64_t number = 0;
    std::memcpy(&number, memory.data() + place, sizeof number);
    return number;
}

void put_number(std::span<std::byte> memory, std::size_t place, std::size_t number) noexcept {
    const auto stored = static_cast<std::int64_t>(number);
    std::memcpy(memory.data() + place, &stored, sizeof stored);
}

/// Python gives an item of n letters the next multiple of 8 above n.
std::size_t slot_for(const list_item& item) noexcept {
    return item.has_length() ? word * (item.content.size() / word + 1) : word;
}

std::size_t data_begin(std::size_t count) noexcept { return word * (count + 2); }

/// `place` in the form of a format: "24s".
format_bytes length_format(std::size_t bytes) noexcept {
    format_bytes format{};
    // It fits, or the letter is missing, which is refused when it is read.
    const auto end = std::to_chars(format.begin(), format.end(), bytes).ptr;
    if (end != format.end()) *end = 's';
    return format;
}

format_bytes format_of(const list_item& item, std::size_t slot) noexcept {
    format_bytes format{};
    const auto copy = [&](std::string_view text) { text.copy(format.data(), format.size()); };
    switch (item.kind) {
        case item_kind::none:
            copy(none_format);
            break;
        case item_kind::boolean:
            copy(boolean_format);
            break;
        case item_kind::integer:
            copy(integer_format);
            break;
        case item_kind::real:
            copy(real_format);
            break;
        case item_kind::text:
        case item_kind::bytes:
            return length_format(slot);
    }
    return format;
}

code code_of(item_kind kind) noexcept {
    switch (kind) {
        case item_kind::none:
            return code::none;
        case item_kind::text:
            return code::text;
        case item_kind::bytes:
            return code::bytes;
        default:
            return code::plain;
    }
}

/// The number before the letter s.
std::optional<std::size_t> length_in(std::string_view format) noexcept {
    if (!format.ends_with('s')) return std::nullopt;
    std::size_t length = 0;
    const char* const end = std::to_address(format.end()) - 1;
    const auto parsed = std::from_chars(std::to_address(format.begin()), end, length);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return length;
}

std::span<const std::byte> without_zeros_behind(std::span<const std::byte> bytes) noexcept {
    while (!bytes.empty() && bytes.back() == std::byte{0}) bytes = bytes.first(bytes.size() - 1);
    return bytes;
}

or_fault<list_item> item_in(std::span<const std::byte> slot, std::string_view format, code what) {
    if (what == code::none) return list_item{};
    if (what == code::text || what == code::bytes) {
        const auto length = length_in(format);
        if (!length || *length > slot.size())
            return std::unexpected{"has an item whose format is not that of a text in its place"};
        return list_item{.kind = what == code::text ? item_kind::text : item_kind::bytes,
                         .content = without_zeros_behind(slot.first(*length))};
    }
    if (what != code::plain) return std::unexpected{"has an item of an unknown code"};
    if (slot.size() < word) return std::unexpected{"has a number in a place of less than 8 bytes"};
    if (format == integer_format) return list_item{item_kind::integer, slot.first(word)};
    if (format == real_format) return list_item{item_kind::real, slot.first(word)};
    if (format == boolean_format) return list_item{item_kind::boolean, slot.subspan(boolean_at, 1)};
    return std::unexpected{"has an item of an unknown format"};
}

} // namespace

or_fault<std::size_t> list_layout::bytes_for(std::span<const list_item> items) {
    std::size_t bytes = data_begin(items.size()) + items.size() * (word + 1);
    for (const auto& item : items) {
        if (item.content.size() > longest_content)
            return std::unexpected{"has an item of 10,000,000 bytes or more"};
        bytes += slot_for(item);
    }
    return bytes;
}

list_layout list_layout::write(std::span<std::byte> memory, std::span<const list_item> items) {
    put_number(memory, 0, items.size());
    const auto begin = data_begin(items.size());
    std::size_t offset = 0;
    std::vector<std::span<std::byte>> slots;
    slots.reserve(items.size());
    for (const auto& item : items) {
        put_number(memory, word * (slots.size() + 1), offset);
        slots.push_back(memory.subspan(begin + offset, slot_for(item)));
        offset += slots.back().size();
    }
    put_number(memory, word * (items.size() + 1), offset);

    const auto notes = memory.subspan(begin + offset, items.size() * (word + 1));
    list_layout made{std::move(slots), notes};
    for (std::size_t i = 0; i < items.size(); ++i) (void)made.put(i, items[i]);
    return made;
}

or_fault<list_layout> list_layout::read(std::span<std::byte> memory) {
    constexpr std::size_t least = 2 * word; // a count of 0, and one offset
    if (memory.size() < least) return std::unexpected{"is too small for a list"};
    const auto count = number_at(memory, 0);
    const auto most = (memory.size() - least) / (word + word + 1); // offset, format, code
    if (count < 0 || static_cast<std::uint64_t>(count) > most)
        return std::unexpected{"claims to have more items than there is room for"};
    const auto size = static_cast<std::size_t>(count);

    const auto behind = memory.subspan(data_begin(size)); // items, formats, codes
    const auto room = behind.size() - size * (word + 1);  // for items
    const auto offset_of = [&](std::size_t index) {
        return static_cast<std::uint64_t>(number_at(memory, word * (index + 1)));
    };
    std::vector<std::span<std::byte>> slots;
    slots.reserve(size);
    auto offset = offset_of(0);
    for (std::size_t i = 0; i < size; ++i) {
        const auto end = offset_of(i + 1);
        if (offset > end || end > room)
            return std::unexpected{"has an item that is out of the list's memory"};
        slots.push_back(behind.subspan(offset, end - offset));
        offset = end;
    }
    if (offset > room) return std::unexpected{"has notes that are out of the list's memory"};
    return list_layout{std::move(slots), behind.subspan(offset, size * (word + 1))};
}

std::string list_layout::format(std::size_t index) const {
    format_bytes format{};
    std::memcpy(format.data(), notes_.data() + word * index, format.size());
    const std::string_view text{format.data(), format.size()};
    return std::string{text.substr(0, text.find_last_not_of('\0') + 1)};
}

or_fault<list_item> list_layout::item(std::size_t index) const {
    const auto what = static_cast<code>(notes_[word * size() + index]);
    return item_in(slots_[index], format(index), what);
}

or_fault<void> list_layout::put(std::size_t index, const list_item& item) const {
    const auto slot = slots_[index];
    const auto written = item.has_length() ? slot.size() : word;
    if (item.content.size() > slot.size() || slot.size() < written)
        return std::unexpected{"is longer than its place, which was made for the first value"};
    if (item.has_length() && slot.size() > longest_content + 1)
        return std::unexpected{"is to go to a place that is too large for a text"};
    const auto format = format_of(item, slot.size());
    std::memcpy(notes_.data() + word * index, format.data(), format.size());
    notes_[word * size() + index] = static_cast<std::byte>(code_of(item.kind));

    const auto begin = item.kind == item_kind::boolean ? boolean_at : 0;
    const auto place = slot.first(written);
    std::ranges::fill(place, std::byte{0});
    std::ranges::copy(item.content, place.begin() + static_cast<std::ptrdiff_t>(begin));
    return {};
}

} // namespace tandem::shm
