// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/callback_thread.hpp"

#include <utility>

#include "os/signal_mask.hpp"

namespace tandem::runtime {

void callback_thread::post(std::function<void()> callback) {
    const std::lock_guard guard{state_->mutex};
    state_->waiting.push_back(std::move(callback));
    state_->changed.notify_all();
    if (thread_.joinable()) return;
    const os::block_signals blocked; // in the new thread
    thread_ = std::thread{[state = state_] { run(*state); }};
}

void callback_thread::run(state& state) {
    std::unique_lock lock{state.mutex};
    state.runner = std::this_thread::get_id();
    for (;;) {
        state.changed.wait(lock, [&] { return state.finishing || !state.waiting.empty(); });
        if (state.waiting.empty()) break;
        auto callback = std::move(state.waiting.front());
        state.waiting.pop_front();
        lock.unlock();
        callback();
        callback = nullptr; // what it holds may need the lock to go
        lock.lock();
    }
    state.runner = {};
}

bool callback_thread::runs_here() const noexcept {
    const std::lock_guard guard{state_->mutex};
    return state_->runner == std::this_thread::get_id();
}

void callback_thread::finish() noexcept {
    const bool here = runs_here();
    std::thread ending;
    {
        const std::lock_guard guard{state_->mutex};
        state_->finishing = true;
        state_->changed.notify_all();
        ending = std::move(thread_);
    }
    if (!ending.joinable()) return;
    if (here)
        ending.detach();
    else
        ending.join();
}

} // namespace tandem::runtime
