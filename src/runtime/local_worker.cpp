// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/local_worker.hpp"

#include <optional>
#include <utility>

#include "runtime/exception_chain.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

/// Keeps the outcome of one item.
class item_sink final : public detail::result_sink {
public:
    void begin_item() override {}
    encoder& value() override {
        outcome_.body.clear();
        outcome_.descriptors.clear();
        return outcome_.body;
    }
    void finish_item() override { has_outcome_ = true; }
    void fail_item() override {
        outcome_.failed = true;
        value().write(describe_current_exception());
        has_outcome_ = true;
    }
    /// In a catch block: the exception is the outcome, unless there is one.
    void fail_rest() {
        if (!has_outcome_) fail_item();
    }

    item_sink() { outcome_.body.carry_descriptors(&outcome_.descriptors); }

    [[nodiscard]] local_outcome take() {
        outcome_.body.carry_descriptors(nullptr);
        return std::move(outcome_);
    }

private:
    local_outcome outcome_;
    bool has_outcome_ = false;
};

/// Makes a worker's state that of this thread, which may have one: a task may use another pool.
class use_worker_state {
public:
    explicit use_worker_state(detail::worker_state& state) noexcept
        : state_{state}, outer_{detail::take_worker_state()} {
        detail::set_worker_state(std::move(state));
    }
    use_worker_state(const use_worker_state&) = delete;
    use_worker_state& operator=(const use_worker_state&) = delete;
    ~use_worker_state() {
        state_ = detail::take_worker_state();
        detail::set_worker_state(std::move(outer_));
    }

private:
    detail::worker_state& state_;
    detail::worker_state outer_;
};

} // namespace

void local_worker::begin(const detail::parcel& initializer) {
    items_run_ = 0;
    if (initializer.bytes.empty()) return;
    const use_worker_state own{state_};
    item_sink sink;
    try {
        auto handles = initializer.descriptors;
        decoder call{initializer.bytes};
        call.find_descriptors(&handles);
        detail::read_thunk(call, detail::thunk_kind::call).as_call()(call, sink);
    } catch (...) {
        sink.fail_rest();
    }
    const auto outcome = sink.take();
    if (!outcome.failed) return;
    decoder body{outcome.body.bytes()};
    throw initializer_failed{describe(body.read<std::vector<task_error::thrown>>())};
}

local_outcome local_worker::run(const local_task& task) noexcept {
    ++depth_;
    local_outcome outcome;
    try {
        outcome = try_run(task);
    } catch (...) {
        outcome.error = std::current_exception();
    }
    --depth_;
    return outcome;
}

local_outcome local_worker::try_run(const local_task& task) {
    for (const auto number : std::exchange(forgotten_, {})) jobs_.erase(number);
    ++items_run_;
    const use_shared_values shared{task.shared};
    std::optional<use_worker_state> own;
    if (depth_ == 1) own.emplace(state_); // else the thread has it already
    item_sink sink;
    try {
        run_item(task, sink);
    } catch (...) {
        sink.fail_rest();
    }
    return sink.take();
}

void local_worker::run_item(const local_task& task, detail::result_sink& sink) {
    auto handles = task.descriptors;
    decoder item{task.item.bytes()};
    item.find_descriptors(&handles);
    if (task.kind == detail::thunk_kind::call)
        return detail::read_thunk(item, detail::thunk_kind::call).as_call()(item, sink);
    auto& job = open(task);
    if (!job.runner) std::rethrow_exception(job.error);
    job.runner->run(item, 1, sink);
}

local_worker::opened_job& local_worker::open(const local_task& task) {
    const auto [place, is_new] = jobs_.try_emplace(task.job);
    auto& job = place->second;
    if (!is_new) return job;
    try {
        auto handles = task.state->descriptors;
        decoder state{task.state->bytes};
        state.find_descriptors(&handles);
        job.runner = detail::read_thunk(state, detail::thunk_kind::job).as_job()(state);
    } catch (...) {
        job.error = std::current_exception(); // told once per item
    }
    return job;
}

void local_worker::end() noexcept {
    jobs_.clear();
    forgotten_.clear();
    const use_worker_state own{state_};
    detail::end_worker_state();
}

} // namespace tandem::runtime
