// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <utility>

#include "tandem/detail/deadline.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/sync_page.hpp"
#include "tandem/lock_outcome.hpp"
#include "tandem/memory_corrupted.hpp"
#include "tandem/owner_died.hpp"

namespace tandem {

/// A mutex for threads of any processes: what std::mutex is in one. A handle: copies, also those
/// that were passed to other processes, are the same mutex, and operations are const for that
/// reason. A default-constructed one is a new mutex.
///
/// It fits std::lock_guard, std::unique_lock and std::scoped_lock. The standard library has types
/// of their own for locks that can wait for a limited time, since that costs something on some
/// systems; here it does not, so there is one type with two names.
///
/// Sharing   any number of threads of any number of processes of one pid namespace. It is a thread
///           that owns it: a fork of the process that holds it does not hold it.
/// Blocking  lock() waits for as long as it takes.
/// Crash     when the owner ends, whole process or only its thread, the kernel passes the mutex on
///           at once. One that locks afterwards is told: lock() and try_lock() throw owner_died and
///           do not hold it, so that std::lock_guard is right; lock_inheriting() holds it.
/// Errors    resource_error when a new one is made; std::system_error if this thread has it already
///           (resource_deadlock_would_occur) or unlocks what it has not (operation_not_permitted);
///           memory_corrupted.
/// Bounds    one page and one descriptor. As with any mutex, unlock it before the last handle in
///           this process is destroyed.
/// Cost      16 ns to lock and unlock one that nobody else wants, as a robust pthread mutex; no
///           system call.
/// Source    Python's multiprocessing.Lock; std::timed_mutex; get_robust_list(2).
class TANDEM_EXPORT mutex {
public:
    mutex();
    mutex(const mutex&) = default;
    mutex& operator=(const mutex&) = default;
    ~mutex() = default;

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
    friend bool operator==(const mutex&, const mutex&) = default;

private:
    friend access;

    explicit mutex(detail::sync_page page) : page_{std::move(page)} {}
    [[nodiscard]] bool lock_before(const detail::deadline& until) const;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page_.region());
    }
    template <class Archive>
    static mutex deserialize(Archive& archive) {
        return mutex{detail::sync_page{detail::sync_kind::mutex,
                                       archive.template read<detail::shared_region>()}};
    }

    detail::sync_page page_;
};

using timed_mutex = mutex;

} // namespace tandem
