// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/process_main.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <limits>

#include "channel/descriptor_socket.hpp"
#include "fault/fault.hpp"
#include "os/crash_handler.hpp"
#include "os/fork.hpp"
#include "os/fork_generation.hpp"
#include "os/memory_object.hpp"
#include "os/poll.hpp"
#include "os/process.hpp"
#include "runtime/children.hpp"
#include "runtime/exception_chain.hpp"
#include "runtime/self.hpp"
#include "runtime/thread_caps.hpp"
#include "tandem/codec.hpp"
#include "tandem/detail/thunk.hpp"

namespace tandem::runtime {

namespace {

constexpr std::chrono::seconds leave_tick{1}; // how soon a program that is gone is noticed

/// Takes the one outcome of a process's function.
class outcome_sink final : public detail::result_sink {
public:
    void begin_item() override {}
    encoder& value() override {
        value_.clear();
        value_.write(true); // it returned
        return value_;
    }
    void finish_item() override {}
    void fail_item() override {
        error_ = describe_current_exception();
        value_.clear();
        value_.write(false);
        value_.write(error_);
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return value_.bytes(); }
    [[nodiscard]] const std::vector<task_error::thrown>& error() const noexcept { return error_; }

private:
    encoder value_;
    std::vector<task_error::thrown> error_;
};

void print_error(const std::string& name, const std::vector<task_error::thrown>& chain) {
    const std::string text = name + " (pid " + std::to_string(os::current_process()) +
                             ") ended by an exception: " + describe(chain) + "\n";
    (void)std::fputs(text.c_str(), stderr);
}

/// Leaves the result where the program finds it, if it wants one.
bool send_result(launch::child_start& start, std::span<const std::byte> bytes) {
    const auto result = start.descriptors.take(launch::descriptor_use::second);
    if (!result) return true;
    const auto written = os::write_to_memory_object(result, bytes);
    if (written) {
        self::instance().page()->complete_result();
        return true;
    }
    (void)std::fprintf(stderr, "%s: sending its result, %zu bytes: %s\n",
                       self::instance().name.c_str(), bytes.size(),
                       written.error().message().c_str());
    return false;
}

int call_and_report(launch::child_start& start,
                    const std::function<void(detail::result_sink&)>& call) {
    outcome_sink sink;
    try {
        fault::hit("child.function_begun");
        call(sink);
    } catch (...) {
        sink.fail_item(); // its arguments could not be decoded
    }
    int code = sink.error().empty() ? 0 : 1;
    const auto* page = self::instance().page();
    if (page == nullptr)
        os::end_process(code); // a fork that the function has made, and returned in
    if (code != 0) print_error(self::instance().name, sink.error());
    if (!send_result(start, sink.bytes())) code = 1;
    if (auto* started = children::existing()) started->end_kept();
    page->note_exit(code);
    return code;
}

/// Becomes the child, tells the program, and waits for its leave to begin: without it (the program
/// has given up, or is gone) the function must not be called.
bool settle(launch::child_start& start) {
    using launch::descriptor_use;
    self::become(start);
    if (start.outlives_parent) die_with_parent_process();
    os::set_process_name(self::instance().name);
    if (!launch::report_started(start)) return false;
    const auto& parent = self::instance().parent;
    while (!self::instance().page()->wait_until_allowed(leave_tick))
        if (os::is_readable(parent.get()) ||
            os::is_readable(start.descriptors.number(descriptor_use::status)))
            return false;
    start.descriptors.close(descriptor_use::status);
    return true;
}

std::string what_of_current_exception() {
    try {
        throw;
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return describe(describe_current_exception());
    }
}

/// What `step` returns; false if it throws, and the program is told why.
template <class Step>
bool succeeds_or_is_reported(const launch::child_start& start, Step step) {
    try {
        return step();
    } catch (...) {
        launch::report_failed(start.descriptors[launch::descriptor_use::status],
                              what_of_current_exception());
        return false;
    }
}

} // namespace

int run_process(launch::child_start& start) {
    decoder call{start.payload};
    auto handles =
        channel::descriptor_socket{start.descriptors.take(launch::descriptor_use::handles)}
            .receive_all();
    call.find_descriptors(&handles);
    const detail::thunk_entry* thunk = nullptr;
    const auto find_and_settle = [&] {
        thunk = &detail::read_thunk(call, detail::thunk_kind::call);
        return settle(start);
    };
    if (!succeeds_or_is_reported(start, find_and_settle)) return 1;
    fault::hit("child.before_arguments");
    return call_and_report(start, [&](detail::result_sink& sink) { thunk->as_call()(call, sink); });
}

int run_forked_process(launch::child_start& start, detail::process_body& body) {
    if (!succeeds_or_is_reported(start, [&] { return settle(start); })) return 1;
    return call_and_report(start, [&](detail::result_sink& sink) { body.call(sink); });
}

std::string run_preload(std::span<const std::byte> payload) {
    try {
        outcome_sink sink; // NOLINT(misc-const-correctness): the thunk writes into it
        decoder call{payload};
        detail::read_thunk(call, detail::thunk_kind::call).as_call()(call, sink);
        return sink.error().empty() ? std::string{} : describe(sink.error());
    } catch (...) {
        return what_of_current_exception();
    }
}

void warm_up() {
    (void)detail::name_code(reinterpret_cast<std::uintptr_t>(&warm_up));
    (void)os::fork_generation();
    (void)os::page_bytes();
    (void)self::instance();
    find_libraries_with_threads();
    os::prepare_to_note_crashes();
    os::flush_output();
}

} // namespace tandem::runtime
