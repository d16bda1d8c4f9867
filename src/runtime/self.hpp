// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "channel/process_page.hpp"
#include "launch/child_start.hpp"
#include "os/fork_generation.hpp"
#include "os/unique_fd.hpp"

namespace tandem::runtime {

/// Who this process is. The members are set when it begins and do not change.
struct self {
    std::string name = "MainProcess";
    std::vector<int> path; // of the program: none; of Process-1:2: 1, 2
    bool is_child = false;
    std::string parent_name;
    int parent_id = 0;
    os::unique_fd parent; // its pidfd

    /// The page shared with the parent; null in the program, and in a fork of a child.
    [[nodiscard]] const channel::process_page* page() const noexcept;

    [[nodiscard]] static const self& instance() noexcept;
    /// Makes this process the child that `start` tells of; takes the descriptors that it needs.
    static void become(launch::child_start& start);

private:
    channel::process_page page_;
    unsigned generation_ = os::fork_generation();
};

/// A name that no other child of this process has had: `prefix`-1, -2 and so on; of Process-1
/// `prefix`-1:1, -1:2.
struct child_name {
    std::string name;
    std::vector<int> path;
};
[[nodiscard]] child_name next_child_name(const std::string& prefix);

/// A token that is stopped once a stop of this process is requested.
[[nodiscard]] std::stop_token own_stop_token();

/// Threads of the library in this process that may be lost in a fork.
[[nodiscard]] int harmless_threads();

/// Starts a thread that kills this process and its group when its parent ends: for a parent whose
/// threads come and go, which rules PDEATHSIG out.
void die_with_parent_process();

} // namespace tandem::runtime
