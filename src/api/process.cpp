// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/process.hpp"

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <utility>
#include <vector>

#include "launch/forkserver_client.hpp"
#include "os/memory_object.hpp"
#include "runtime/children.hpp"
#include "runtime/exception_chain.hpp"
#include "runtime/started_process.hpp"
#include "tandem/forkserver.hpp"

namespace tandem {

namespace {

// Relaxed throughout: a setting on its own.
constinit std::atomic<start_method> method_of_program{start_method::forkserver};

} // namespace

void set_start_method(start_method method) noexcept {
    method_of_program.store(method, std::memory_order_relaxed); // see its declaration
}

start_method default_start_method() noexcept {
    return method_of_program.load(std::memory_order_relaxed); // see its declaration
}

process_handle::process_handle() noexcept = default;
process_handle::process_handle(const process_handle&) noexcept = default;
process_handle::process_handle(process_handle&&) noexcept = default;
process_handle& process_handle::operator=(const process_handle&) noexcept = default;
process_handle& process_handle::operator=(process_handle&&) noexcept = default;
process_handle::~process_handle() = default;

process_handle::process_handle(std::shared_ptr<runtime::started_process> process) noexcept
    : process_{std::move(process)} {}

runtime::started_process& process_handle::ref() const {
    if (process_ == nullptr)
        throw std::logic_error{
            "using a process: there is none in this object; it was default-constructed, moved "
            "from or detached"};
    return *process_;
}

void process_handle::reset() noexcept { process_.reset(); }

exit_status process_handle::join() const {
    for (;;)
        if (const auto end = join_for(std::chrono::hours{24})) return *end;
}

std::optional<exit_status> process_handle::join_for(std::chrono::nanoseconds limit) const {
    return ref().wait_for(limit);
}

bool process_handle::running() const { return !ref().has_ended(); }
void process_handle::request_stop() const { ref().request_stop(); }
void process_handle::interrupt() const { ref().signal(SIGINT); }
void process_handle::terminate() const { ref().signal(SIGTERM); }
void process_handle::kill() const { ref().signal(SIGKILL); }
int process_handle::id() const { return ref().id(); }
const std::string& process_handle::name() const { return ref().name(); }
bool process_handle::daemon() const { return ref().daemon(); }
int process_handle::sentinel() const { return ref().sentinel(); }

std::vector<process_handle> active_children() {
    std::vector<process_handle> handles;
    for (auto& process : runtime::children::instance().active())
        handles.push_back(process_handle{std::move(process)});
    return handles;
}

namespace detail {

process_body::~process_body() = default;

shared_process start_process(const process_options& options, process_body& body,
                             start_details details) {
    return runtime::started_process::start(options, body, details);
}

void end_process(runtime::started_process& process) noexcept { process.end(); }

void detach_process(shared_process process) {
    process->require_ours("detaching");
    runtime::children::instance().keep(std::move(process));
}

void add_preload(const process_body& body) {
    encoder payload;
    body.encode(payload);
    launch::forkserver_client::instance().add_preload(
        {payload.bytes().begin(), payload.bytes().end()});
}

struct process_outcome::content {
    os::mapping memory;
    std::span<const std::byte> value;
};

process_outcome::process_outcome(runtime::started_process& process) {
    std::optional<exit_status> end;
    while (!end) end = process.wait_for(std::chrono::hours{24});
    auto memory = process.take_result();
    const task_place place{.index = 0, .pid = process.id(), .process = process.name()};
    if (!memory) throw worker_crashed{place, *end};
    const std::span<const std::byte> bytes = memory->bytes();
    decoder outcome{bytes};
    const bool returned = outcome.read<bool>();
    if (!returned) std::rethrow_exception(runtime::decode_task_error(outcome, place));
    content_ = std::make_unique<content>(*std::move(memory), bytes.subspan(sizeof returned));
}

process_outcome::~process_outcome() = default;

std::span<const std::byte> process_outcome::bytes() const noexcept { return content_->value; }

} // namespace detail
} // namespace tandem
