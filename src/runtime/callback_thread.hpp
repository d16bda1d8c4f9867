// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace tandem::runtime {

/// Runs callbacks one after the other in a thread of its own, which begins with the first. The
/// destructor runs those that are left.
class callback_thread {
public:
    callback_thread() = default;
    callback_thread(const callback_thread&) = delete;
    callback_thread& operator=(const callback_thread&) = delete;
    ~callback_thread() { finish(); }

    /// \throws std::bad_alloc, std::system_error if there can be no thread
    void post(std::function<void()> callback);
    /// Runs what is left and ends the thread; called by a callback, it does not wait for that.
    void finish() noexcept;
    /// True in a callback.
    [[nodiscard]] bool runs_here() const noexcept;

private:
    /// The thread keeps it: a callback may destroy the callback_thread.
    struct state {
        std::mutex mutex; // guards: all below, and thread_
        std::condition_variable changed;
        std::deque<std::function<void()>> waiting;
        std::thread::id runner;
        bool finishing = false;
    };

    static void run(state& state);

    std::shared_ptr<state> state_ = std::make_shared<state>();
    std::thread thread_;
};

} // namespace tandem::runtime
