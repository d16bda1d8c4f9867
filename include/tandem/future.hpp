// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "tandem/detail/awaited.hpp"
#include "tandem/detail/continuation.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/error.hpp"

namespace tandem {

/// The result of a task that a pool runs, now or later. Move-only; get() takes the result out.
///
/// Sharing   one thread at a time; different futures of one pool may be waited for in different
///           threads.
/// Blocking  get() and wait() collect the pool's results while they wait, for all its tasks. A
///           future that is destroyed waits for nothing: its task is run all the same.
/// Crash     a worker that dies while it runs the task makes get() throw worker_crashed; the task
///           is not run again, unless on_error::retry says so.
/// Errors    task_error, worker_crashed, task_timeout and its like; cancelled after cancel(), or if
///           the pool is destroyed before the task has finished; launch_error if the pool cannot
///           start workers. All members but valid() throw std::logic_error if it is false.
template <class R>
class future {
public:
    future() = default;

    /// False for a future that was default-constructed, moved from, given to then(), or whose
    /// result was taken.
    [[nodiscard]] bool valid() const noexcept { return awaited_ != nullptr; }

    /// True once the result or the error is there. Never waits.
    [[nodiscard]] bool ready() const { return ref().ready(); }
    /// True once the result is there; false if there is none yet, or an error. Never waits.
    [[nodiscard]] bool successful() const { return ready() && !ref().failed(); }

    void wait() const { (void)ref().wait(*engine_, std::chrono::nanoseconds::max()); }

    /// Waits for `limit` at most; true if the future is ready then.
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds limit) const {
        return ref().wait(*engine_, limit);
    }

    /// Waits for the result and takes it, or throws the error of the task.
    R get() {
        wait();
        const auto ready = std::exchange(awaited_, nullptr);
        engine_.reset();
        return ready->take();
    }

    /// As get(), but waits for `limit` at most: nullopt (false for a future<void>) if the task has
    /// not finished by then; the future stays valid.
    [[nodiscard]] auto get_for(std::chrono::nanoseconds limit) {
        if constexpr (std::is_void_v<R>) {
            const bool in_time = wait_for(limit);
            if (in_time) get();
            return in_time;
        } else {
            return wait_for(limit) ? std::optional<R>{get()} : std::nullopt;
        }
    }

    /// Ends the task, one that runs too: its worker is asked to end, killed after the pool's
    /// `grace`, and replaced. The future becomes ready at once, with the error `cancelled`; one
    /// that is ready already stays as it is. A future made by then() cancels what it waits for.
    void cancel() { ref().cancel(*engine_); }

    /// Calls `callback(future)` with this future once it is ready, so that it sees errors too, in
    /// the pool's thread for callbacks: one callback after the other, none at once. Returns the
    /// future of what it returns; what it throws becomes the error there. This future is not
    /// valid() any more.
    ///
    /// A callback that waits for another one waits for ever. The pool's destructor runs those that
    /// are left.
    template <class F>
    auto then(F callback) {
        static_assert(std::invocable<F&, future>,
                      "tandem: then() takes a function that can be called with this future: "
                      "f.then([](mp::future<int> f) { return f.get() + 1; })");
        if constexpr (std::invocable<F&, future>) {
            using result = std::decay_t<std::invoke_result_t<F&, future>>;
            (void)ref();
            auto next = std::make_shared<detail::continuation<result, R, F>>(*engine_, awaited_,
                                                                             std::move(callback));
            awaited_->watch(next);
            awaited_.reset();
            return future<result>{*std::exchange(engine_, std::nullopt), std::move(next)};
        }
    }

private:
    template <class>
    friend class future;
    template <class>
    friend class pool_calls;
    template <class>
    friend class map_calls;
    template <class, class, class>
    friend class detail::continuation;
    friend class future_ref;

    future(detail::engine engine, std::shared_ptr<detail::awaited<R>> awaited)
        : engine_{std::move(engine)}, awaited_{std::move(awaited)} {}

    [[nodiscard]] const std::shared_ptr<detail::awaited<R>>& outcome() const {
        if (!awaited_)
            throw std::logic_error{
                "using a future: it has no result to wait for (made by default, moved from, given "
                "to then(), or its result was taken)"};
        return awaited_;
    }
    [[nodiscard]] detail::awaited<R>& ref() const { return *outcome(); }

    std::optional<detail::engine> engine_;
    std::shared_ptr<detail::awaited<R>> awaited_;
};

} // namespace tandem
