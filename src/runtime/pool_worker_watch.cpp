// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a pool asks about its workers, and does about those that take too much or do nothing.

#include <algorithm>

#include "os/process.hpp"
#include "runtime/memory_state.hpp"
#include "runtime/pool_worker.hpp"

namespace tandem::runtime {

bool pool_worker::is_overdue() const noexcept {
    constexpr std::chrono::seconds limit{10};
    return child_.id() == 0 && std::chrono::steady_clock::now() - asked_for_ > limit;
}

bool pool_worker::is_at(const job_entry& entry) const noexcept {
    return !in_flight_.empty() && in_flight_.front().entry == &entry;
}

bool pool_worker::runs_forgotten() const noexcept {
    return !in_flight_.empty() && in_flight_.front().entry == nullptr && !is_initializing();
}

std::optional<channel::pool_end::running_item> pool_worker::running() const noexcept {
    if (in_flight_.empty() || channel_.items_begun() == results_received_) return std::nullopt;
    return channel_.running();
}

void pool_worker::condemn(const verdict& judgement) noexcept {
    if (verdict_) return;
    verdict_ = judgement;
    child_.terminate();
}

void pool_worker::kill_if_due(job_entry::time_point now) noexcept {
    if (verdict_ && now >= verdict_->kill_at) child_.kill();
}

void pool_worker::kill_rest(job_entry::time_point now) noexcept {
    constexpr std::chrono::milliseconds patience{250};
    if (!seen_ended_) seen_ended_ = now;
    if (now - *seen_ended_ > patience) child_.kill();
}

memory_budget::worker pool_worker::memory_state() {
    memory_budget::worker seen;
    const auto resident = child_.id() == 0 ? std::nullopt : resident_bytes(child_.id());
    if (verdict_ || (is_retiring() && in_flight_.empty()))
        seen.state = memory_budget::state::stopping;
    else if (!in_flight_.empty())
        seen.state = memory_budget::state::busy;
    if (!resident) return seen;
    if (!idle_bytes_ && results_received_ == 0) idle_bytes_ = resident;
    seen.held = *resident - std::min(*resident, idle_bytes_.value_or(0));
    seen.since = begun_order_;
    return seen;
}

std::optional<std::uint64_t> pool_worker::peak_held() const {
    const auto peak = child_.id() == 0 ? std::nullopt : peak_resident_bytes(child_.id());
    if (!peak || !idle_bytes_) return std::nullopt;
    return *peak - std::min(*peak, *idle_bytes_);
}

void pool_worker::check_health(job_entry::time_point now) noexcept {
    constexpr std::chrono::milliseconds patience{50};
    constexpr int most_stalls = 10; // in a row
    const auto begun = channel_.items_begun();
    if (in_flight_.empty() || begun != begun_at_check_ || results_received_ != results_at_check_) {
        begun_at_check_ = begun;
        results_at_check_ = results_received_;
        last_progress_ = now;
        stalls_ = 0;
        return;
    }
    if (now - last_progress_ < patience) return;
    last_progress_ = now;
    // A worker that waits for tasks while it has some has lost them: it has written over its rings.
    stalls_ = channel_.worker_waits() && !is_initializing() ? stalls_ + 1 : 0;
    if (stalls_ == most_stalls) broken_ = true;
    if (os::is_stopped(process_id())) child_.resume();
}

} // namespace tandem::runtime
