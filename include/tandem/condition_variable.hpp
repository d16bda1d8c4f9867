// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <type_traits>
#include <utility>

#include "tandem/detail/deadline.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/sync_page.hpp"
#include "tandem/recursive_mutex.hpp"

namespace tandem {

/// Lets threads of any processes wait until another one says that something has changed. A handle:
/// copies, also those that were passed to other processes, are the same condition variable. It
/// works with any lock, as std::condition_variable_any does: std::unique_lock of an mp::mutex,
/// recursive_mutex or shared_mutex, std::shared_lock, or the mutex itself.
///
/// Sharing   any number of threads of any number of processes, which change what they wait for
/// under
///           the same mutex. The notifier need not hold it.
/// Blocking  waits end with a notice, or without any: use the overloads with a condition. A
///           recursive_mutex is unlocked altogether while its thread waits.
/// Crash     no notice is lost: if the one that it has woken dies, all others that wait look at
///           their condition within a tenth of a second. A dead waiter holds nobody up.
/// Errors    resource_error when a new one is made; what locking the mutex throws again, in which
///           case the lock does not own it.
/// Cost      notify_one() and notify_all() without anybody who waits make no system call. Each
///           notice makes all that wait look at their condition, one at once, others a little
///           later.
/// Bounds    one page and one descriptor.
/// Source    Python's multiprocessing.Condition; std::condition_variable_any.
class TANDEM_EXPORT condition_variable {
public:
    condition_variable();
    condition_variable(const condition_variable&) = default;
    condition_variable& operator=(const condition_variable&) = default;
    ~condition_variable() = default;

    void notify_one() const noexcept;
    void notify_all() const noexcept;

    template <class Lock>
    void wait(Lock& lock) const {
        (void)wait_before(lock, {});
    }
    template <class Lock, std::predicate Condition>
    void wait(Lock& lock, Condition condition) const {
        while (!condition()) wait(lock);
    }
    template <class Lock, class Rep, class Period>
    [[nodiscard]] std::cv_status wait_for(Lock& lock,
                                          const std::chrono::duration<Rep, Period>& limit) const {
        return status(wait_before(lock, detail::deadline_after(limit)));
    }
    /// What the condition says in the end.
    template <class Lock, class Rep, class Period, std::predicate Condition>
    [[nodiscard]] bool wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& limit,
                                Condition condition) const {
        const auto until = detail::deadline_after(limit);
        while (!condition())
            if (!wait_before(lock, until)) return condition();
        return true;
    }
    template <class Lock, class Clock, class Duration>
    [[nodiscard]] std::cv_status wait_until(
        Lock& lock, const std::chrono::time_point<Clock, Duration>& when) const {
        return status(
            detail::wait_until(when, [&](const auto& until) { return wait_before(lock, until); }));
    }
    template <class Lock, class Clock, class Duration, std::predicate Condition>
    [[nodiscard]] bool wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& when,
                                  Condition condition) const {
        while (!condition())
            if (wait_until(lock, when) == std::cv_status::timeout) return condition();
        return true;
    }

    /// The same condition variable.
    friend bool operator==(const condition_variable&, const condition_variable&) = default;

private:
    friend access;

    explicit condition_variable(detail::sync_page page) noexcept : page_{std::move(page)} {}

    static std::cv_status status(bool noticed) noexcept {
        return noticed ? std::cv_status::no_timeout : std::cv_status::timeout;
    }
    /// Notices so far; to be read before the mutex is unlocked.
    [[nodiscard]] std::uint32_t notices() const noexcept;
    [[nodiscard]] bool sleep(std::uint32_t seen, const detail::deadline& until) const noexcept;

    // A recursive_mutex that is locked several times is unlocked altogether.
    template <class Lock>
    static std::uint32_t shed_levels(Lock& /*lock*/) {
        return 0;
    }
    static std::uint32_t shed_levels(const recursive_mutex& mutex) { return mutex.shed_levels(); }
    template <class Mutex>
        requires std::same_as<std::remove_const_t<Mutex>, recursive_mutex>
    static std::uint32_t shed_levels(std::unique_lock<Mutex>& lock) {
        return lock.mutex()->shed_levels();
    }
    template <class Lock>
    static void add_levels(Lock& /*lock*/, std::uint32_t /*none*/) {}
    static void add_levels(const recursive_mutex& mutex, std::uint32_t levels) {
        mutex.add_levels(levels);
    }
    template <class Mutex>
        requires std::same_as<std::remove_const_t<Mutex>, recursive_mutex>
    static void add_levels(std::unique_lock<Mutex>& lock, std::uint32_t levels) {
        lock.mutex()->add_levels(levels);
    }

    template <class Lock>
    bool wait_before(Lock& lock, const detail::deadline& until) const {
        const auto seen = notices();
        const auto levels = shed_levels(lock);
        lock.unlock();
        const bool noticed = sleep(seen, until);
        lock.lock();
        add_levels(lock, levels);
        return noticed;
    }

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page_.region());
    }
    template <class Archive>
    static condition_variable deserialize(Archive& archive) {
        return condition_variable{detail::sync_page{
            detail::sync_kind::condition_variable, archive.template read<detail::shared_region>()}};
    }

    detail::sync_page page_;
};

} // namespace tandem
