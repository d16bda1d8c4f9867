// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/layout_error.hpp"
#include "tandem/shared_memory.hpp"

namespace tandem {

/// A list of a fixed number of items that processes share, those in Python too: the bytes are those
/// of its ShareableList. `mp::shareable_list list{1, 2.5, true, "text"}; list.set(0, 2);`
///
/// An item may be replaced by one of another type. A text or bytes may have as many bytes as the
/// place of the first value: a multiple of 8, and more than that had.
///
/// Sharing   a handle, as shared_memory is: copies show the same list. Any number of processes may
///           read it. There is no lock: who writes an item that others use needs one. One with a
///           name can be found before it is filled, as a list of no items.
/// Crash     of a process that writes: the item may be half written. Names as in shared_memory.
/// Errors    resource_error, std::invalid_argument as shared_memory. layout_error: what is there
///           is no such list, or an item is of no type of Python's. std::out_of_range: no such
///           item. std::length_error: a text or bytes longer than its place, or of 10,000,000
///           bytes. std::invalid_argument: a text or bytes that ends with a zero byte, which the
///           layout cannot tell from none.
/// Cost      an item is decoded when it is read, and encoded when it is set.
/// Source    Python's multiprocessing.shared_memory.ShareableList.
class TANDEM_EXPORT shareable_list {
public:
    /// Python's None, bool, int (of 64 bits), float, str (in UTF-8, or Python cannot read it) and
    /// bytes.
    using item = std::variant<std::monostate, bool, std::int64_t, double, std::string,
                              std::vector<std::byte>>;
    using value_type = item;
    class iterator;

    /// No list, of no items.
    shareable_list() = default;
    /// Without a name.
    shareable_list(std::initializer_list<item> items) : shareable_list{std::vector<item>{items}} {}
    explicit shareable_list(const std::vector<item>& items);

    /// With a name, to be found by open() or Python's ShareableList(name=…).
    [[nodiscard]] static shareable_list create(const std::string& name,
                                               const std::vector<item>& items);
    [[nodiscard]] static shareable_list open(const std::string& name);
    /// The list in memory that somebody has filled.
    [[nodiscard]] static shareable_list in(shared_memory memory);

    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// What the item is now.
    [[nodiscard]] item at(std::size_t index) const;
    [[nodiscard]] item operator[](std::size_t index) const { return at(index); }
    void set(std::size_t index, const item& value) const;

    /// How many items have this type and value.
    [[nodiscard]] std::size_t count(const item& value) const;
    /// Where the first is; nullopt if there is none.
    [[nodiscard]] std::optional<std::size_t> index(const item& value) const;
    /// The formats of all items in the words of Python's struct, one behind the other.
    [[nodiscard]] std::string format() const;

    [[nodiscard]] iterator begin() const noexcept;
    [[nodiscard]] iterator end() const noexcept;

    /// The memory it lies in: its name, keep(), unlink().
    [[nodiscard]] const shared_memory& memory() const;

private:
    friend access;

    struct content;
    [[nodiscard]] static shareable_list make(const std::string* name,
                                             const std::vector<item>& items);
    void require_index(std::size_t index) const;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(memory());
    }
    template <class Archive>
    static shareable_list deserialize(Archive& archive) {
        auto memory = archive.template read<shared_memory>();
        return memory ? in(std::move(memory)) : shareable_list{};
    }

    std::shared_ptr<const content> content_;
};

/// Reads an item where it is dereferenced. Valid as long as a handle of the list is.
class shareable_list::iterator {
public:
    using value_type = item;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    iterator() = default;
    iterator(const shareable_list* list, std::size_t index) noexcept : list_{list}, index_{index} {}

    [[nodiscard]] item operator*() const { return list_->at(index_); }
    iterator& operator++() noexcept {
        ++index_;
        return *this;
    }
    iterator operator++(int) noexcept {
        const iterator before = *this;
        ++index_;
        return before;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

private:
    const shareable_list* list_ = nullptr;
    std::size_t index_ = 0;
};

inline shareable_list::iterator shareable_list::begin() const noexcept { return {this, 0}; }
inline shareable_list::iterator shareable_list::end() const noexcept { return {this, size()}; }

} // namespace tandem
