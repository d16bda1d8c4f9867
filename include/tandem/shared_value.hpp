// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "tandem/detail/export.hpp"
#include "tandem/detail/shared_element.hpp"
#include "tandem/shared_memory.hpp"

namespace tandem {

namespace detail {

/// Sleeps while the four bytes at `word` are `old`, until `deadline` at most. May return early.
TANDEM_EXPORT void wait_for_word(const void* word, std::uint32_t old,
                                 std::chrono::steady_clock::time_point deadline) noexcept;
TANDEM_EXPORT void wake_word(const void* word) noexcept;

} // namespace detail

/// One value that processes share: a counter, a flag, a progress. A handle: its copies show the
/// same value, here and in the processes that they are passed to.
/// `mp::shared_value<int> done; pool.for_each(work, items, done); // done.fetch_add(1) in work`
///
/// Sharing   any number of threads and processes. load(), store() and fetch_add() are atomic, and
///           there for types that the processor handles in one piece; operator* needs a lock, or an
///           agreement, if anybody writes.
/// Crash     of a process that writes: an atomic write has happened or has not. The kernel frees
///           the memory with the last process that has it.
/// Errors    resource_error: no memory, no descriptor.
/// Cost      a descriptor and a page; a load or store what it costs of a std::atomic. For many
///           values take a shared_array, or a struct.
/// Source    Python's multiprocessing.Value and RawValue.
template <class T>
class shared_value {
    static_assert(detail::require_shared_element<T>());
    static constexpr bool addable = std::is_arithmetic_v<T> && !std::same_as<T, bool>;

public:
    using value_type = T;

    /// T{}
    shared_value()
        requires std::default_initializable<T>
        : shared_value{T{}} {}
    explicit shared_value(const T& value) : memory_{sizeof(T)} { std::construct_at(get(), value); }

    /// Copies show the same value. A handle is never empty, so there is nothing to move from.
    shared_value(const shared_value&) = default;
    shared_value& operator=(const shared_value&) = default;
    ~shared_value() = default;

    /// Without further ado: for who has the value to itself, or holds the lock for it.
    [[nodiscard]] T& operator*() const noexcept { return *get(); }
    [[nodiscard]] T* operator->() const noexcept { return get(); }
    [[nodiscard]] T* get() const noexcept { return reinterpret_cast<T*>(memory_.bytes().data()); }

    // As those of std::atomic without a memory order; atomic() has the others.

    [[nodiscard]] T load() const noexcept {
        // Sequentially consistent, here and below: users combine several values.
        return atomic().load(std::memory_order_seq_cst);
    }
    void store(T value) const noexcept {
        atomic().store(value, std::memory_order_seq_cst); // as load()
    }
    /// What was there before.
    T exchange(T value) const noexcept {
        return atomic().exchange(value, std::memory_order_seq_cst); // as load()
    }
    /// What was there before.
    T fetch_add(T more) const noexcept
        requires addable
    {
        return atomic().fetch_add(more, std::memory_order_seq_cst); // as load()
    }
    T fetch_sub(T less) const noexcept
        requires addable
    {
        return atomic().fetch_sub(less, std::memory_order_seq_cst); // as load()
    }
    /// For all else, such as compare_exchange and other memory orders. Its wait() does not work
    /// between processes: that of this class does.
    [[nodiscard]] std::atomic_ref<T> atomic() const noexcept {
        detail::require_atomic<T>();
        return std::atomic_ref<T>{*get()};
    }

    /// Waits for as long as the value is `old`, for ever if it stays so: whoever changes it calls
    /// notify_all(), which a process that dies will not do. Compares bytes, as std::atomic does.
    /// Returns what it is then.
    T wait(T old) const noexcept {
        for (;;) {
            if (const T now = load(); word_of(now) != word_of(old)) return now;
            detail::wait_for_word(get(), word_of(old),
                                  std::chrono::steady_clock::time_point::max());
        }
    }
    /// True if it is something else than `old` when the wait ends, false if time is up.
    [[nodiscard]] bool wait_for(T old, std::chrono::nanoseconds limit) const noexcept {
        using clock = std::chrono::steady_clock;
        const auto begun = clock::now();
        const bool ends = limit < clock::time_point::max() - begun;
        const auto deadline = ends ? begun + limit : clock::time_point::max();
        for (;;) {
            if (word_of(load()) != word_of(old)) return true;
            if (clock::now() >= deadline) return false;
            detail::wait_for_word(get(), word_of(old), deadline);
        }
    }
    /// Wakes all processes that wait for a change.
    void notify_all() const noexcept {
        require_word();
        detail::wake_word(get());
    }

    /// The same value of the same memory.
    friend bool operator==(const shared_value&, const shared_value&) = default;

private:
    friend access;

    explicit shared_value(shared_memory memory) : memory_{std::move(memory)} {}

    static consteval void require_word() {
        static_assert(sizeof(T) == sizeof(std::uint32_t),
                      "tandem: the system can wait for a change of four bytes only: take an int, a "
                      "std::uint32_t or a float");
    }
    static std::uint32_t word_of(const T& value) noexcept {
        require_word();
        return std::bit_cast<std::uint32_t>(value);
    }

    template <class Archive>
    void serialize(Archive& archive) {
        archive(detail::element_place{sizeof(T), 0, 1}, memory_);
    }
    template <class Archive>
    static shared_value deserialize(Archive& archive) {
        const auto place = archive.template read<detail::element_place>();
        auto memory = archive.template read<shared_memory>();
        detail::require_elements(memory, {place.element_bytes, 0, 1}, sizeof(T),
                                 detail::type_name<T>());
        return shared_value{std::move(memory)};
    }

    shared_memory memory_;
};

} // namespace tandem
