// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/worker_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <unordered_map>

#include "channel/descriptor_socket.hpp"
#include "channel/worker_end.hpp"
#include "fault/fault.hpp"
#include "os/crash_handler.hpp"
#include "os/fork.hpp"
#include "os/oom_score.hpp"
#include "os/process.hpp"
#include "runtime/exception_chain.hpp"
#include "runtime/memory_state.hpp"
#include "runtime/output_text.hpp"
#include "runtime/self.hpp"
#include "runtime/shared_store.hpp"
#include "runtime/thread_caps.hpp"
#include "tandem/detail/kept_regions.hpp"
#include "tandem/detail/thunk.hpp"
#include "tandem/worker_state.hpp"

namespace tandem::runtime {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_interval{10};
constexpr std::size_t most_kept_regions = 64;              // each has a descriptor
constexpr std::size_t block_bytes = std::size_t{16} << 10; // of results: what a first cache holds

/// Where a test may kill a worker in a block, in a build that has such places.
constexpr void (*on_begin)() = fault::enabled ? +[] { fault::hit("worker.item_begun"); } : nullptr;

/// Sends each outcome the moment it is there: what a worker has finished survives its crash.
class ring_sink final : public detail::result_sink {
public:
    ring_sink(channel::worker_end& channel, const channel::descriptor_socket& descriptors,
              const output_mark& mark)
        : channel_{channel},
          descriptors_{descriptors},
          mark_{mark},
          marks_output_{mark != output_mark{}} {}

    /// Expects `count` items. `flags`: see wire::run_flags.
    void open(std::uint32_t count, std::uint32_t flags) {
        left_ = count;
        running_ = false;
        flags_ = flags;
        if (has(wire::run_flags::timed)) begun_ = clock::now();
    }

    std::optional<detail::result_block> open_block(std::size_t result_bytes,
                                                   std::size_t most) override {
        if (!has(wire::run_flags::packed) || marks_output_) return std::nullopt;
        const auto room = std::clamp<std::size_t>(block_bytes / result_bytes, 1, most);
        block_result_bytes_ = result_bytes;
        running_ = true; // until it is closed: one of its items, or between two
        const auto place = channel_.open_block(room * result_bytes);
        return detail::result_block{place.data(), room, channel_.items_begun_word(),
                                    channel_.items_done_word(), on_begin};
    }
    void close_block(std::size_t filled) override {
        left_ -= static_cast<std::uint32_t>(filled);
        const auto time = has(wire::run_flags::timed) && left_ == 0 ? elapsed() : 0;
        channel_.close_block(filled, filled * block_result_bytes_, time);
        running_ = false;
    }

    void begin_item() override {
        running_ = true;
        if (has(wire::run_flags::watched))
            channel_.begin_watched_item();
        else
            channel_.begin_item();
        fault::hit("worker.item_begun");
    }
    encoder& value() override {
        start_record();
        return buffer_;
    }
    void finish_item() override { send(wire::result_kind::value); }
    void fail_item() override {
        start_record();
        buffer_.write(describe_current_exception());
        send(wire::result_kind::error);
    }

    /// Fails the running item, if there is one, and all that were not begun. In a catch block.
    void fail_rest() {
        while (left_ > 0) {
            if (!running_) begin_item();
            fail_item();
        }
    }

private:
    [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags_ & flag) != 0; }

    void start_record() noexcept {
        buffer_.clear();
        buffer_.carry_descriptors(&sent_with_);
        sent_with_.clear();
    }

    /// Sends the descriptors that the result names.
    void send_descriptors() {
        if (sent_with_.empty()) return;
        const auto ask_to_drain = [this] {
            channel_.send_result(wire::result_kind::descriptors, 0, {});
        };
        if (const auto sent = descriptors_.send_and_drain(sent_with_, ask_to_drain); !sent)
            throw codec_error{"returning " + std::to_string(sent_with_.entries().size()) +
                              " handles from a task at once: " + sent.error().message()};
        encoder numbers;
        for (const auto& each : sent_with_.entries()) numbers.write(each.number);
        channel_.send_result(wire::result_kind::descriptors, 0, numbers.bytes());
    }

    void send(wire::result_kind kind) {
        send_descriptors();
        if (marks_output_) write_output_mark(mark_);
        --left_;
        running_ = false;
        const auto time = has(wire::run_flags::timed) && left_ == 0 ? elapsed() : 0;
        channel_.send_result(kind, time, buffer_.bytes());
        if (buffer_.size() > channel::ring_bytes)
            buffer_ = encoder{}; // keep no big result's memory
    }

    [[nodiscard]] std::uint32_t elapsed() const {
        const auto taken = std::chrono::nanoseconds{clock::now() - begun_}.count();
        constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(taken, 1, most));
    }

    channel::worker_end& channel_;
    const channel::descriptor_socket& descriptors_;
    const output_mark mark_;
    const bool marks_output_;
    encoder buffer_;
    detail::descriptor_bundle sent_with_; // the result in it
    std::uint32_t left_ = 0;
    std::uint32_t flags_ = 0;
    bool running_ = false;
    std::size_t block_result_bytes_ = 0;
    clock::time_point begun_;
};

std::span<const std::byte> whole_body(const channel::received_task& task) {
    if (task.cut) throw std::bad_alloc{};
    return task.body;
}

class worker {
public:
    worker(channel::worker_end channel, channel::descriptor_socket descriptors,
           const output_mark& mark)
        : channel_{std::move(channel)},
          descriptors_{std::move(descriptors)},
          sink_{channel_, descriptors_, mark} {}

    int run() {
        detail::keep_received_regions(most_kept_regions);
        channel_.on_idle(&detail::drop_received_regions);
        for (;;) {
            const auto task = channel_.next_task();
            switch (task.kind) {
                case wire::task_kind::call:
                    run_call(task);
                    look_at_memory();
                    break;
                case wire::task_kind::open_job:
                    open_job(task);
                    break;
                case wire::task_kind::chunk:
                    run_chunk(task);
                    look_at_memory();
                    break;
                case wire::task_kind::close_job:
                    last_job_ = nullptr;
                    jobs_.erase(task.number);
                    break;
                case wire::task_kind::share:
                    keep_shared_bytes(whole_body(task));
                    break;
                case wire::task_kind::unshare:
                    drop_shared_bytes(decoder{task.body}.read<std::uint64_t>());
                    break;
                case wire::task_kind::descriptors:
                    received_with_ = descriptors_.receive(wire::read_numbers(whole_body(task)));
                    continue;
                case wire::task_kind::stop:
                    detail::end_worker_state();
                    return 0;
                case wire::task_kind::continuation:
                    return 1; // skipped or assembled before
            }
            if (!received_with_.empty()) [[unlikely]]
                received_with_.clear(); // they were for this task
        }
    }

private:
    struct opened_job {
        std::unique_ptr<detail::chunk_runner> runner;
        std::exception_ptr error; // why there is no runner
    };

    /// Asks to be replaced if this process has grown more than its pool allows.
    void look_at_memory() {
        const auto most = channel_.max_resident_bytes();
        if (most == 0 || clock::now() < next_look_) return;
        next_look_ = clock::now() + look_interval;
        const auto resident = resident_bytes(os::current_process());
        if (resident && *resident > most) channel_.note_spent();
    }

    void run_call(const channel::received_task& task) {
        sink_.open(1, 0);
        try {
            auto call = reader_of(whole_body(task));
            sink_.open(1, call.read<std::uint32_t>());
            detail::read_thunk(call, detail::thunk_kind::call).as_call()(call, sink_);
        } catch (...) {
            sink_.fail_rest();
        }
    }

    void open_job(const channel::received_task& task) {
        auto& job = jobs_[task.number];
        channel_.begin_opening(task.number);
        fault::hit("worker.opening");
        try {
            auto state = reader_of(whole_body(task));
            job.runner = detail::read_thunk(state, detail::thunk_kind::job).as_job()(state);
        } catch (...) {
            job.error = std::current_exception(); // told once per item
        }
        channel_.end_opening();
    }

    /// Nearly always the one of the chunk before.
    const opened_job& job_of(std::uint32_t number) {
        if (last_job_ == nullptr || last_number_ != number) {
            last_job_ = &jobs_.at(number); // stays where it is until it is erased
            last_number_ = number;
        }
        return *last_job_;
    }

    void run_chunk(const channel::received_task& task) {
        auto items = reader_of(task.body);
        const auto count = items.read<std::uint32_t>();
        sink_.open(count, items.read<std::uint32_t>());
        try {
            (void)whole_body(task);
            const auto& job = job_of(task.number);
            if (!job.runner) std::rethrow_exception(job.error);
            job.runner->run(items, count, sink_);
        } catch (...) {
            sink_.fail_rest();
        }
    }

    [[nodiscard]] decoder reader_of(std::span<const std::byte> body) noexcept {
        decoder reader{body};
        reader.find_descriptors(&received_with_);
        return reader;
    }

    channel::worker_end channel_;
    channel::descriptor_socket descriptors_;
    detail::descriptor_bundle received_with_; // the task that comes next, or runs
    ring_sink sink_;
    std::unordered_map<std::uint32_t, opened_job> jobs_;
    const opened_job* last_job_ = nullptr;
    std::uint32_t last_number_ = 0;
    clock::time_point next_look_; // at the memory
};

int complain(const char* doing, const std::error_code& error) {
    (void)std::fprintf(stderr, "tandem worker: %s: %s\n", doing, error.message().c_str());
    return 1;
}

} // namespace

int run_worker(launch::child_start& start) {
    using launch::descriptor_use;
    self::become(start);
    os::set_process_name(self::instance().name);
    auto segment = channel::worker_segment::attach(start.descriptors.take(descriptor_use::first));
    if (!segment) return complain("mapping the worker's segment", segment.error());
    auto bell = channel::parent_bell::attach(start.descriptors.take(descriptor_use::second));
    if (!bell) return complain("mapping the parent's bell", bell.error());
    segment->close_fd();
    if (!launch::report_started(start)) return 1;
    start.descriptors.close(descriptor_use::status);
    cap_library_threads(start.settings.library_threads);
    os::note_crashes_in(segment->crash_note());
    os::prefer_for_oom_kill();
    fault::hit("worker.before_first_task");
    const auto mark = segment->header().output_mark;
    channel::descriptor_socket descriptors{start.descriptors.take(descriptor_use::handles)};
    return worker{channel::worker_end{std::move(*segment), std::move(*bell)},
                  std::move(descriptors), mark}
        .run();
}

} // namespace tandem::runtime
