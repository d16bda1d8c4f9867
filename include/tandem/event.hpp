// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <utility>

#include "tandem/detail/deadline.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/sync_page.hpp"

namespace tandem {

/// A flag that processes set, clear and wait for. A handle: copies, also those that were passed to
/// other processes, are the same event. A new one is not set.
///
/// Sharing   any number of threads of any number of processes. What was done before set() is seen
/// by
///           those that see the event set.
/// Blocking  wait() returns once the event is set, or was set while it waited and cleared again.
/// Crash     a process that dies inside of a call leaves the event as it was before or as it was to
///           be; others that wait go on within a tenth of a second.
/// Errors    resource_error when a new one is made.
/// Bounds    one page and one descriptor.
/// Source    Python's multiprocessing.Event.
class TANDEM_EXPORT event {
public:
    event();
    event(const event&) = default;
    event& operator=(const event&) = default;
    ~event() = default;

    void set() const noexcept;
    void clear() const noexcept;
    [[nodiscard]] bool is_set() const noexcept;

    void wait() const noexcept { (void)wait_before({}); }
    /// False if time is up.
    template <class Rep, class Period>
    [[nodiscard]] bool wait_for(const std::chrono::duration<Rep, Period>& limit) const {
        return wait_before(detail::deadline_after(limit));
    }
    template <class Clock, class Duration>
    [[nodiscard]] bool wait_until(const std::chrono::time_point<Clock, Duration>& when) const {
        return detail::wait_until(when, [this](const auto& until) { return wait_before(until); });
    }

    /// The same event.
    friend bool operator==(const event&, const event&) = default;

private:
    friend access;

    explicit event(detail::sync_page page) noexcept : page_{std::move(page)} {}
    [[nodiscard]] bool wait_before(const detail::deadline& until) const noexcept;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page_.region());
    }
    template <class Archive>
    static event deserialize(Archive& archive) {
        return event{detail::sync_page{detail::sync_kind::event,
                                       archive.template read<detail::shared_region>()}};
    }

    detail::sync_page page_;
};

} // namespace tandem
