// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The forkserver: a copy of the program that was executed anew, has one thread and inherited
// nothing, and forks children on request.
//
// It is the parent of the children, so the program's own SIGCHLD and waitpid() see none of them. It
// kills what is left of a child's process group before it reaps the child, while the number of the
// group cannot have been given away. It ends as soon as the program does, whatever ended it: the
// control socket reaches its end, or the pidfd of the program becomes readable (a fork of the
// program may hold the socket open). Its own end, by SIGKILL even, takes the children along
// (PDEATHSIG).

#include "launch/forkserver.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <optional>

#include "fault/fault.hpp"
#include "launch/protocol.hpp"
#include "os/fork.hpp"
#include "os/poll.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"
#include "os/spawn.hpp"

namespace tandem::launch {

namespace {

constexpr std::size_t descriptors_for_child = 2;

class forkserver {
public:
    forkserver(os::unique_fd control, os::unique_fd program, child_main run_child)
        : control_{std::move(control)}, program_{std::move(program)}, run_child_{run_child} {}

    void serve() {
        while (wait_for_news()) {
            if (program_ended_) break;
            reap_children();
            if (requests_waiting_ && !start_children()) break;
        }
        for (const auto& child : children_) end_child(child);
    }

private:
    struct served_child {
        int id;
        os::unique_fd process;
        os::unique_fd status;
        bool has_news = false;   // the pidfd is readable
        bool is_dropped = false; // the program has closed its end of the status socket
    };

    bool wait_for_news() {
        std::vector<int> watched{control_.get(), program_.get()};
        for (const auto& child : children_) {
            watched.push_back(child.process.get());
            watched.push_back(child.status.get());
        }
        const auto readable = os::wait_readable(watched, os::no_time_limit);
        if (!readable) return false;
        auto flag = readable->begin();
        requests_waiting_ = *flag++;
        program_ended_ = *flag++;
        for (auto& child : children_) {
            child.has_news = *flag++;
            child.is_dropped = *flag++;
        }
        return true;
    }

    static void end_child(const served_child& child) {
        os::send_signal(child.process, 9);
        os::kill_group(child.id);
    }

    void reap_children() {
        for (auto& child : children_) {
            if (!child.is_dropped) continue;
            end_child(child);
            child.status.reset(); // a closed peer is readable for ever: watch it no longer
        }
        std::erase_if(children_,
                      [](const served_child& child) { return child.has_news && reap(child); });
    }

    static bool reap(const served_child& child) {
        if (!os::has_ended(child.id)) return false;
        os::kill_group(child.id); // what the child has started and left behind
        const auto end = os::reap(child.id);
        if (!end || !*end) return !end;
        const status_message message{.kind = status_kind::ended, .end = **end};
        (void)os::send_message(child.status, os::message_bytes(message)); // nobody left to tell
        return true;
    }

    /// False once the program has closed the control socket.
    bool start_children() {
        for (;;) {
            start_request request;
            auto received =
                os::receive_message(control_, std::as_writable_bytes(std::span{&request, 1}));
            if (!received && received.error().value() == EMSGSIZE) continue; // no descriptors left
            if (!received) return true;
            if (received->bytes == 0) return false;
            if (received->bytes != sizeof request || request.magic != protocol_magic ||
                request.version != protocol_version ||
                received->descriptors.size() != descriptors_for_child + 1)
                return false; // not our program: end rather than guess
            start_child(std::move(received->descriptors));
        }
    }

    void start_child(std::vector<os::unique_fd> descriptors) {
        fault::hit("forkserver.before_fork");
        const auto server = os::current_process();
        const auto id = os::fork_process();
        if (id && *id == 0) become_child(server, descriptors);
        auto status = std::move(descriptors.back());
        if (!id) return report_failure(status, id.error());
        os::lead_process_group(*id);
        fault::hit("forkserver.after_fork");
        auto process = os::open_process(*id);
        if (!process) return give_up_child(*id, status, process.error());
        const status_message started{.kind = status_kind::started, .value = *id, .end = {}};
        const std::array<int, 1> passed{process->get()};
        const auto sent = os::send_message(status, os::message_bytes(started), passed);
        if (!sent) return give_up_child(*id, status, sent.error());
        children_.push_back({*id, std::move(*process), std::move(status)});
    }

    [[noreturn]] void become_child(int server, const std::vector<os::unique_fd>& descriptors) {
        os::lead_process_group(0);
        os::die_with_parent(server);
        os::set_descriptor_limit(descriptor_limit_);
        std::array<int, descriptors_for_child> given{};
        std::ranges::transform(descriptors.begin(), descriptors.begin() + descriptors_for_child,
                               given.begin(), &os::unique_fd::get);
        auto kept = os::keep_descriptors(given);
        if (!kept) os::end_process(1);
        os::end_process(run_child_(std::move(*kept)));
    }

    static void give_up_child(int id, const os::unique_fd& status, std::error_code error) {
        os::kill_group(id);
        os::reap_killed(id);
        report_failure(status, error);
    }

    static void report_failure(const os::unique_fd& status, std::error_code error) {
        const status_message failed{.kind = status_kind::failed, .value = error.value(), .end = {}};
        (void)os::send_message(status, os::message_bytes(failed));
    }

    os::unique_fd control_;
    os::unique_fd program_;
    child_main run_child_;
    // The server itself needs two descriptors per child; children get what the program had.
    std::size_t descriptor_limit_ = os::raise_descriptor_limit();
    std::list<served_child> children_;
    bool requests_waiting_ = false;
    bool program_ended_ = false;
};

/// The program at the other end of `control`, if that is our parent still.
os::result<os::unique_fd> open_program(const os::unique_fd& control) {
    const auto program = os::peer_process(control);
    if (!program) return std::unexpected{program.error()};
    auto process = os::open_process(*program);
    // Opened first, asked second: while it is our parent its number cannot be another's.
    if (process && os::parent_process() != *program) return std::unexpected{os::error_from(ESRCH)};
    return process;
}

} // namespace

void serve_if_forkserver(child_main run_child) {
    if (os::take_environment_variable(role_variable) != forkserver_role) return;
    if (!os::is_message_socket(os::inherited_descriptor)) return; // a variable that was left over
    os::fill_standard_descriptors();
    os::unique_fd control{os::inherited_descriptor};
    auto program = open_program(control);
    if (!program) os::end_process(0); // the program has ended meanwhile
    os::set_process_name("tandem-server");
    os::keep_ended_children();
    os::buffer_output_by_line();
    forkserver{std::move(control), std::move(*program), run_child}.serve();
    os::end_process(0);
}

} // namespace tandem::launch
