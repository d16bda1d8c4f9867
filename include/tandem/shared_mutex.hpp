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

/// A mutex that one thread has alone (lock) or many have together (lock_shared): for data that is
/// read often and changed rarely. A handle, as mp::mutex is; it fits std::shared_lock as well.
///
/// Sharing   as mutex. A thread may have several shares, but not ask for one while others wait to
///           have it alone: they come first.
/// Bounds    60 shares at a time; who wants one more waits.
/// Blocking  as mutex. While somebody waits to have it alone, nobody else begins to share it.
/// Crash     of one that shared it: the share is given back at once; nobody is told, since nothing
///           was changed. Of one that had it alone: the next one is told by owner_died, whether it
///           locks alone or shared. Of one that waited: nothing.
/// Errors    as mutex.
/// Cost      30 ns to share one that nobody wants alone, and to give it back; 65 ns to have it
///           alone, more with each thread that has shared it beside others.
/// Source    std::shared_timed_mutex; Python has none.
class TANDEM_EXPORT shared_mutex {
public:
    shared_mutex();
    shared_mutex(const shared_mutex&) = default;
    shared_mutex& operator=(const shared_mutex&) = default;
    ~shared_mutex() = default;

    /// \throws owner_died
    void lock() const;
    /// False if another thread has it, or has just looked.
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
    /// Has it alone even if the one before died, and says so: see mutex.
    [[nodiscard]] lock_outcome lock_inheriting() const;
    void unlock() const;

    /// \throws owner_died
    void lock_shared() const;
    /// \throws owner_died
    [[nodiscard]] bool try_lock_shared() const;
    /// \throws owner_died
    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& limit) const {
        return share_before(detail::deadline_after(limit));
    }
    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_shared_until(
        const std::chrono::time_point<Clock, Duration>& when) const {
        return detail::wait_until(when, [this](const auto& until) { return share_before(until); });
    }
    void unlock_shared() const;

    /// The same mutex.
    friend bool operator==(const shared_mutex&, const shared_mutex&) = default;

private:
    friend access;

    explicit shared_mutex(detail::sync_page page) : page_{std::move(page)} {}
    [[nodiscard]] bool lock_before(const detail::deadline& until) const;
    [[nodiscard]] bool share_before(const detail::deadline& until) const;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page_.region());
    }
    template <class Archive>
    static shared_mutex deserialize(Archive& archive) {
        return shared_mutex{detail::sync_page{detail::sync_kind::shared_mutex,
                                              archive.template read<detail::shared_region>()}};
    }

    detail::sync_page page_;
};

using shared_timed_mutex = shared_mutex;

} // namespace tandem
