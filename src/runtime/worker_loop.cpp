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
#include <span>
#include <unordered_map>

#include "channel/worker_end.hpp"
#include "fault/fault.hpp"
#include "os/fork.hpp"
#include "runtime/exception_chain.hpp"
#include "runtime/self.hpp"
#include "tandem/detail/thunk.hpp"

namespace tandem::runtime {

namespace {

using clock = std::chrono::steady_clock;

/// Sends each outcome the moment it is there: what a worker has finished survives its crash.
class ring_sink final : public detail::result_sink {
public:
    explicit ring_sink(channel::worker_end& channel) : channel_{channel} {}

    /// Expects `count` items; `timed`: the last one tells how long they took.
    void open(std::uint32_t count, bool timed) {
        left_ = count;
        running_ = false;
        timed_ = timed;
        if (timed) begun_ = clock::now();
    }

    void begin_item() override {
        running_ = true;
        channel_.begin_item();
        fault::hit("worker.item_begun");
    }
    encoder& value() override {
        buffer_.clear();
        return buffer_;
    }
    void finish_item() override { send(wire::result_kind::value); }
    void fail_item() override {
        buffer_.clear();
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
    void send(wire::result_kind kind) {
        --left_;
        running_ = false;
        channel_.send_result(kind, timed_ && left_ == 0 ? elapsed() : 0, buffer_.bytes());
        if (buffer_.size() > channel::ring_bytes)
            buffer_ = encoder{}; // keep no big result's memory
    }

    [[nodiscard]] std::uint32_t elapsed() const {
        const auto taken = std::chrono::nanoseconds{clock::now() - begun_}.count();
        constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(taken, 1, most));
    }

    channel::worker_end& channel_;
    encoder buffer_;
    std::uint32_t left_ = 0;
    bool running_ = false;
    bool timed_ = false;
    clock::time_point begun_;
};

std::span<const std::byte> whole_body(const channel::received_task& task) {
    if (task.cut) throw std::bad_alloc{};
    return task.body;
}

class worker {
public:
    explicit worker(channel::worker_end channel) : channel_{std::move(channel)}, sink_{channel_} {}

    int run() {
        for (;;) {
            const auto task = channel_.next_task();
            switch (task.kind) {
                case wire::task_kind::call:
                    run_call(task);
                    break;
                case wire::task_kind::open_job:
                    open_job(task);
                    break;
                case wire::task_kind::chunk:
                    run_chunk(task);
                    break;
                case wire::task_kind::close_job:
                    jobs_.erase(task.number);
                    break;
                case wire::task_kind::stop:
                    return 0;
                case wire::task_kind::continuation:
                    return 1; // skipped or assembled before
            }
        }
    }

private:
    struct opened_job {
        std::unique_ptr<detail::chunk_runner> runner;
        std::exception_ptr error; // why there is no runner
    };

    void run_call(const channel::received_task& task) {
        sink_.open(1, false);
        try {
            decoder call{whole_body(task)};
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
            decoder state{whole_body(task)};
            job.runner = detail::read_thunk(state, detail::thunk_kind::job).as_job()(state);
        } catch (...) {
            job.error = std::current_exception(); // told once per item
        }
        channel_.end_opening();
    }

    void run_chunk(const channel::received_task& task) {
        decoder items{task.body};
        const auto count = items.read<std::uint32_t>();
        const auto timed = items.read<std::uint32_t>() != 0;
        sink_.open(count, timed);
        try {
            (void)whole_body(task);
            const auto& job = jobs_.at(task.number);
            if (!job.runner) std::rethrow_exception(job.error);
            job.runner->run(items, count, sink_);
        } catch (...) {
            sink_.fail_rest();
        }
    }

    channel::worker_end channel_;
    ring_sink sink_;
    std::unordered_map<std::uint32_t, opened_job> jobs_;
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
    fault::hit("worker.before_first_task");
    return worker{channel::worker_end{std::move(*segment), std::move(*bell)}}.run();
}

} // namespace tandem::runtime
