// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "channel/process_page.hpp"
#include "launch/child_process.hpp"
#include "os/fork_generation.hpp"
#include "tandem/detail/process_body.hpp"
#include "tandem/exit_status.hpp"
#include "tandem/process_options.hpp"

namespace tandem::runtime {

/// A process that this one has started, shared by all handles of it. Destroying it kills the
/// process.
///
/// Sharing   any number of threads.
class started_process {
public:
    using clock = std::chrono::steady_clock;

    /// Starts a process and waits until it has started.
    /// \throws launch_error, bootstrap_error, fork_refused
    [[nodiscard]] static std::shared_ptr<started_process> start(const process_options& options,
                                                                detail::process_body& body,
                                                                detail::start_details details);

    struct parts {
        std::string name;
        channel::process_page page;
        os::unique_fd result; // a memory object, if the result is wanted
        launch::child_process child;
    };
    started_process(const process_options& options, parts made);
    started_process(const started_process&) = delete;
    started_process& operator=(const started_process&) = delete;
    ~started_process();

    [[nodiscard]] int id() const noexcept { return id_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] bool daemon() const noexcept { return daemon_; }
    [[nodiscard]] int sentinel() const noexcept { return sentinel_; }

    /// Waits for the end, no longer than `limit`.
    [[nodiscard]] std::optional<exit_status> wait_for(std::chrono::nanoseconds limit);
    /// Waits for the end, come what may.
    void wait_to_the_end() noexcept;
    [[nodiscard]] bool has_ended();

    void request_stop();
    /// Does nothing once its end is known.
    void signal(int number);

    /// Ends it: stop, grace, kill, reap. The time of grace counts from ask_to_stop(), if that was
    /// called before.
    void end() noexcept;
    void ask_to_stop() noexcept;

    /// After its end: what its function has left; nullopt if it has left nothing.
    /// \throws std::logic_error if it was taken before.
    [[nodiscard]] std::optional<os::mapping> take_result();

    /// \throws launch_error in a fork of the program that started it.
    void require_ours(const char* doing) const;
    /// False in a fork of the program that started it.
    [[nodiscard]] bool is_ours() const noexcept { return generation_ == os::fork_generation(); }

private:
    struct view {
        std::optional<exit_status> end;
        bool is_ending = false;     // it has ended, and how is about to be known
        std::vector<int> watched{}; // what to wait for
    };
    [[nodiscard]] view look();
    void read_news();
    [[nodiscard]] exit_status lose();
    [[nodiscard]] exit_status wait_for_status();
    [[nodiscard]] exit_status unknown_end() const;

    const std::string name_;
    const bool daemon_;
    const std::chrono::nanoseconds grace_;
    const unsigned generation_ = os::fork_generation();
    int id_;
    int sentinel_; // that of child_, which keeps it
    channel::process_page page_;

    std::mutex mutex_; // guards: all below
    launch::child_process child_;
    std::optional<exit_status> end_;
    os::unique_fd result_;
    std::optional<clock::time_point> asked_to_stop_;
    bool result_taken_ = false;
};

} // namespace tandem::runtime
