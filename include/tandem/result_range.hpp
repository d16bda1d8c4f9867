// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include "tandem/portable.hpp"

namespace tandem {

namespace detail {

/// Where the results of a stream come from.
template <class R>
class result_source {
public:
    result_source() = default;
    result_source(const result_source&) = delete;
    result_source& operator=(const result_source&) = delete;
    virtual ~result_source() = default;

    /// Waits for the next result or error; false: there is none any more.
    virtual bool advance() = 0;
    /// The result, or throws the error.
    [[nodiscard]] virtual storable<R>& current() = 0;
    [[nodiscard]] virtual std::size_t index() const noexcept = 0;
};

} // namespace detail

/// Results that are made while they are read: what pool::imap() and pool::imap_unordered() return.
/// An input range, move-only, to be read once: `for (auto& result : pool.imap(f, items))`.
///
/// Errors    the error of an item is thrown when its result is read, by the iterator's `*`; reading
///           can go on with the next one. What the input range throws is thrown by begin() or `++`,
///           after the results of the items before; the range is at its end then.
/// Blocking  begin() and `++` wait for the next result, and pull items from the input range
///           meanwhile, in the thread that reads. The destructor cancels what has not been read.
/// Bounds    see call_options::window and window_bytes.
template <class R>
class result_range {
    using source = detail::result_source<R>;

public:
    class iterator {
    public:
        /// For a callable that returns void: an empty struct.
        using value_type = detail::storable<R>;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        iterator() = default;

        /// The result; it may be moved from.
        /// \throws the error of the item
        [[nodiscard]] value_type& operator*() const { return source_->current(); }
        /// Position of the item in the input range.
        [[nodiscard]] std::size_t index() const noexcept { return source_->index(); }

        iterator& operator++() {
            advance();
            return *this;
        }
        void operator++(int) { advance(); }

        friend bool operator==(const iterator& self, std::default_sentinel_t /*end*/) noexcept {
            return self.source_ == nullptr;
        }

    private:
        friend class result_range;
        explicit iterator(source* from) : source_{from} { advance(); }

        void advance() {
            auto* const from = std::exchange(source_, nullptr); // at the end, if this throws
            if (from->advance()) source_ = from;
        }

        source* source_ = nullptr;
    };

    /// To be called once.
    [[nodiscard]] iterator begin() { return iterator{source_.get()}; }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    template <class>
    friend class pool_calls;

    explicit result_range(std::unique_ptr<source> results) : source_{std::move(results)} {}

    std::unique_ptr<source> source_;
};

} // namespace tandem
