// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "tandem/detail/deadline.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/sync_page.hpp"
#include "tandem/released_too_often.hpp"

namespace tandem {

namespace detail {

/// What semaphore and bounded_semaphore can do.
class TANDEM_EXPORT counting_semaphore {
public:
    /// The largest value.
    [[nodiscard]] static constexpr std::uint32_t max() noexcept { return (1U << 31) - 1; }

    /// Waits until the value is not 0, and takes 1 away.
    void acquire() const { (void)acquire_before({}); }
    /// False if the value is 0.
    [[nodiscard]] bool try_acquire() const noexcept;
    /// False if time is up.
    template <class Rep, class Period>
    [[nodiscard]] bool try_acquire_for(const std::chrono::duration<Rep, Period>& limit) const {
        return acquire_before(deadline_after(limit));
    }
    template <class Clock, class Duration>
    [[nodiscard]] bool try_acquire_until(
        const std::chrono::time_point<Clock, Duration>& when) const {
        return wait_until(when, [this](const auto& until) { return acquire_before(until); });
    }
    /// Adds `units`, all or none. Whoever likes may release, not only those that have acquired.
    /// \throws released_too_often
    void release(std::uint32_t units = 1) const;
    /// Out of date as soon as somebody else acquires or releases.
    [[nodiscard]] std::uint32_t value() const noexcept;

    /// The same semaphore.
    friend bool operator==(const counting_semaphore&, const counting_semaphore&) = default;

protected:
    counting_semaphore(sync_kind kind, std::uint32_t initial);
    explicit counting_semaphore(sync_page page) noexcept : page_{std::move(page)} {}
    counting_semaphore(const counting_semaphore&) = default;
    counting_semaphore& operator=(const counting_semaphore&) = default;
    ~counting_semaphore() = default;

    [[nodiscard]] const sync_page& page() const noexcept { return page_; }

private:
    [[nodiscard]] bool acquire_before(const deadline& until) const noexcept;

    sync_page page_;
};

} // namespace detail

/// A number that processes take from and add to: as many can acquire it at a time as it says. A
/// handle: copies, also those that were passed to other processes, are the same semaphore. Any
/// thread may release what another has acquired, as with Python's Lock, which is a semaphore{1}.
///
/// Sharing   any number of threads of any number of processes.
/// Blocking  acquire() waits for as long as it takes.
/// Crash     what a dead process has acquired stays taken, since nobody owns a semaphore: for locks
///           that come back take mp::mutex. A death inside of acquire() or release() leaves the
///           value as it was before or as it was to be; others that wait go on within a tenth of a
///           second.
/// Errors    resource_error when a new one is made, std::invalid_argument if its value is above
///           max(); released_too_often.
/// Bounds    one page and one descriptor; values up to 2,147,483,647.
/// Source    Python's multiprocessing.Semaphore; std::counting_semaphore.
class TANDEM_EXPORT semaphore : public detail::counting_semaphore {
public:
    explicit semaphore(std::uint32_t initial = 1)
        : counting_semaphore{detail::sync_kind::semaphore, initial} {}

private:
    friend access;

    explicit semaphore(detail::sync_page page) noexcept : counting_semaphore{std::move(page)} {}

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page().region());
    }
    template <class Archive>
    static semaphore deserialize(Archive& archive) {
        return semaphore{detail::sync_page{detail::sync_kind::semaphore,
                                           archive.template read<detail::shared_region>()}};
    }
};

} // namespace tandem
