// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/child_process.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "fault/fault.hpp"
#include "os/fork.hpp"
#include "os/poll.hpp"
#include "os/socket.hpp"
#include "tandem/error.hpp"

namespace tandem::launch {

namespace {

constexpr std::chrono::seconds kill_limit{1}; // SIGKILL takes effect, unless the kernel is stuck
// The same on all systems; only src/os includes the header of signals.
constexpr int sigkill = 9;
constexpr int sigterm = 15;
constexpr int sigcont = 18;
constexpr std::string_view no_room = "taking its pidfd: too many open files";

os::socket_pair create_status_sockets() {
    auto ends = os::create_socket_pair();
    if (!ends)
        throw launch_error{"creating the status socket of a process: " + ends.error().message()};
    return *std::move(ends);
}

std::optional<status_head> head_of(std::span<const std::byte> message) {
    status_head head;
    if (message.size() < sizeof head) return std::nullopt;
    std::memcpy(&head, message.data(), sizeof head);
    return head;
}

child_process::news failed_start(std::span<const std::byte> text) {
    child_process::news failed{child_process::news::kind::failed};
    failed.text.assign(reinterpret_cast<const char*>(text.data()), text.size());
    return failed;
}

/// What the forked child does; it inherits all that the program has.
[[noreturn]] void become_child(child_start& start, int parent, bool parent_thread_stays,
                               const std::function<int(child_start&)>& run) {
    os::lead_process_group(0);
    if (parent_thread_stays) os::die_with_parent(parent);
    start.outlives_parent = !parent_thread_stays;
    start.descriptors.adopt(descriptor_use::first);
    start.descriptors.adopt(descriptor_use::second);
    os::reset_signals();
    int code = 1;
    try {
        if (const auto problem = settle_in(start); !problem.empty())
            report_failed(start.descriptors[descriptor_use::status], problem);
        else
            code = run(start);
    } catch (...) {
        code = 1; // `run` reports what its function throws; this is a shortage of memory
    }
    os::end_process(code);
}

} // namespace

child_process child_process::request(child_start& start, how way) {
    auto [ours, theirs] = create_status_sockets();
    start.descriptors.set(descriptor_use::status, std::move(theirs));
    child_process child;
    if (way.keeps) child.keeper_ = std::make_shared<forkserver_client>(true);
    child.server_ = child.client().send(start, way.executes);
    child.status_ = std::move(ours);
    start.descriptors.close(descriptor_use::status);
    fault::hit("program.after_request");
    return child;
}

child_process child_process::fork(child_start start, const std::function<int(child_start&)>& run) {
    child_process child;
    if (may_fail_to_settle(start)) { // else it has nothing to tell
        auto [ours, theirs] = create_status_sockets();
        start.descriptors.set(descriptor_use::status, std::move(theirs));
        child.status_ = std::move(ours);
    }
    child.is_silent_ = !child.status_;
    const auto parent = os::current_process();
    const bool stays = os::is_main_thread();
    os::flush_output(); // or both would write it
    const auto id = os::fork_process();
    if (!id) throw launch_error{"forking this program: " + id.error().message()};
    if (*id == 0) {
        (void)child.status_.release(); // not shut down: the parent has it
        become_child(start, parent, stays, run);
    }
    os::lead_process_group(*id);
    child.id_ = *id;
    auto process = os::open_process(*id);
    if (!process) {
        os::kill_and_reap(*id);
        child.has_ended_ = true;
        throw launch_error{"opening the pidfd of a process: " + process.error().message()};
    }
    child.process_ = *std::move(process);
    return child;
}

child_process::child_process(child_process&& other) noexcept
    : status_{std::move(other.status_)},
      process_{std::move(other.process_)},
      keeper_{std::move(other.keeper_)},
      server_{std::move(other.server_)},
      id_{std::exchange(other.id_, 0)}, // nothing is left to drop
      has_ended_{other.has_ended_},
      is_silent_{other.is_silent_},
      generation_{other.generation_} {}

child_process& child_process::operator=(child_process&& other) noexcept {
    if (this == &other) return *this;
    drop();
    status_ = std::move(other.status_);
    process_ = std::move(other.process_);
    keeper_ = std::move(other.keeper_);
    server_ = std::move(other.server_);
    id_ = std::exchange(other.id_, 0); // nothing is left to drop
    has_ended_ = other.has_ended_;
    is_silent_ = other.is_silent_;
    generation_ = other.generation_;
    return *this;
}

forkserver_client& child_process::client() const {
    return keeper_ != nullptr ? *keeper_ : forkserver_client::instance();
}

std::optional<child_process::news> child_process::read_news() {
    // Asked first: what it has told before its end is in the socket then.
    const bool has_ended =
        server_ == nullptr && !has_ended_ && os::state_of(id_) != os::child_state::running;
    if (auto told = read_status()) return told;
    return has_ended ? reap_own() : std::nullopt;
}

std::optional<child_process::news> child_process::read_status() {
    using kind = news::kind;
    if (is_silent_) return std::nullopt;
    std::array<std::byte, most_message_bytes> buffer; // filled below
    auto received = os::receive_message(status_, buffer);
    if (!received && received.error().value() == EAGAIN) {
        if (server_ == nullptr || !os::is_readable(server_->get())) return std::nullopt;
        // It may have answered just before its end.
        received = os::receive_message(status_, buffer);
        if (!received) return news{kind::lost};
    }
    const std::span<const std::byte> message{buffer.data(), received ? received->bytes : 0};
    const auto head = head_of(message);
    if (!head && server_ == nullptr) {
        is_silent_ = true; // our own child has closed it, and is waited for otherwise
        return std::nullopt;
    }
    if (!head) return news{kind::lost};
    if (head->kind == status_kind::failed) return failed_start(message.subspan(sizeof *head));
    if (head->kind == status_kind::started) return begin(*head, received->descriptors);
    has_ended_ = true;
    news ended{kind::ended};
    ended.end = head->end;
    return ended;
}

child_process::news child_process::begin(const status_head& head,
                                         std::span<os::unique_fd> descriptors) {
    if (descriptors.size() != 1) return failed_start(std::as_bytes(std::span{no_room}));
    id_ = head.value;
    process_ = std::move(descriptors.front());
    return news{news::kind::started};
}

std::optional<child_process::news> child_process::reap_own() {
    using kind = news::kind;
    const auto end = os::end_group_and_reap(id_);
    if (end && !*end) return std::nullopt;
    has_ended_ = true;
    if (!end) return news{kind::lost}; // somebody else in this program has reaped it
    news ended{kind::ended};
    ended.end = **end;
    return ended;
}

bool child_process::is_ending() const noexcept {
    return process_ && !has_ended_ && os::is_readable(process_.get());
}

std::vector<int> child_process::watched() const {
    std::vector<int> descriptors;
    if (!is_silent_) descriptors.push_back(status_.get());
    if (server_ != nullptr)
        descriptors.push_back(server_->get());
    else if (process_)
        descriptors.push_back(process_.get());
    return descriptors;
}

forkserver_client::loss child_process::describe_loss() const {
    if (server_ == nullptr)
        return {"another part of this program has taken its exit status", false};
    return client().describe_end(server_);
}

void child_process::give_up() const {
    if (server_ != nullptr) client().give_up(server_);
}

void child_process::kill() noexcept {
    if (process_) os::send_signal(process_, sigkill);
}

void child_process::terminate() noexcept {
    if (process_) os::send_signal(process_, sigterm);
}

void child_process::resume() noexcept {
    if (process_) os::send_signal(process_, sigcont);
}

void child_process::kill_and_wait() noexcept {
    if (!process_) return;
    kill();
    const std::array<int, 1> watched{process_.get()};
    (void)os::wait_readable(watched, kill_limit);
}

void child_process::drop() noexcept {
    if (generation_ != os::fork_generation()) {
        // A fork's copy: the child is not its own. Nor are the descriptors, if it has closed all.
        (void)status_.release();
        (void)process_.release();
        if (keeper_ != nullptr) keeper_->disown();
        return;
    }
    if (has_ended_) return;
    // Not only closed: a fork of this program may hold a copy, and the server would not notice.
    if (status_) os::shut_down(status_);
    if (server_ != nullptr || id_ == 0) return;
    kill_and_wait();
    (void)reap_own();
}

} // namespace tandem::launch
