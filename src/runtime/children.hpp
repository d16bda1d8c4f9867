// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "os/per_process.hpp"

namespace tandem::runtime {

class started_process;

/// The processes that this one has started.
///
/// Sharing   any number of threads. A fork of this process starts with none.
class children {
public:
    children() = default;
    children(const children&) = delete;
    children& operator=(const children&) = delete;
    static children& instance() { return os::of_this_process<children>(); }
    /// Null if this process has started none.
    static children* existing() noexcept { return os::per_process<children>::existing(); }

    void add(const std::shared_ptr<started_process>& process);
    /// Keeps `process` although nobody owns it any more, until it has ended or this process does.
    void keep(std::shared_ptr<started_process> process);
    /// Those that have not ended, oldest first.
    [[nodiscard]] std::vector<std::shared_ptr<started_process>> active();
    /// Ends the daemons among those that are kept, and waits for the others.
    void end_kept() noexcept;

private:
    void forget_ended();

    std::mutex mutex_; // guards: all below
    std::vector<std::weak_ptr<started_process>> known_;
    std::vector<std::shared_ptr<started_process>> kept_;
    std::size_t look_again_at_ = 64; // number of known ones
    bool ends_at_exit_ = false;
};

} // namespace tandem::runtime
