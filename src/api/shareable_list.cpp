// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/shareable_list.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "shm/list_layout.hpp"

namespace tandem {

layout_error::~layout_error() = default;

namespace {

using shm::item_kind;
using shm::list_item;

std::string words(std::string_view text) { return std::string{text}; }

template <class T>
T value_in(std::span<const std::byte> bytes) {
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

item_kind kind_of(const shareable_list::item& value) {
    constexpr item_kind kinds[] = {item_kind::none, item_kind::boolean, item_kind::integer,
                                   item_kind::real, item_kind::text,    item_kind::bytes};
    static_assert(std::size(kinds) == std::variant_size_v<shareable_list::item>);
    return kinds[value.index()];
}

/// Refers to `value`.
list_item to_stored(const shareable_list::item& value) {
    const auto content = [](const auto& held) -> std::span<const std::byte> {
        using type = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_same_v<type, std::monostate>) {
            return {};
        } else if constexpr (std::is_arithmetic_v<type>) {
            return std::as_bytes(std::span{&held, 1});
        } else {
            return std::as_bytes(std::span{held});
        }
    };
    const list_item stored{.kind = kind_of(value), .content = std::visit(content, value)};
    if (stored.has_length() && !stored.content.empty() && stored.content.back() == std::byte{0})
        throw std::invalid_argument{
            "writing to a shareable list: a text or bytes that ends with a zero byte would be read "
            "without it; put another byte behind it"};
    return stored;
}

shareable_list::item from_stored(const list_item& stored) {
    const auto bytes = stored.content;
    switch (stored.kind) {
        case item_kind::none:
            return std::monostate{};
        case item_kind::boolean:
            return bytes[0] != std::byte{0};
        case item_kind::integer:
            return value_in<std::int64_t>(bytes);
        case item_kind::real:
            return value_in<double>(bytes);
        case item_kind::text: {
            std::string text(bytes.size(), '\0');
            std::memcpy(text.data(), bytes.data(), bytes.size());
            return text;
        }
        case item_kind::bytes:
            return std::vector<std::byte>(bytes.begin(), bytes.end());
    }
    std::unreachable();
}

} // namespace

struct shareable_list::content {
    shared_memory memory;
    shm::list_layout layout;
};

shareable_list::shareable_list(const std::vector<item>& items)
    : shareable_list{make(nullptr, items)} {}

shareable_list shareable_list::make(const std::string* name, const std::vector<item>& items) {
    std::vector<list_item> stored;
    stored.reserve(items.size());
    for (const auto& value : items) stored.push_back(to_stored(value));
    const auto bytes = shm::list_layout::bytes_for(stored);
    if (!bytes) throw std::length_error{"creating a shareable list: it " + words(bytes.error())};

    shareable_list made;
    auto memory = name == nullptr ? shared_memory{*bytes} : shared_memory::create(*name, *bytes);
    auto layout = shm::list_layout::write(memory.bytes(), stored);
    made.content_ = std::make_shared<const content>(std::move(memory), std::move(layout));
    return made;
}

shareable_list shareable_list::create(const std::string& name, const std::vector<item>& items) {
    return make(&name, items);
}

shareable_list shareable_list::open(const std::string& name) {
    return in(shared_memory::open(name));
}

shareable_list shareable_list::in(shared_memory memory) {
    auto layout = shm::list_layout::read(memory.bytes());
    if (!layout) {
        const auto which = memory.name().empty() ? "" : " \"" + memory.name() + "\"";
        throw layout_error{"opening a shareable list: the memory" + which + " " +
                           words(layout.error())};
    }
    shareable_list opened;
    opened.content_ = std::make_shared<const content>(std::move(memory), std::move(*layout));
    return opened;
}

std::size_t shareable_list::size() const noexcept { return content_ ? content_->layout.size() : 0; }

void shareable_list::require_index(std::size_t index) const {
    if (index >= size())
        throw std::out_of_range{"shareable list: item " + std::to_string(index) + " of " +
                                std::to_string(size())};
}

shareable_list::item shareable_list::at(std::size_t index) const {
    require_index(index);
    const auto stored = content_->layout.item(index);
    if (!stored)
        throw layout_error{"reading item " + std::to_string(index) +
                           " of a shareable list: its memory " + words(stored.error())};
    return from_stored(*stored);
}

void shareable_list::set(std::size_t index, const item& value) const {
    require_index(index);
    const auto& layout = content_->layout;
    if (const auto done = layout.put(index, to_stored(value)); !done)
        throw std::length_error{"setting item " + std::to_string(index) +
                                " of a shareable list: the value " + words(done.error()) +
                                " and has " + std::to_string(layout.slot_bytes(index)) + " bytes"};
}

std::size_t shareable_list::count(const item& value) const {
    return static_cast<std::size_t>(std::ranges::count(begin(), end(), value));
}

std::optional<std::size_t> shareable_list::index(const item& value) const {
    for (std::size_t i = 0; i < size(); ++i)
        if (at(i) == value) return i;
    return std::nullopt;
}

std::string shareable_list::format() const {
    std::string all;
    for (std::size_t i = 0; i < size(); ++i) all += content_->layout.format(i);
    return all;
}

const shared_memory& shareable_list::memory() const {
    static const auto& none = *new shared_memory; // handles that are static objects may outlive it
    return content_ ? content_->memory : none;
}

} // namespace tandem
