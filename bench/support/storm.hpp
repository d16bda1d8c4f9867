// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <mutex>
#include <random>
#include <stop_token>
#include <thread>
#include <vector>

#include "report.hpp"

namespace bench {

/// In shared memory: the process ids of workers, in the order in which they began.
class roster {
public:
    void add(int process) { processes_.at(count_.fetch_add(1)) = process; }

    /// Gives those to `use` that it has not been given yet.
    template <class Use>
    void visit_new(std::size_t& seen, Use use) const {
        for (; seen < count_.load() && processes_.at(seen).load() != 0; ++seen)
            use(processes_.at(seen).load());
    }

private:
    std::atomic<std::size_t> count_{0};
    std::array<std::atomic<int>, 4'096> processes_{}; // 0: not yet written
};

/// Kills one of the workers in a roster every 50 ms, chosen by a generator with a fixed seed, as
/// long as it exists. Holds them by pidfd, so that nobody else is ever hit.
class storm {
public:
    explicit storm(const roster& workers)
        : thread_{[this, &workers](const std::stop_token& over) { kill(workers, over); }} {}
    storm(const storm&) = delete;
    storm& operator=(const storm&) = delete;
    ~storm() = default;

    [[nodiscard]] int kills() const { return kills_; }

private:
    void kill(const roster& workers, const std::stop_token& over) {
        std::mt19937 choose{4};
        std::vector<int> living;
        std::size_t seen = 0;
        while (!wait(over)) {
            workers.visit_new(seen, [&](int process) {
                const auto held = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
                if (held >= 0) living.push_back(held);
            });
            if (living.empty()) continue;
            std::swap(living[choose() % living.size()], living.back());
            if (::syscall(SYS_pidfd_send_signal, living.back(), SIGKILL, nullptr, 0) == 0) ++kills_;
            ::close(living.back());
            living.pop_back();
        }
        for (const int held : living) ::close(held);
    }
    /// True once the storm is over.
    static bool wait(const std::stop_token& over) {
        std::mutex mutex;
        std::unique_lock lock{mutex};
        std::condition_variable_any never;
        never.wait_for(lock, over, std::chrono::milliseconds{50}, [] { return false; });
        return over.stop_requested();
    }

    std::atomic<int> kills_{0};
    std::jthread thread_; // last: it uses the others
};

} // namespace bench
