// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tandem/detail/descriptor_bundle.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/job.hpp"
#include "tandem/pool_options.hpp"

namespace tandem::runtime {
class engine_base;
}

namespace tandem::detail {

/// A pool's engine, shared by the pool and its futures.
class TANDEM_EXPORT engine {
public:
    /// `initializer`: an encoded call (thunk, callable, arguments) that each worker makes before
    /// its first task; empty: none.
    explicit engine(const pool_options& options, parcel initializer = {});

    /// Hands a job over.
    void add(const std::shared_ptr<job>& job, const call_options& options) const;

    /// Waits until job.satisfied(), for `limit` at most; true if it is. Collects results meanwhile.
    [[nodiscard]] bool wait(const job& job, std::chrono::nanoseconds limit) const;

    /// Gives a job that grows `count` more items; `last`: no more will come.
    void extend(job& job, std::size_t count, bool last) const;
    /// How many more items of a job that grows the workers could use now.
    [[nodiscard]] std::size_t appetite(const job& job) const;

    /// Ends a job: what has no outcome yet fails with `cancelled`. The worker of a call that runs
    /// is ended, and replaced.
    void cancel(job& job) const noexcept;

    /// Calls `callback` in the pool's thread for callbacks, one after the other. It must not throw.
    void post(std::function<void()> callback) const;

    /// Bytes that each worker gets once, before its next task. In a worker: shared_bytes().
    [[nodiscard]] std::uint64_t share(std::vector<std::byte> bytes) const;
    void unshare(std::uint64_t id) const noexcept;

    [[nodiscard]] int processes() const noexcept;
    void resize(int processes) const;
    /// No more jobs are taken; those there are go on.
    void close() const;
    /// After close(): waits until all jobs are done and the workers have ended; true if so.
    [[nodiscard]] bool join_for(std::chrono::nanoseconds limit) const;

    /// Ends the workers; what has no outcome yet fails with `cancelled`.
    void terminate() const noexcept;

    /// Of one pool.
    friend bool operator==(const engine&, const engine&) noexcept = default;

private:
    std::shared_ptr<runtime::engine_base> engine_;
};

/// In a worker: the bytes that the program has shared under this number; null: none.
[[nodiscard]] TANDEM_EXPORT const std::vector<std::byte>* shared_bytes(std::uint64_t id) noexcept;

} // namespace tandem::detail
