// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/child_process.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <thread>

#include "os/fork_generation.hpp"
#include "os/poll.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"
#include "os/spawn.hpp"
#include "tandem/error.hpp"

namespace tandem::launch {

namespace {

constexpr std::chrono::seconds send_limit{10};
constexpr std::chrono::milliseconds shortage_pause{1};
constexpr std::chrono::seconds kill_limit{1}; // SIGKILL takes effect, unless the kernel is stuck

// Relaxed throughout: set in main before anything else, and nothing else hangs on it.
constinit std::atomic<bool> bootstrapped{false};

/// The program's end of its forkserver. One per process; a fork of the program starts its own.
class forkserver_client {
public:
    static forkserver_client& instance() {
        // Never destroyed: a pool that is a static object may be destroyed after it.
        static forkserver_client& only = *new forkserver_client;
        return only;
    }

    void send(const start_request& request, std::span<const int> descriptors) {
        const std::lock_guard guard{mutex_};
        if (generation_ != os::fork_generation()) disown();
        for (int attempt = 0;; ++attempt) {
            if (!control_) spawn();
            const auto sent = try_send(request, descriptors);
            if (sent) return;
            const bool is_gone = means_gone(sent.error());
            if (is_gone) stop();
            if (!is_gone || attempt == 1)
                throw launch_error{"asking the forkserver for a process: " +
                                   sent.error().message()};
        }
    }

private:
    os::result<void> try_send(const start_request& request, std::span<const int> descriptors) {
        const auto deadline = std::chrono::steady_clock::now() + send_limit;
        for (;;) {
            auto sent = os::send_message(control_, os::message_bytes(request), descriptors);
            if (sent || !means_later(sent.error())) return sent;
            const auto left = deadline - std::chrono::steady_clock::now();
            if (left <= left.zero()) return sent;
            os::wait_writable(control_.get(), left);
            if (sent.error().value() != EAGAIN) std::this_thread::sleep_for(shortage_pause);
        }
    }

    /// The server has no room for the request, or the system none for descriptors under way.
    static bool means_later(const std::error_code& error) {
        const int number = error.value();
        return number == EAGAIN || number == ETOOMANYREFS || number == ENOBUFS || number == ENOMEM;
    }

    static bool means_gone(const std::error_code& error) {
        return error.value() == EPIPE || error.value() == ECONNRESET || error.value() == ENOTCONN;
    }

    void spawn() {
        if (!bootstrapped.load(std::memory_order_relaxed)) // see its declaration
            throw bootstrap_error{
                "starting a process: mp::bootstrap() has not been called; make it the first line "
                "of "
                "main(), since the program is executed once more to make its workers"};
        auto ends = os::create_socket_pair();
        if (!ends)
            throw launch_error{"creating the forkserver's socket: " + ends.error().message()};
        const auto setting = std::string{role_variable} + "=" + forkserver_role;
        const auto server = os::spawn_self(setting, ends->second);
        if (!server)
            throw launch_error{"executing this program once more as its forkserver: " +
                               server.error().message()};
        server_ = *server;
        control_ = std::move(ends->first);
    }

    void stop() {
        control_.reset();
        if (server_ > 0) {
            // Its socket is closed, so it has ended or is about to; one that hangs is killed.
            os::kill_group(server_);
            os::reap_killed(server_);
        }
        server_ = 0;
    }

    /// After a fork: the server belongs to the process that started it.
    void disown() {
        control_.reset();
        server_ = 0;
        generation_ = os::fork_generation();
    }

    std::mutex mutex_; // guards: all below
    os::unique_fd control_;
    int server_ = 0;
    unsigned generation_ = os::fork_generation();
};

} // namespace

void note_bootstrap() noexcept {
    bootstrapped.store(true, std::memory_order_relaxed); // see its declaration
}

child_process child_process::start(std::array<int, 2> descriptors) {
    auto ends = os::create_socket_pair();
    if (!ends)
        throw launch_error{"creating the status socket of a process: " + ends.error().message()};
    const std::array<int, 3> passed{descriptors[0], descriptors[1], ends->second.get()};
    forkserver_client::instance().send(start_request{}, passed);
    return child_process{std::move(ends->first)};
}

std::optional<child_process::news> child_process::read_news() {
    status_message message;
    auto received = os::receive_message(status_, std::as_writable_bytes(std::span{&message, 1}));
    if (!received && received.error().value() == EAGAIN) return std::nullopt;
    if (!received || received->bytes != sizeof message) return news{news::kind::lost};
    switch (message.kind) {
        case status_kind::started:
            if (received->descriptors.size() != 1) return news{news::kind::lost};
            id_ = message.value;
            process_ = std::move(received->descriptors.front());
            return news{news::kind::started};
        case status_kind::failed:
            return news{news::kind::failed, message.value};
        case status_kind::ended:
            return news{news::kind::ended, 0, message.end};
    }
    return news{news::kind::lost};
}

void child_process::kill() noexcept {
    if (process_) os::send_signal(process_, 9);
}

void child_process::kill_and_wait() noexcept {
    if (!process_) return;
    kill();
    const std::array<int, 1> watched{process_.get()};
    (void)os::wait_readable(watched, kill_limit);
}

} // namespace tandem::launch
