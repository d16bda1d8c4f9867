// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/completions.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "tandem/wait_futures.hpp"

namespace tandem::detail {

/// Shared by those that ring and the one that waits: whichever goes last.
class completions::arrivals {
public:
    /// \throws std::bad_alloc
    explicit arrivals(std::size_t most) { positions_.reserve(most); }

    void note(std::size_t position) noexcept {
        const std::lock_guard guard{mutex_};
        positions_.push_back(position); // there is room
        changed_.notify_all();
    }
    [[nodiscard]] std::size_t count() const {
        const std::lock_guard guard{mutex_};
        return positions_.size();
    }
    [[nodiscard]] std::size_t at(std::size_t rank) const {
        const std::lock_guard guard{mutex_};
        return positions_.at(rank);
    }
    [[nodiscard]] bool wait(std::size_t count, std::chrono::nanoseconds limit) {
        std::unique_lock lock{mutex_};
        const auto enough = [&] { return positions_.size() >= count; };
        if (limit != std::chrono::nanoseconds::max()) return changed_.wait_for(lock, limit, enough);
        changed_.wait(lock, enough);
        return true;
    }

private:
    mutable std::mutex mutex_; // guards: positions_
    std::condition_variable changed_;
    std::vector<std::size_t> positions_;
};

class completions::bell_of_one final : public watcher {
public:
    bell_of_one(std::shared_ptr<arrivals> arrivals, std::size_t position)
        : arrivals_{std::move(arrivals)}, position_{position} {}

    void on_outcome() noexcept override { arrivals_->note(position_); }

private:
    std::shared_ptr<arrivals> arrivals_;
    std::size_t position_;
};

struct completions::watched {
    std::shared_ptr<awaited_base> outcome;
    std::shared_ptr<bell_of_one> bell;
};

namespace {

/// Lets an engine wait for what it has no job for: that so many outcomes have come.
template <class Enough>
class waiting_for final : public job {
public:
    explicit waiting_for(Enough enough) : job{thunk_kind::call, 0}, enough_{std::move(enough)} {}

    void encode_state(encoder& /*out*/) const override {}
    void encode_items(std::size_t /*first*/, std::size_t /*count*/,
                      encoder& /*out*/) const override {}
    void accept(std::size_t /*index*/, decoder& /*result*/) override {}
    void fail(std::size_t /*index*/, std::exception_ptr /*error*/) noexcept override {}
    [[nodiscard]] bool satisfied() const noexcept override { return enough_(); }

private:
    Enough enough_;
};

std::optional<engine> common_engine(std::span<const watched_outcome> outcomes) {
    const auto fits = [&](const watched_outcome& watched) {
        return watched.outcome->comes_from_engine() && *watched.pool == *outcomes.front().pool;
    };
    if (outcomes.empty() || !std::ranges::all_of(outcomes, fits)) return std::nullopt;
    return *outcomes.front().pool;
}

std::vector<watched_outcome> outcomes_of(std::span<const future_ref> futures) {
    std::vector<watched_outcome> outcomes;
    for (const auto& future : futures) outcomes.push_back(future.watched());
    return outcomes;
}

std::vector<std::size_t> ready_among(std::span<const future_ref> futures) {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < futures.size(); ++i)
        if (futures[i].watched().outcome->ready()) ready.push_back(i);
    return ready;
}

} // namespace

completions::completions(std::span<const watched_outcome> outcomes)
    : arrivals_{std::make_shared<arrivals>(outcomes.size())}, common_{common_engine(outcomes)} {
    try {
        watching_.reserve(outcomes.size());
        for (const auto& [outcome, pool] : outcomes) {
            auto bell = std::make_shared<bell_of_one>(arrivals_, watching_.size());
            outcome->watch(bell);
            watching_.push_back({outcome, std::move(bell)});
        }
    } catch (...) {
        stop_watching();
        throw;
    }
}

completions::~completions() { stop_watching(); }

void completions::stop_watching() noexcept {
    for (const auto& [outcome, bell] : watching_) outcome->unwatch(*bell);
}

std::size_t completions::count() const { return arrivals_->count(); }

std::size_t completions::at(std::size_t rank) const { return arrivals_->at(rank); }

bool completions::wait(std::size_t count, std::chrono::nanoseconds limit) const {
    if (!common_) return arrivals_->wait(count, limit);
    const waiting_for job{[&] { return arrivals_->count() >= count; }};
    return common_->wait(job, limit);
}

std::vector<std::size_t> wait_for_any_of(std::span<const future_ref> futures,
                                         std::chrono::nanoseconds limit) {
    auto ready = ready_among(futures);
    if (!ready.empty() || futures.empty()) return ready;
    const completions coming{outcomes_of(futures)};
    if (!coming.wait(1, limit)) return {};
    return ready_among(futures);
}

bool wait_for_all_of(std::span<const future_ref> futures, std::chrono::nanoseconds limit) {
    const completions coming{outcomes_of(futures)};
    return coming.wait(futures.size(), limit);
}

} // namespace tandem::detail
