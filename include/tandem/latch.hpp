// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "tandem/detail/deadline.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/sync_page.hpp"

namespace tandem {

/// A number that processes count down once; those that wait go on when it is 0. A handle: copies,
/// also those that were passed to other processes, are the same latch.
///
/// Sharing   any number of threads of any number of processes. What was done before count_down() is
///           seen by those that have waited.
/// Blocking  wait() waits for as long as it takes.
/// Crash     the latch does not know who is to count it down: if one dies before, it stays closed,
///           and waits with a limit end (mp::barrier knows). A process that dies inside of a call
///           has counted or not; others that wait go on within a tenth of a second.
/// Errors    resource_error when a new one is made; std::invalid_argument for counting below 0.
/// Bounds    one page and one descriptor.
/// Source    std::latch; Python has none.
class TANDEM_EXPORT latch {
public:
    explicit latch(std::uint32_t count);
    latch(const latch&) = default;
    latch& operator=(const latch&) = default;
    ~latch() = default;

    void count_down(std::uint32_t steps = 1) const;
    /// True if the number is 0.
    [[nodiscard]] bool try_wait() const noexcept;
    void wait() const noexcept { (void)wait_before({}); }
    /// False if time is up.
    template <class Rep, class Period>
    [[nodiscard]] bool wait_for(const std::chrono::duration<Rep, Period>& limit) const {
        return wait_before(detail::deadline_after(limit));
    }
    void arrive_and_wait(std::uint32_t steps = 1) const {
        count_down(steps);
        wait();
    }

    /// The same latch.
    friend bool operator==(const latch&, const latch&) = default;

private:
    friend access;

    explicit latch(detail::sync_page page) noexcept : page_{std::move(page)} {}
    [[nodiscard]] bool wait_before(const detail::deadline& until) const noexcept;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page_.region());
    }
    template <class Archive>
    static latch deserialize(Archive& archive) {
        return latch{detail::sync_page{detail::sync_kind::latch,
                                       archive.template read<detail::shared_region>()}};
    }

    detail::sync_page page_;
};

} // namespace tandem
