// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/started_process.hpp"

#include <algorithm>
#include <csignal>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>

#include "channel/descriptor_socket.hpp"
#include "fault/fault.hpp"
#include "launch/to_exit_status.hpp"
#include "os/fork.hpp"
#include "os/memory_object.hpp"
#include "os/poll.hpp"
#include "os/process.hpp"
#include "runtime/children.hpp"
#include "runtime/process_main.hpp"
#include "runtime/self.hpp"
#include "runtime/spare_page.hpp"
#include "runtime/surroundings.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

using kind = launch::child_process::news::kind;
using clock = started_process::clock;

constexpr std::chrono::seconds start_tick{1}; // the server may come to another stage meanwhile
constexpr std::chrono::nanoseconds status_limit = std::chrono::seconds{5}; // a server that hangs
constexpr std::chrono::milliseconds ending_tick{10};
constexpr std::chrono::seconds longest_sleep{1};      // then looks whether a server hangs
constexpr std::chrono::milliseconds retry_limit{500}; // of servers that are killed
constexpr std::chrono::seconds kill_limit{5}; // SIGKILL takes effect, unless the kernel is stuck

void refuse_threads(const std::string& name) {
    const int threads = os::thread_count() - harmless_threads();
    if (threads <= 1) return;
    throw fork_refused{
        "starting process " + name + ": start_method::fork while " + std::to_string(threads - 1) +
        " other threads are running (a pool has one of its own); a lock that one of them holds "
        "would stay locked in the child for ever. Use start_method::forkserver, or set "
        ".force_fork"};
}

/// How the wait for a start ended.
enum class outcome : unsigned char { started, lost };

launch_error failed_start(const std::string& name, const std::string& reason) {
    return launch_error{"starting process " + name + ": " + reason};
}

outcome wait_for_start(launch::child_process& child, const std::string& name) {
    const auto begun = clock::now();
    if (child.has_begun()) return outcome::started;
    for (;;) {
        if (const auto news = child.read_news()) {
            if (news->what == kind::started) return outcome::started;
            if (news->what == kind::lost) return outcome::lost;
            if (news->what == kind::failed) throw failed_start(name, news->text);
            throw failed_start(name, "it ended before its function was called: " +
                                         launch::to_exit_status(news->end).describe());
        }
        const auto limit = launch::forkserver_client::instance().start_limit();
        const auto left = limit - (clock::now() - begun);
        if (left <= left.zero()) {
            child.give_up();
            throw failed_start(
                name, "it has not started within " +
                          std::to_string(
                              std::chrono::duration_cast<std::chrono::seconds>(limit).count()) +
                          " seconds; is mp::bootstrap() the first line of main()?");
        }
        (void)os::wait_readable(child.watched(),
                                std::min<std::chrono::nanoseconds>(left, start_tick));
    }
}

using parts = started_process::parts;

channel::process_page create_page(const std::string& name) {
    if (auto spare = spare_page::take()) return *std::move(spare);
    auto page = channel::process_page::create();
    if (!page)
        throw failed_start(name, "creating the page shared with it: " + page.error().message());
    return *std::move(page);
}

/// What the program shares with a child, and what names it.
parts prepare(launch::child_start& start, bool wants_result) {
    const auto& name = start.settings.name;
    parts made{name, create_page(name), {}, {}};
    start.descriptors.lend(launch::descriptor_use::first, made.page.fd().get());
    if (!wants_result) return made;
    auto result = os::create_growing_memory_object("tandem-result");
    if (!result)
        throw failed_start(name, "creating the memory for its result: " + result.error().message());
    made.result = *std::move(result);
    start.descriptors.lend(launch::descriptor_use::second, made.result.get());
    return made;
}

/// The socket in which these lie for the child; none if there are none.
os::unique_fd send_ahead(const detail::descriptor_bundle& handles, const std::string& name) {
    if (handles.empty()) return {};
    const auto reason = [&](const std::error_code& error) {
        return "sending it " + std::to_string(handles.entries().size()) +
               " handles: " + error.message();
    };
    auto ends = channel::descriptor_socket::create();
    if (!ends) throw failed_start(name, reason(ends.error()));
    if (const auto sent = ends->first.send(handles); !sent)
        throw failed_start(name, reason(sent.error()));
    return ends->second.release();
}

parts request_and_wait(const process_options& options, const detail::process_body& body,
                       start_method method, bool wants_result) {
    launch::require_bootstrap(); // first: a static object has code that cannot be named yet
    encoder payload;
    detail::descriptor_bundle handles;
    payload.carry_descriptors(&handles);
    body.encode(payload);
    const auto begun = clock::now();
    auto again = options; // with the name that the first try has given it
    for (;;) {
        auto start = start_with(again, false);
        again.name = start.settings.name;
        start.payload = payload.bytes();
        auto made = prepare(start, wants_result);
        start.descriptors.set(launch::descriptor_use::handles, send_ahead(handles, made.name));
        made.child = launch::child_process::request(
            start, {.executes = method == start_method::spawn, .keeps = options.keep_descendants});
        fault::hit("program.before_handshake");
        if (wait_for_start(made.child, made.name) == outcome::started) return made;
        // Its function has not been called, since it had no leave to: try again.
        const auto loss = made.child.describe_loss();
        const bool is_over = clock::now() - begun > retry_limit;
        if (is_over || !loss.may_be_tried_again) throw failed_start(made.name, loss.text);
    }
}

parts fork(const process_options& options, detail::process_body& body, bool wants_result) {
    auto start = start_with(options, true);
    if (!options.force_fork) refuse_threads(start.settings.name);
    auto made = prepare(start, wants_result);
    auto parent = os::open_process(os::current_process());
    if (!parent) throw failed_start(made.name, "opening a pidfd: " + parent.error().message());
    start.descriptors.set(launch::descriptor_use::program, *std::move(parent));
    made.child = launch::child_process::fork(
        std::move(start), [&](launch::child_start& own) { return run_forked_process(own, body); });
    if (wait_for_start(made.child, made.name) == outcome::lost)
        throw failed_start(made.name, made.child.describe_loss().text);
    return made;
}

parts start_child(const process_options& options, detail::process_body& body,
                  detail::start_details details) {
    const auto method =
        details.must_fork ? start_method::fork : options.method.value_or(default_start_method());
    if (method == start_method::fork && options.keep_descendants)
        throw std::invalid_argument{
            "starting a process: a fork cannot have .keep_descendants, which takes a forkserver"};
    if (method == start_method::fork) return fork(options, body, details.wants_result);
    if (method != start_method::forkserver && method != start_method::spawn)
        throw std::invalid_argument{"starting a process: there is no start_method " +
                                    std::to_string(static_cast<int>(method))};
    return request_and_wait(options, body, method, details.wants_result);
}

} // namespace

std::shared_ptr<started_process> started_process::start(const process_options& options,
                                                        detail::process_body& body,
                                                        detail::start_details details) {
    auto process = std::make_shared<started_process>(options, start_child(options, body, details));
    children::instance().add(process);
    process->page_.allow(); // nothing can fail any more
    return process;
}

started_process::started_process(const process_options& options, parts made)
    : name_{std::move(made.name)},
      daemon_{options.daemon},
      grace_{options.grace},
      id_{made.child.id()},
      sentinel_{made.child.process().get()},
      page_{std::move(made.page)},
      child_{std::move(made.child)},
      result_{std::move(made.result)} {}

started_process::~started_process() {
    try {
        // What is left of its process group has been killed: nobody else uses it.
        if (end_ && is_ours()) spare_page::keep(std::move(page_));
    } catch (const std::bad_alloc&) {
        return; // the next process makes one of its own
    }
}

void started_process::require_ours(const char* doing) const {
    if (!is_ours())
        throw launch_error{std::string{doing} + " process " + name_ +
                           ": it belongs to the process that this one was forked from"};
}

void started_process::read_news() {
    while (!end_) {
        auto news = child_.read_news();
        if (!news) return;
        if (news->what == kind::ended)
            end_ = launch::to_exit_status(news->end);
        else if (news->what == kind::lost)
            end_ = lose();
    }
}

/// Its server was killed, and it with it: unless it has got rid of that by setuid(2).
exit_status started_process::lose() {
    child_.kill();
    return unknown_end();
}

/// Its server was killed, or somebody else in this program has reaped it. It may say itself.
exit_status started_process::unknown_end() const {
    const auto code = page_.exit_code();
    return code ? exit_status::exited(*code) : exit_status{};
}

std::optional<exit_status> started_process::wait_for(std::chrono::nanoseconds limit) {
    require_ours("waiting for");
    const auto begun = clock::now();
    for (;;) {
        const auto seen = look();
        if (seen.end) return seen.end;
        // An end that has come is waited for beyond the limit: how it came will be known at once.
        if (seen.is_ending) return wait_for_status();
        const auto left = std::max(limit, limit.zero()) - (clock::now() - begun);
        if (left <= left.zero()) return std::nullopt;
        const auto slice = std::min<std::chrono::nanoseconds>(left, longest_sleep);
        (void)os::wait_readable(seen.watched, slice);
    }
}

/// It has ended: waits for its server's word of how. One that hangs is not waited for.
exit_status started_process::wait_for_status() {
    const auto begun = clock::now();
    for (;;) {
        const auto seen = look();
        if (seen.end) return *seen.end;
        if (clock::now() - begun > status_limit) break;
        (void)os::wait_readable(seen.watched, ending_tick);
    }
    const std::lock_guard guard{mutex_};
    if (!end_) end_ = unknown_end();
    return *end_;
}

void started_process::wait_to_the_end() noexcept {
    for (;;) {
        try {
            if (!is_ours() || wait_for(std::chrono::nanoseconds::max())) return;
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(ending_tick); // until there is memory to wait with
        }
    }
}

started_process::view started_process::look() {
    const std::lock_guard guard{mutex_};
    read_news();
    view seen{.end = end_};
    if (end_) return seen;
    seen.is_ending = child_.is_ending();
    seen.watched = child_.watched();
    return seen;
}

bool started_process::has_ended() {
    require_ours("looking at");
    const auto seen = look();
    return seen.end || seen.is_ending;
}

void started_process::request_stop() {
    require_ours("stopping");
    page_.request_stop();
}

void started_process::signal(int number) {
    require_ours("sending a signal to");
    const std::lock_guard guard{mutex_};
    os::send_signal(child_.process(), number);
}

void started_process::ask_to_stop() noexcept {
    if (!is_ours() || asked_to_stop_) return;
    asked_to_stop_ = clock::now();
    page_.request_stop();
}

void started_process::end() noexcept {
    if (!is_ours()) return;
    try {
        if (look().end) return;
        ask_to_stop();
        const auto asked_for = clock::now() - *asked_to_stop_;
        if (wait_for(std::max<std::chrono::nanoseconds>(grace_, {}) - asked_for)) return;
        signal(SIGKILL);
        (void)wait_for(kill_limit);
    } catch (...) {
        // No memory to wait with. What follows needs none: the forkserver kills the child once its
        // status socket is shut down.
        const std::lock_guard guard{mutex_};
        child_.kill();
    }
}

std::optional<os::mapping> started_process::take_result() {
    const std::lock_guard guard{mutex_};
    if (std::exchange(result_taken_, true))
        throw std::logic_error{"taking the result of process " + name_ + ": it has been taken"};
    const auto memory = std::exchange(result_, {});
    // A descendant that has escaped must not change it while it is read.
    if (const auto sealed = os::seal_memory_object(memory); !sealed)
        throw launch_error{"sealing the result of process " + name_ +
                           ", which another process has "
                           "mapped: " +
                           sealed.error().message()};
    auto result = os::mapping::map_whole(memory);
    if (!result)
        throw launch_error{"mapping the result of process " + name_ + ": " +
                           result.error().message()};
    if (!page_.result_is_complete() || result->bytes().empty()) return std::nullopt;
    return *std::move(result);
}

} // namespace tandem::runtime
