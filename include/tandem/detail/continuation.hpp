// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What future::then() makes: an outcome that a callback makes of another one.
//   [called]  continuation::finish() stores done_ -> ready() loads it:  the outcome is complete.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "tandem/detail/awaited.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/portable.hpp"

namespace tandem {

template <class R>
class future;

namespace detail {

/// The outcome of type R that F makes of a future<Prior>. The outcome before keeps it as its
/// watcher until it is there.
template <class R, class Prior, class F>
class continuation final : public awaited<R>,
                           public watcher,
                           public std::enable_shared_from_this<continuation<R, Prior, F>> {
public:
    continuation(const engine& engine, std::shared_ptr<awaited<Prior>> prior, F callback)
        : input_{new input{engine, std::move(prior), std::move(callback)}} {}

    void on_outcome() noexcept override {
        try {
            const auto engine = input_->engine; // the callback may be over before post() is
            engine.post([self = this->shared_from_this()] { self->run(); });
        } catch (...) {
            error_ = std::current_exception();
            finish();
        }
    }

    [[nodiscard]] bool ready() const noexcept override {
        return done_.load(std::memory_order_acquire); // [called]
    }
    [[nodiscard]] bool wait(const engine& engine, std::chrono::nanoseconds limit) const override {
        const auto begun = clock::now();
        if (const auto prior = still_prior(); prior && !prior->wait(engine, limit)) return false;
        std::unique_lock lock{mutex_};
        const auto is_ready = [this] { return ready(); };
        if (limit == std::chrono::nanoseconds::max()) {
            changed_.wait(lock, is_ready);
            return true;
        }
        return changed_.wait_for(lock, limit - (clock::now() - begun), is_ready);
    }
    [[nodiscard]] bool comes_from_engine() const noexcept override { return false; }
    void cancel(const engine& engine) noexcept override {
        if (const auto prior = still_prior()) prior->cancel(engine);
    }
    [[nodiscard]] bool failed() const noexcept override { return error_ != nullptr; }

    R take() override {
        if (error_) std::rethrow_exception(error_);
        if constexpr (!std::is_void_v<R>) return *std::move(value_);
    }

private:
    using clock = std::chrono::steady_clock;

    struct input {
        detail::engine engine;
        std::shared_ptr<awaited<Prior>> prior;
        F callback;
    };

    [[nodiscard]] std::shared_ptr<awaited<Prior>> still_prior() const noexcept {
        const std::lock_guard guard{mutex_};
        return input_ ? input_->prior : nullptr;
    }

    void run() {
        try {
            call(future<Prior>{input_->engine, input_->prior});
        } catch (...) {
            error_ = std::current_exception();
        }
        finish();
    }

    void call(future<Prior> prior) {
        if constexpr (std::is_void_v<R>)
            input_->callback(std::move(prior));
        else
            value_.emplace(input_->callback(std::move(prior)));
    }

    void finish() noexcept {
        drop_input(); // what the callback holds is gone when its future is ready
        {
            const std::lock_guard guard{mutex_};
            done_.store(true, std::memory_order_release); // [called]
            changed_.notify_all();
        }
        this->tell_watchers();
    }

    void drop_input() noexcept {
        std::unique_ptr<input> used; // destroyed without the lock: declared first
        const std::lock_guard guard{mutex_};
        used = std::move(input_);
    }

    mutable std::mutex mutex_; // guards: whether there is input_
    mutable std::condition_variable changed_;
    std::unique_ptr<input> input_; // until it has been used
    std::optional<storable<R>> value_;
    std::exception_ptr error_;
    std::atomic<bool> done_{false};
};

} // namespace detail
} // namespace tandem
