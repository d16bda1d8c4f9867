// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "tandem/detail/export.hpp"

namespace tandem {

/// The process that has started this one.
class TANDEM_EXPORT parent_process {
public:
    parent_process(int id, std::string name, int sentinel)
        : id_{id}, sentinel_{sentinel}, name_{std::move(name)} {}

    [[nodiscard]] int id() const noexcept { return id_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Readable once the parent has ended; this process is about to be killed then. Belongs to the
    /// library.
    [[nodiscard]] int sentinel() const noexcept { return sentinel_; }
    [[nodiscard]] bool running() const noexcept;

private:
    int id_;
    int sentinel_;
    std::string name_;
};

/// What a process can learn of itself. All of it may be called from any thread.
namespace this_process {

[[nodiscard]] TANDEM_EXPORT int id() noexcept;
/// As given by process_options::name, "PoolWorker-1" in a worker; "MainProcess" in the program.
[[nodiscard]] TANDEM_EXPORT std::string name();
/// Empty in the program itself.
[[nodiscard]] TANDEM_EXPORT std::optional<parent_process> parent();
/// True in a process that Tandem has started, as a process or as a worker of a pool.
[[nodiscard]] TANDEM_EXPORT bool is_worker() noexcept;

/// True once request_stop() was called on a handle of this process, or its owner is being
/// destroyed. False for ever in the program itself and in workers of pools. Costs a read of memory.
[[nodiscard]] TANDEM_EXPORT bool stop_requested() noexcept;
/// A token for the same, for functions that take one and for waits that it ends. The first call
/// starts a thread that waits for the request; it does not count for start_method::fork.
[[nodiscard]] TANDEM_EXPORT std::stop_token stop_token();

} // namespace this_process
} // namespace tandem
