// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/life_watch.hpp"

#include <exception>
#include <utility>

#include "os/signal_mask.hpp"

namespace tandem::runtime {

life_watch::~life_watch() {
    {
        const std::lock_guard guard{mutex_};
        finishing_ = true;
    }
    tell_change();
    if (thread_.joinable()) thread_.join();
}

void life_watch::add(std::shared_ptr<const os::life_token> token) noexcept {
    try {
        {
            const std::lock_guard guard{mutex_};
            tokens_.push_back(std::move(token));
        }
        if (thread_.joinable()) return tell_change();
        const os::block_signals blocked; // in the new thread
        thread_ = std::thread{[this] { run(); }};
    } catch (const std::exception&) {
        return; // no memory, or no thread: the ends are noticed all the same, later
    }
}

void life_watch::remove(const os::life_token& token) noexcept {
    const std::lock_guard guard{mutex_};
    std::erase_if(tokens_, [&](const auto& known) { return known.get() == &token; });
}

void life_watch::tell_change() noexcept {
    changes_.fetch_add(1, std::memory_order_relaxed); // what has changed is seen under the lock
    os::futex_wake_all(changes_);
}

/// False if there is to be no more waiting.
bool life_watch::prepare(round& next) {
    next = {};
    // Relaxed, and first: what has changed by then is seen under the lock.
    next.words.push_back({&changes_, changes_.load(std::memory_order_relaxed)});
    const std::lock_guard guard{mutex_};
    if (finishing_) return false;
    const auto told = std::erase_if(tokens_, [](const auto& token) { return token->is_ended(); });
    if (told > 0) ended_.raise();
    for (const auto& token : tokens_) {
        if (next.words.size() == os::most_futexes) break; // a pidfd tells of the others
        const auto state = token->state();
        next.tokens.push_back(token);
        // One that has ended since then is a change to wait_for_any(), which returns at once.
        next.words.push_back({&token->word(), os::life_token::is_ended(state) ? ~state : state});
    }
    return true;
}

void life_watch::run() noexcept {
    try {
        round current;
        while (prepare(current) && os::wait_for_any(current.words)) {}
    } catch (const std::exception&) {
        return; // as above
    }
}

} // namespace tandem::runtime
