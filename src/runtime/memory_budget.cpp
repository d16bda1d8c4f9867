// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/memory_budget.hpp"

#include <algorithm>
#include <tuple>

namespace tandem::runtime {

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t least_reserve = 64 * mebibyte;
constexpr std::uint64_t largest_reserve = 512 * mebibyte;
constexpr std::uint64_t reserve_share = 32; // one part in so many
constexpr std::uint64_t margin_share = 16;  // the next task may take that much more than the last

std::uint64_t less(std::uint64_t amount, std::uint64_t taken) {
    return amount > taken ? amount - taken : 0;
}

} // namespace

std::uint64_t memory_budget::usual_reserve(std::uint64_t total) noexcept {
    return std::clamp(total / reserve_share, least_reserve, largest_reserve);
}

void memory_budget::learn(std::uint64_t peak) {
    peaks_[learned_ % remembered] = peak;
    ++learned_;
}

std::optional<std::uint64_t> memory_budget::need() const { return need_with({}); }

std::optional<std::uint64_t> memory_budget::need_with(std::span<const worker> workers) const {
    std::uint64_t most = *std::ranges::max_element(peaks_);
    for (const auto& each : workers)
        if (each.state == state::busy) most = std::max(most, each.held);
    if (said_) return std::max(*said_, most);
    if (learned_ == 0) return std::nullopt;
    return most + most / margin_share;
}

std::optional<std::size_t> memory_budget::to_stop(std::uint64_t available,
                                                  std::span<const worker> workers) const {
    if (available >= reserve_ / 2) return std::nullopt;
    std::optional<std::size_t> youngest;
    std::size_t busy = 0;
    for (std::size_t i = 0; i < workers.size(); ++i) {
        if (workers[i].state == state::stopping) return std::nullopt; // its memory is on the way
        if (workers[i].state != state::busy) continue;
        ++busy;
        if (!youngest || workers[i].since > workers[*youngest].since) youngest = i;
    }
    return busy > 1 ? youngest : std::nullopt;
}

memory_budget::decision memory_budget::decide(std::uint64_t available,
                                              std::span<const worker> workers) const {
    decision made{.may_run = std::vector<bool>(workers.size()),
                  .stop = to_stop(available, workers)};
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < workers.size(); ++i)
        if (workers[i].state != state::stopping && made.stop != i) order.push_back(i);
    // Those that run first, oldest first; then those that hold the most and so need the least more.
    std::ranges::sort(order, {}, [&](std::size_t i) {
        const auto& each = workers[i];
        const bool is_busy = each.state == state::busy;
        return std::tuple{!is_busy, is_busy ? each.since : ~each.held, i};
    });
    const auto need = need_with(workers);
    auto left = less(available, reserve_);
    bool is_first = true;
    for (const auto i : order) {
        const auto& each = workers[i];
        const auto more = less(need.value_or(0), each.held);
        made.may_run[i] = is_first || (need && more <= left);
        // What runs takes what it needs, whether it may go on afterwards or not.
        if (made.may_run[i] || each.state == state::busy) left = less(left, more);
        is_first = false;
    }
    return made;
}

} // namespace tandem::runtime
