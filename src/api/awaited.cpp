// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/awaited.hpp"

#include <mutex>
#include <utility>

#include "tandem/detail/substitute.hpp"
#include "tandem/error.hpp"

namespace tandem::detail {

namespace {

/// Guards awaited_base::watchers_ of all outcomes: few are ever watched, and never for long.
std::mutex& watchers_mutex() {
    static std::mutex& only = *new std::mutex; // futures that are static objects may outlive it
    return only;
}

} // namespace

bool ends_the_call(const std::exception_ptr& error) noexcept {
    try {
        std::rethrow_exception(error);
    } catch (const cancelled&) {
        return true;
    } catch (const launch_error&) {
        return true;
    } catch (...) {
        return false;
    }
}

watcher::~watcher() = default;
awaited_base::~awaited_base() = default;

void awaited_base::watch(const std::shared_ptr<watcher>& watcher) {
    {
        const std::lock_guard guard{watchers_mutex()};
        watchers_.push_back(watcher);
        auto seen = state::unwatched;
        // Once the state is `watched`, tell_all() will come, and wait for this lock.
        if (state_.compare_exchange_strong(seen, state::watched, std::memory_order_acq_rel,
                                           std::memory_order_acquire) || // [told]
            seen == state::watched)
            return;
        watchers_.pop_back();
    }
    watcher->on_outcome();
}

void awaited_base::unwatch(const watcher& watcher) noexcept {
    const std::lock_guard guard{watchers_mutex()};
    std::erase_if(watchers_, [&](const auto& watching) { return watching.get() == &watcher; });
}

void awaited_base::tell_all() noexcept {
    std::vector<std::shared_ptr<detail::watcher>> told;
    {
        const std::lock_guard guard{watchers_mutex()};
        told = std::exchange(watchers_, {});
    }
    for (const auto& watcher : told) watcher->on_outcome();
}

} // namespace tandem::detail
