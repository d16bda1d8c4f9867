// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <utility>

#include "tandem/barrier_broken.hpp"
#include "tandem/detail/deadline.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/sync_page.hpp"
#include "tandem/memory_corrupted.hpp"

namespace tandem {

/// Where a number of threads of any processes wait for each other, again and again: nobody goes on
/// before all have arrived. A handle: copies, also those that were passed to other processes, are
/// the same barrier.
///
/// Sharing   any number of threads of processes of one pid namespace; of more than parties() the
///           last ones wait for the next phase. What was done before a phase is seen behind it.
/// Blocking  until all have arrived, or the barrier breaks; with a limit, for as long at most.
/// Crash     one that dies while it waits, or inside of any call, breaks the barrier within a tenth
///           of a second: the others get barrier_broken instead of waiting for ever, until someone
///           calls reset(). Of one that dies before it arrives nothing is known: set a limit.
/// Errors    barrier_broken; resource_error when a new one is made, std::invalid_argument if it is
///           for nobody or for more than max(); memory_corrupted.
/// Bounds    64 bytes per party, one page at least, and one descriptor.
/// Source    Python's multiprocessing.Barrier; std::barrier.
class TANDEM_EXPORT barrier {
public:
    /// Of one that has come through.
    struct arrival {
        std::uint32_t index = 0; // who arrived first has 0
        bool is_last = false;    // true for one of them: it has run the action
    };
    /// The most parties.
    [[nodiscard]] static constexpr std::uint32_t max() noexcept { return 1024; }

    explicit barrier(std::uint32_t parties);
    barrier(const barrier&) = default;
    barrier& operator=(const barrier&) = default;
    ~barrier() = default;

    /// \throws barrier_broken
    arrival arrive_and_wait() const { return arrive(nullptr, {}); }
    /// One that is not let through in time breaks the barrier, for all.
    /// \throws barrier_broken
    template <class Rep, class Period>
    arrival arrive_and_wait_for(const std::chrono::duration<Rep, Period>& limit) const {
        return arrive(nullptr, detail::deadline_after(limit));
    }
    /// Who arrives last calls its `action` before anybody goes on. What it throws breaks the
    /// barrier and leaves this call. Functions do not cross with a handle, so each one brings its
    /// own.
    /// \throws barrier_broken
    template <std::invocable Action>
    arrival arrive_and_wait(Action action) const {
        const auto call = [](void* with) { (*static_cast<Action*>(with))(); };
        const completion at_end{call, &action};
        return arrive(&at_end, {});
    }
    template <class Rep, class Period, std::invocable Action>
    arrival arrive_and_wait_for(const std::chrono::duration<Rep, Period>& limit,
                                Action action) const {
        const auto call = [](void* with) { (*static_cast<Action*>(with))(); };
        const completion at_end{call, &action};
        return arrive(&at_end, detail::deadline_after(limit));
    }

    /// Breaks it: all that wait, and that come before reset(), get barrier_broken.
    void abort() const;
    /// Makes it as new; those that wait get barrier_broken.
    void reset() const;

    [[nodiscard]] std::uint32_t parties() const noexcept { return parties_; }
    /// How many wait now; out of date as soon as it is read.
    [[nodiscard]] std::uint32_t waiting() const noexcept;
    [[nodiscard]] bool is_broken() const noexcept;

    /// The same barrier.
    friend bool operator==(const barrier&, const barrier&) = default;

private:
    friend access;

    struct completion {
        void (*call)(void* with);
        void* with;
    };
    explicit barrier(detail::sync_page page);
    [[nodiscard]] arrival arrive(const completion* at_end, const detail::deadline& until) const;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page_.region());
    }
    template <class Archive>
    static barrier deserialize(Archive& archive) {
        return barrier{detail::sync_page{detail::sync_kind::barrier,
                                         archive.template read<detail::shared_region>()}};
    }

    detail::sync_page page_;
    std::uint32_t parties_;
};

} // namespace tandem
