// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "os/event.hpp"
#include "os/futex.hpp"
#include "os/life_token.hpp"

namespace tandem::runtime {

/// Raises an event as soon as the holder of one of several life tokens ends. Waits in a thread of
/// its own, which begins with the first token; where the kernel cannot wait for several words at
/// once, that thread ends again, and ends are noticed by other means only.
class life_watch {
public:
    /// `ended` outlives this.
    explicit life_watch(const os::event& ended) noexcept : ended_{ended} {}
    life_watch(const life_watch&) = delete;
    life_watch& operator=(const life_watch&) = delete;
    ~life_watch();

    /// Watches `token` until its holder has ended, or remove().
    void add(std::shared_ptr<const os::life_token> token) noexcept;
    void remove(const os::life_token& token) noexcept;

private:
    /// What the thread waits for, and keeps while it does.
    struct round {
        std::vector<std::shared_ptr<const os::life_token>> tokens;
        std::vector<os::futex_expectation> words;
    };

    void run() noexcept;
    [[nodiscard]] bool prepare(round& next);
    void tell_change() noexcept;

    const os::event& ended_;
    std::mutex mutex_; // guards tokens_, finishing_
    std::vector<std::shared_ptr<const os::life_token>> tokens_;
    bool finishing_ = false;
    os::futex_word changes_{0};
    std::thread thread_;
};

} // namespace tandem::runtime
