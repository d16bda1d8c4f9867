// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/children.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "runtime/started_process.hpp"

namespace tandem::runtime {

namespace {

void end_kept_at_exit() { children::instance().end_kept(); }

} // namespace

void children::add(const std::shared_ptr<started_process>& process) {
    const std::lock_guard guard{mutex_};
    if (known_.size() >= look_again_at_) {
        forget_ended();
        look_again_at_ = std::max<std::size_t>(64, 2 * known_.size());
    }
    known_.push_back(process);
}

void children::keep(std::shared_ptr<started_process> process) {
    const std::lock_guard guard{mutex_};
    forget_ended();
    if (!std::exchange(ends_at_exit_, true)) std::atexit(&end_kept_at_exit);
    kept_.push_back(std::move(process));
}

std::vector<std::shared_ptr<started_process>> children::active() {
    const std::lock_guard guard{mutex_};
    forget_ended();
    std::vector<std::shared_ptr<started_process>> found;
    for (const auto& known : known_)
        if (auto process = known.lock(); process && !process->has_ended())
            found.push_back(std::move(process));
    return found;
}

void children::end_kept() noexcept {
    std::vector<std::shared_ptr<started_process>> kept;
    {
        const std::lock_guard guard{mutex_};
        kept.swap(kept_);
    }
    const auto is_daemon = [](const auto& process) { return process->daemon(); };
    for (const auto& process : kept) // all at once: their times of grace do not add up
        if (is_daemon(process)) process->ask_to_stop();
    for (const auto& process : kept)
        if (is_daemon(process)) process->end();
    for (const auto& process : kept)
        if (!is_daemon(process)) process->wait_to_the_end();
}

void children::forget_ended() {
    std::erase_if(kept_, [](const auto& process) { return process->has_ended(); });
    std::erase_if(known_, [](const auto& known) { return known.expired(); });
}

} // namespace tandem::runtime
