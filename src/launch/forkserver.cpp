// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The forkserver: a copy of the program that was executed anew, has one thread and inherited
// nothing, and forks children on request, or executes the program once more for them.
//
// It is the parent of the children, so the program's own SIGCHLD and waitpid() see none of them. It
// kills what is left of a child's process group before it reaps the child, while the number of the
// group cannot have been given away. It ends as soon as the program does, whatever ended it: the
// control socket reaches its end, or the pidfd of the program becomes readable (a fork of the
// program may hold the socket open). Its own end, by SIGKILL even, takes the children along
// (PDEATHSIG).
//
// Once it has forked a child it keeps a spare one, which waits for its request: the next start need
// not wait for the fork. The spare is among the children, without a status socket.

#include "launch/role.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "fault/fault.hpp"
#include "launch/identity.hpp"
#include "launch/quiet_libraries.hpp"
#include "launch/request.hpp"
#include "os/environment.hpp"
#include "os/file.hpp"
#include "os/fork.hpp"
#include "os/poll.hpp"
#include "os/process.hpp"
#include "os/resource_limit.hpp"
#include "os/socket.hpp"
#include "os/spawn.hpp"
#include "tandem/codec.hpp"

namespace tandem::launch {

namespace {

constexpr int sigkill = 9;

class forkserver {
public:
    forkserver(os::unique_fd control, os::unique_fd program, const entry_points& entries,
               bool keeps)
        : control_{std::move(control)},
          program_{std::move(program)},
          entries_{entries},
          keeps_{keeps} {
        if (keeps_) os::adopt_orphans();
        // Forking with further threads would copy the locks that they hold.
        if (const int threads = os::thread_count(); threads > 1)
            refusal_ = "mp::bootstrap() was called when " + std::to_string(threads - 1) +
                       " further threads were running already; make it the first line of main(), "
                       "and start no threads in initialisers of static objects";
    }

    [[noreturn]] void serve() {
        tell_stage(server_stage::serving);
        while (wait_for_news()) {
            if (program_ended_) break;
            reap_children();
            if (requests_waiting_ && !answer_requests()) break;
        }
        for (const auto& child : children_) end_child(child);
        if (keeps_) os::end_descendants({});
        os::flush_output();
        os::kill_own_group(); // with what was forked by preloaded functions
    }

private:
    struct served_child {
        int id;
        os::unique_fd process;
        os::unique_fd status;
        bool has_news = false;   // the pidfd is readable
        bool is_dropped = false; // the program has closed its end of the status socket
    };

    struct spare_child {
        served_child* child;
        os::unique_fd link; // it gets its request over this
    };

    void tell_stage(server_stage stage) {
        const stage_message message{.stage = stage};
        (void)os::send_message(control_, os::message_bytes(message)); // the program may be gone
    }

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
        os::send_signal(child.process, sigkill);
        os::kill_group(child.id);
    }

    void reap_children() {
        for (auto& child : children_) {
            if (!child.is_dropped) continue;
            end_child(child);
            child.status.reset(); // a closed peer is readable for ever: watch it no longer
        }
        std::erase_if(children_,
                      [this](const served_child& child) { return child.has_news && reap(child); });
    }

    bool reap(const served_child& child) {
        const auto end = os::end_group_and_reap(child.id);
        if (!end || !*end) return !end;
        if (spare_ && spare_->child == &child) spare_.reset();
        if (keeps_) end_strangers(child.id);
        const status_head message{.kind = status_kind::ended, .value = 0, .end = **end};
        (void)os::send_message(child.status, os::message_bytes(message)); // nobody left to tell
        return true;
    }

    /// Ends what the child `ended` has left behind outside of its group.
    void end_strangers(int ended) {
        std::vector<int> spared;
        for (const auto& child : children_)
            if (child.id != ended) spared.push_back(child.id);
        os::end_descendants(spared);
    }

    /// False once the program has closed the control socket.
    bool answer_requests() {
        for (;;) {
            auto received = os::receive_message(control_, buffer_);
            if (!received) break;
            if (received->is_cut) {
                // The status socket is the first. Without it, its end tells the program.
                if (!received->descriptors.empty())
                    report_failed(received->descriptors.front(),
                                  "the forkserver has too many open files");
                continue;
            }
            auto request =
                parse_request({buffer_.data(), received->bytes}, std::move(received->descriptors));
            // The end of the stream, or not our program: end rather than guess.
            if (!request) return false;
            answer(*request, {buffer_.data(), received->bytes});
        }
        if (wants_spare_ && !spare_) fork_spare();
        return true;
    }

    void answer(request& asked, std::span<const std::byte> message) {
        if (asked.kind == request_kind::preload) return preload(asked.start.payload);
        const auto& status = asked.start.descriptors[descriptor_use::status];
        if (!asked.problem.empty()) return report_failed(status, asked.problem);
        if (!refusal_.empty()) return report_failed(status, refusal_);
        start_child(asked, message);
    }

    void preload(std::span<const std::byte> payload) {
        tell_stage(server_stage::preparing);
        auto problem = refusal_.empty() ? entries_.run_preload(payload) : std::string{};
        os::keep_ended_children(); // it may have set up another disposition
        os::flush_output();        // or each child would write it once more
        const int threads = os::thread_count();
        if (!problem.empty())
            refusal_ = "the function given to mp::forkserver_preload() failed: " + problem;
        else if (refusal_.empty() && threads > 1)
            refusal_ = "the function given to mp::forkserver_preload() left " +
                       std::to_string(threads - 1) +
                       " threads running, with which the forkserver cannot fork";
        tell_stage(server_stage::serving);
    }

    void start_child(request& asked, std::span<const std::byte> message) {
        fault::hit("forkserver.before_fork");
        if (!asked.executes && spare_ && hand_to_spare(asked.start, message)) return;
        const auto id = asked.executes ? spawn_child(asked.start) : fork_child(asked.start);
        wants_spare_ = !asked.executes && !keeps_;
        auto status = asked.start.descriptors.take(descriptor_use::status);
        if (!id)
            return report_failed(
                status, (asked.executes ? "executing this program once more: " : "forking: ") +
                            id.error().message());
        fault::hit("forkserver.after_fork");
        const auto child = take_charge(*id);
        if (!child) return report_failed(status, "opening its pidfd: " + child.error().message());
        (*child)->status = std::move(status);
    }

    /// Puts a child that has been made among the children, without a status socket.
    os::result<served_child*> take_charge(int id) {
        os::lead_process_group(id);
        auto process = os::open_process(id);
        if (!process) {
            os::kill_and_reap(id);
            return std::unexpected{process.error()};
        }
        children_.push_back({id, std::move(*process), {}});
        return &children_.back();
    }

    bool hand_to_spare(child_start& start, std::span<const std::byte> message) {
        auto spare = *std::exchange(spare_, std::nullopt);
        const auto sent = os::send_message(spare.link, message, start.descriptors.numbers());
        fault::hit("forkserver.after_fork");
        if (!sent) {
            end_child(*spare.child); // it has ended, or cannot be talked to
            return false;
        }
        spare.child->status = start.descriptors.take(descriptor_use::status);
        return true;
    }

    /// Failure means that the next start takes longer, no more.
    void fork_spare() {
        auto link = os::create_socket_pair();
        if (!link) return;
        const auto server = os::current_process();
        const auto id = os::fork_process();
        if (!id) return;
        if (*id == 0) become_spare(server, std::move(link->second));
        if (const auto child = take_charge(*id))
            spare_ = spare_child{*child, std::move(link->first)};
    }

    [[noreturn]] void become_spare(int server, os::unique_fd link) {
        begin_below(server);
        os::set_process_name("tandem-spare");
        os::close_descriptors_except({link.get(), program_.get()});
        touch_what_a_start_needs();
        for (;;) {
            auto received = os::receive_message(link, buffer_);
            const bool is_asked = received && received->bytes > 0 && !received->is_cut;
            if (is_asked) link.reset(); // the child must not have it
            if (is_asked)
                run_request({buffer_.data(), received->bytes}, std::move(received->descriptors));
            if (received || received.error().value() != EAGAIN) os::end_process(0);
            const std::array<int, 1> watched{link.get()};
            (void)os::wait_readable(watched, os::no_time_limit);
        }
    }

    /// Pages that the server and its children share until one writes to them: better now than when
    /// somebody waits.
    void touch_what_a_start_needs() {
        entries_.warm_up();
        child_settings some;
        some.path.push_back(1);
        (void)decode<child_settings>(encode(some));
    }

    [[noreturn]] void run_request(std::span<const std::byte> message,
                                  std::vector<os::unique_fd> descriptors) {
        auto asked = parse_request(message, std::move(descriptors));
        if (!asked || !asked->problem.empty()) os::end_process(1); // the server has checked it
        complete(asked->start);
        launch::run_child(entries_, asked->start);
    }

    os::result<int> fork_child(child_start& start) {
        const auto server = os::current_process();
        const auto id = os::fork_process();
        if (id && *id == 0) become_child(server, start);
        return id;
    }

    void begin_below(int server) {
        os::lead_process_group(0);
        os::die_with_parent(server);
        if (descriptor_limit_ != raised_limit_) os::set_descriptor_limit(descriptor_limit_);
        os::unblock_signals();
    }

    /// In the child: gives it the descriptor that the program does not send.
    void complete(child_start& start) {
        start.descriptors.set(descriptor_use::program, std::move(program_));
        start.descriptors.close(descriptor_use::memory); // it is mapped
    }

    [[noreturn]] void become_child(int server, child_start& start) {
        begin_below(server);
        complete(start);
        os::close_descriptors_except(start.descriptors.numbers());
        launch::run_child(entries_, start);
    }

    os::result<int> spawn_child(child_start& start) {
        auto& given = start.descriptors;
        os::spawn_request request{.environment = start.settings.environment
                                                     ? *start.settings.environment
                                                     : os::current_environment()};
        remove_role(request.environment);
        request.environment.push_back(
            std::string{role_variable} + "=" + child_role_name + ":" + library_identity() + ":" +
            std::to_string(os::current_process()) + ":" + std::to_string(descriptor_limit_));
        request.standard = {given.number(descriptor_use::input),
                            given.number(descriptor_use::output),
                            given.number(descriptor_use::errors)};
        request.directory = given.number(descriptor_use::directory);
        // In the order in which inherited_start() takes them.
        request.descriptors.push_back(given.number(descriptor_use::memory));
        for (const auto use : uses_of_executed_child)
            if (given.has(use)) request.descriptors.push_back(given.number(use));
        request.descriptors.push_back(program_.get());
        return os::spawn_self(request);
    }

    os::unique_fd control_;
    os::unique_fd program_;
    entry_points entries_;
    bool keeps_;
    std::string refusal_; // why this server starts no children; empty: it does
    // The server itself needs two descriptors per child; children get what the program had.
    std::uint64_t descriptor_limit_ = os::raise_descriptor_limit();
    std::uint64_t raised_limit_ = os::raise_descriptor_limit();
    std::list<served_child> children_;
    std::optional<spare_child> spare_;
    bool wants_spare_ = false;
    bool requests_waiting_ = false;
    bool program_ended_ = false;
    std::array<std::byte, most_message_bytes> buffer_{};
};

} // namespace

void serve_as_forkserver(int parent, const entry_points& entries, bool keeps) {
    os::close_on_exec(os::first_inherited_descriptor);
    os::unique_fd control{os::first_inherited_descriptor};
    auto program = os::open_process(parent);
    // Opened first, asked second: while it is our parent its number cannot be another's.
    if (!program || os::parent_process() != parent) os::end_process(0); // it has ended meanwhile
    os::set_process_name("tandem-server");
    restore_environment();
    os::keep_ended_children();
    // It ends with the program, and not before it has ended what its children have started.
    os::block_ending_signals();
    os::flush_output(); // what initialisers have written must not be in every child's buffer
    os::buffer_output_by_line();
    entries.warm_up();
    forkserver{std::move(control), *std::move(program), entries, keeps}.serve();
}

} // namespace tandem::launch
