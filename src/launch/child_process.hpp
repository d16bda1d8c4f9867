// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launch/child_start.hpp"
#include "launch/forkserver_client.hpp"
#include "os/fork_generation.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"

namespace tandem::launch {

/// A child of this program, run by its forkserver or forked from the program itself. Destroying the
/// object kills the child and whatever is left of its process group.
///
/// Sharing   one thread at a time.
class child_process {
public:
    struct how {
        bool executes = false; // the child is the program executed once more
        bool keeps = false;    // it gets a forkserver of its own, which ends all its descendants
    };

    /// Asks the forkserver for a child; starts the server if none is running. Waits for neither.
    /// `start` is complete but for the status socket, and as it was afterwards.
    /// \throws bootstrap_error if mp::bootstrap() has not been called, launch_error if the server
    /// cannot be started or reached.
    [[nodiscard]] static child_process request(child_start& start, how way);

    /// Forks this program; the child ends with what `run` returns. If nothing can go wrong before
    /// that, it has begun when this returns; else there will be news of it.
    /// \throws launch_error
    [[nodiscard]] static child_process fork(child_start start,
                                            const std::function<int(child_start&)>& run);

    /// No child.
    child_process() = default;
    child_process(child_process&& other) noexcept;
    child_process& operator=(child_process&& other) noexcept;
    ~child_process() { drop(); }

    /// News of the child.
    struct news {
        enum class kind : unsigned char {
            started,
            failed, // it could not be started: `text`
            ended,  // `end`
            lost,   // the server has ended, and the child with it
        };
        explicit news(kind k) : what{k} {}

        kind what;
        std::string text{};
        os::child_end end{};
    };

    /// The next piece of news, if there is one; never waits.
    [[nodiscard]] std::optional<news> read_news();

    /// True if it has ended, but the server's word of how is still to come.
    [[nodiscard]] bool is_ending() const noexcept;

    /// The descriptors one of which becomes readable when there is news.
    [[nodiscard]] std::vector<int> watched() const;

    /// The status socket: readable when there is news of a child of the forkserver, unless the
    /// server was killed and a descendant of the child lives on.
    [[nodiscard]] int fd() const noexcept { return status_.get(); }
    /// 0 until it has started.
    [[nodiscard]] int id() const noexcept { return id_; }
    /// True if there will be no news of its start.
    [[nodiscard]] bool has_begun() const noexcept { return is_silent_; }
    /// Its pidfd; empty until it has started.
    [[nodiscard]] const os::unique_fd& process() const noexcept { return process_; }
    /// After news of kind lost: what became of the forkserver.
    /// \throws bootstrap_error if it never got to mp::bootstrap().
    [[nodiscard]] forkserver_client::loss describe_loss() const;

    /// Ends the forkserver if it hangs before mp::bootstrap().
    void give_up() const;
    void kill() noexcept;
    /// Asks it to end: SIGTERM.
    void terminate() noexcept;
    /// Lets it go on if it was stopped: SIGCONT.
    void resume() noexcept;
    /// Kills and waits until the process has ended, for a second at most.
    void kill_and_wait() noexcept;

private:
    [[nodiscard]] forkserver_client& client() const;
    [[nodiscard]] std::optional<news> reap_own();
    [[nodiscard]] std::optional<news> read_status();
    [[nodiscard]] news begin(const status_head& head, std::span<os::unique_fd> descriptors);
    void drop() noexcept;

    os::unique_fd status_;
    os::unique_fd process_;
    std::shared_ptr<forkserver_client> keeper_; // its own forkserver, if it has one
    forkserver_client::server_process server_;  // null: it is our own child
    int id_ = 0;
    bool has_ended_ = false; // and was reaped
    bool is_silent_ = false; // our own child: it has closed its status socket
    unsigned generation_ = os::fork_generation();
};

} // namespace tandem::launch
