// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a local engine knows of one job: which items nobody has yet, which run, and which are to be
// tried again. One item at a time: there is no way to another process to be paid for.
//
// Invariant an item below size_ and limit_ either has its outcome, or is in running_ or again_, or
//           is next_ or behind it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/descriptor_bundle.hpp"
#include "tandem/detail/job.hpp"
#include "tandem/pool_options.hpp"

namespace tandem::runtime {

class local_job {
public:
    using clock = std::chrono::steady_clock;

    local_job(std::shared_ptr<detail::job> job, error_policy on_error);

    [[nodiscard]] detail::job& job() const noexcept { return *job_; }
    /// Before the first item is taken.
    /// \throws launch_error, and what encoding the callable throws
    void encode_state();
    /// The thunk's name, the callable and what goes to every call, encoded.
    [[nodiscard]] const std::shared_ptr<const detail::parcel>& state() const noexcept {
        return state_;
    }

    /// `count` more items; `last`: no more will come.
    void extend(std::size_t count, bool last) noexcept;

    /// An item to run now, if there is one. put_result() or put_error() has to follow.
    [[nodiscard]] std::optional<std::size_t> take(clock::time_point now);
    /// When an item that waits to be tried again may run; nullopt: none waits.
    [[nodiscard]] std::optional<clock::time_point> next_retry() const noexcept;
    /// Items that nobody has yet, and that need not wait.
    [[nodiscard]] std::size_t pending() const noexcept;

    void put_result(std::size_t index, decoder& result);
    /// The item is tried again if it may, and else has failed.
    void put_error(std::size_t index, const std::exception_ptr& error,
                   clock::time_point now) noexcept;

    /// No item is begun from here on. Those that run may finish.
    void stop_handing_out() noexcept { stopped_ = true; }
    [[nodiscard]] bool is_stopped() const noexcept { return stopped_; }
    /// Every item that has no outcome fails; running ones, too, whose own will be ignored.
    void fail_rest(const std::exception_ptr& error) noexcept;

    [[nodiscard]] bool is_running() const noexcept { return !running_.empty(); }
    /// True once every item that matters has its outcome.
    [[nodiscard]] bool finished() const noexcept;
    /// Items that have their outcome.
    [[nodiscard]] std::size_t outcomes() const noexcept { return outcomes_; }
    /// Number of items, as far as it is known; complete(): it will not change.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool complete() const noexcept { return complete_; }

private:
    struct retry {
        std::size_t index = 0;
        clock::time_point not_before;
    };
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    [[nodiscard]] bool goes_on() const noexcept;
    [[nodiscard]] bool may_retry(std::size_t index);
    void end_run(std::size_t index) noexcept;
    void fail(std::size_t index, const std::exception_ptr& error) noexcept;

    std::shared_ptr<detail::job> job_;
    error_policy on_error_;
    std::shared_ptr<const detail::parcel> state_;
    std::size_t size_;
    bool complete_;            // size_ is final
    std::size_t next_ = 0;     // first item that nobody ever had
    std::size_t limit_ = none; // items from here on do not matter
    std::vector<std::size_t> running_;
    std::vector<retry> again_;
    std::unordered_map<std::size_t, int> failures_; // of items that were tried again
    std::size_t outcomes_ = 0;
    bool stopped_ = false;
    bool failed_ = false; // by fail_rest()
};

} // namespace tandem::runtime
