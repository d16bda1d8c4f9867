// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a future refers to: an outcome that comes later, and those that want to be told.
//   [told]  tell_watchers() exchanges state_ -> watch() exchanges it:  the outcome is there.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

#include "tandem/detail/engine.hpp"
#include "tandem/detail/export.hpp"

namespace tandem::detail {

/// Wants to know when an outcome is there.
class TANDEM_EXPORT watcher {
public:
    watcher() = default;
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;
    virtual ~watcher();

    /// Called once, in any thread, perhaps under the lock of an engine: must be quick.
    virtual void on_outcome() noexcept = 0;
};

/// The part of an outcome that does not depend on its type.
class TANDEM_EXPORT awaited_base {
public:
    awaited_base() = default;
    awaited_base(const awaited_base&) = delete;
    awaited_base& operator=(const awaited_base&) = delete;
    virtual ~awaited_base();

    [[nodiscard]] virtual bool ready() const noexcept = 0;
    /// Waits for `limit` at most; true if the outcome is there then.
    [[nodiscard]] virtual bool wait(const engine& engine, std::chrono::nanoseconds limit) const = 0;
    /// True if it is there as soon as an engine has collected it.
    [[nodiscard]] virtual bool comes_from_engine() const noexcept = 0;
    /// The outcome, if there is none yet, becomes `cancelled`.
    virtual void cancel(const engine& engine) noexcept = 0;
    /// Once it is ready: true if take() throws.
    [[nodiscard]] virtual bool failed() const noexcept = 0;

    /// Tells `watcher` once, at once if the outcome is there.
    /// \throws std::bad_alloc
    void watch(const std::shared_ptr<watcher>& watcher);
    void unwatch(const watcher& watcher) noexcept;

protected:
    /// The outcome is there.
    void tell_watchers() noexcept {
        if (state_.exchange(state::told, std::memory_order_acq_rel) == state::watched) // [told]
            tell_all();
    }

private:
    enum class state : std::uint8_t { unwatched, watched, told };

    void tell_all() noexcept;

    std::atomic<state> state_{state::unwatched};
    std::vector<std::shared_ptr<watcher>> watchers_; // one lock guards those of all outcomes
};

/// An outcome of type R: a result or an exception.
template <class R>
class awaited : public awaited_base {
public:
    /// Once it is ready: takes the result, or throws.
    virtual R take() = 0;
};

} // namespace tandem::detail
