// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "tandem/detail/deadline.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/sync_page.hpp"
#include "tandem/lock_outcome.hpp"
#include "tandem/memory_corrupted.hpp"
#include "tandem/owner_died.hpp"

namespace tandem {

/// A mutex that the thread that has it may lock again; it is free when it was unlocked as often.
/// All that is said of mp::mutex holds for it, too: handle, crash, errors, names.
///
/// Crash     of the owner: the mutex is free, however often it was locked. owner_died as for mutex.
/// Bounds    4,294,967,296 levels, then memory_corrupted.
/// Source    Python's multiprocessing.RLock; std::recursive_timed_mutex.
class TANDEM_EXPORT recursive_mutex {
public:
    recursive_mutex();
    recursive_mutex(const recursive_mutex&) = default;
    recursive_mutex& operator=(const recursive_mutex&) = default;
    ~recursive_mutex() = default;

    /// \throws owner_died
    void lock() const;
    /// False if another thread has it.
    /// \throws owner_died
    [[nodiscard]] bool try_lock() const;
    /// False if time is up.
    /// \throws owner_died
    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& limit) const {
        return lock_before(detail::deadline_after(limit));
    }
    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) const {
        return detail::wait_until(when, [this](const auto& until) { return lock_before(until); });
    }
    /// Locks it even if its owner died, and says so: for those that can repair what it guards.
    /// `std::lock_guard guard{m, std::adopt_lock};` unlocks it. If the one that repairs dies, too,
    /// the next one is told again.
    [[nodiscard]] lock_outcome lock_inheriting() const;
    void unlock() const;

    /// The same mutex.
    friend bool operator==(const recursive_mutex&, const recursive_mutex&) = default;

private:
    friend access;
    friend class condition_variable;

    explicit recursive_mutex(detail::sync_page page) : page_{std::move(page)} {}
    [[nodiscard]] bool lock_before(const detail::deadline& until) const;
    /// What a condition variable does with one that is locked several times.
    [[nodiscard]] std::uint32_t shed_levels() const;
    void add_levels(std::uint32_t levels) const noexcept;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page_.region());
    }
    template <class Archive>
    static recursive_mutex deserialize(Archive& archive) {
        return recursive_mutex{detail::sync_page{detail::sync_kind::recursive_mutex,
                                                 archive.template read<detail::shared_region>()}};
    }

    detail::sync_page page_;
};

using recursive_timed_mutex = recursive_mutex;

} // namespace tandem
