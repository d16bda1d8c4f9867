// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "launch/child_start.hpp"
#include "launch/protocol.hpp"
#include "os/credentials.hpp"
#include "os/directory.hpp"
#include "os/per_process.hpp"
#include "os/unique_fd.hpp"

namespace tandem::launch {

/// Notes that this program calls mp::bootstrap(), so that it may be executed anew.
void note_bootstrap() noexcept;
/// \throws bootstrap_error if it does not, or has not yet.
void require_bootstrap();

/// The program's end of its forkserver. One per process; a fork of the program starts its own.
///
/// Sharing   any number of threads.
/// Blocking  send() waits for room in the server's socket, ten seconds at most.
class forkserver_client {
public:
    /// `keeps`: its server is a keeper, for one child.
    explicit forkserver_client(bool keeps = false) : keeps_{keeps} {}
    /// Closes the socket and waits for the end of the server, which ends what it has started.
    ~forkserver_client();
    forkserver_client(const forkserver_client&) = delete;
    forkserver_client& operator=(const forkserver_client&) = delete;
    static forkserver_client& instance() { return os::of_this_process<forkserver_client>(); }

    /// What a server process is to those that wait for it: its pidfd, readable once it has ended.
    using server_process = std::shared_ptr<const os::unique_fd>;

    /// Sends a request; starts the server if none runs. `executes`: the child is to be the program
    /// executed once more. Returns the server that got it.
    /// \throws bootstrap_error if mp::bootstrap() has not been called, launch_error if the server
    /// cannot be started or reached.
    [[nodiscard]] server_process send(child_start& start, bool executes);

    /// Adds a function for each server to run before it serves.
    /// \throws launch_error if a server runs already.
    void add_preload(std::vector<std::byte> payload);

    /// How long a start may take: longer while the server runs what it was told to preload.
    [[nodiscard]] std::chrono::nanoseconds start_limit();

    /// Ends `server` if it has not even come to mp::bootstrap().
    void give_up(const server_process& server);

    /// In a fork of the program: leaves the server alone, and its descriptors.
    void disown() noexcept;

    struct loss {
        std::string text;
        bool may_be_tried_again = true; // it was killed, and did not end by itself
    };
    /// Why a request got no answer from `server`, which has ended.
    /// \throws bootstrap_error if that server never got to mp::bootstrap().
    [[nodiscard]] loss describe_end(const server_process& server);

private:
    void wait_for_room(std::unique_lock<std::mutex>& lock, const std::error_code& error);
    void add_what_has_changed(child_start& start);
    void ensure_server();
    void retire_if_changed();
    void spawn();
    void send_preloads();
    void read_stages() noexcept;
    void stop();

    const bool keeps_;
    std::mutex mutex_; // guards: all below
    os::unique_fd control_;
    server_process process_;
    int server_ = 0; // its process id
    server_stage stage_ = server_stage::none;
    std::vector<std::string> environment_; // of the server
    os::directory_identity directory_;     // of the server
    os::credentials credentials_;          // of the server
    std::vector<os::unique_fd> retired_;   // servers that children still have
    std::string last_end_;                 // how the server before ended
    server_stage last_stage_ = server_stage::none;
    bool last_was_killed_ = false; // from outside
    std::vector<std::vector<std::byte>> preloads_;
};

} // namespace tandem::launch
