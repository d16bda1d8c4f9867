// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <optional>
#include <string>

#include "launch/protocol.hpp"
#include "os/unique_fd.hpp"

namespace tandem::launch {

/// A child that the forkserver runs for us. Destroying the object kills the child and whatever is
/// left of its process group; the server reaps it.
class child_process {
public:
    /// Asks the forkserver for a child that gets `descriptors`; starts the server if none is
    /// running. Does not wait for either.
    /// \throws bootstrap_error if mp::bootstrap() has not been called, launch_error if the server
    /// cannot be started or reached.
    [[nodiscard]] static child_process start(std::array<int, 2> descriptors);

    /// News of the child.
    struct news {
        enum class kind : unsigned char {
            started,
            failed, // the server could not start it: `error`
            ended,  // `end`
            lost,   // the server has ended, and the child with it
        };
        explicit news(kind k, int e = 0, const os::child_end& ended = {})
            : what{k}, error{e}, end{ended} {}

        kind what;
        int error;
        os::child_end end;
    };

    /// The next piece of news, if there is one; never waits. fd() is readable when there is.
    [[nodiscard]] std::optional<news> read_news();

    [[nodiscard]] int fd() const noexcept { return status_.get(); }
    /// 0 until it has started.
    [[nodiscard]] int id() const noexcept { return id_; }
    void kill() noexcept;
    /// Kills and waits until the process has ended, for a second at most.
    void kill_and_wait() noexcept;

private:
    explicit child_process(os::unique_fd status) noexcept : status_{std::move(status)} {}

    os::unique_fd status_;
    os::unique_fd process_;
    int id_ = 0;
};

/// Notes that this program calls mp::bootstrap(), so that it may be executed anew.
void note_bootstrap() noexcept;

} // namespace tandem::launch
