// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tandem/detail/job.hpp"
#include "tandem/pool_options.hpp"

namespace tandem::runtime {

/// What runs the jobs of a pool; see tandem/detail/engine.hpp for what the functions do.
class engine_base {
public:
    engine_base() = default;
    engine_base(const engine_base&) = delete;
    engine_base& operator=(const engine_base&) = delete;
    virtual ~engine_base() = default;

    virtual void add(const std::shared_ptr<detail::job>& job, const call_options& options) = 0;
    [[nodiscard]] virtual bool wait(const detail::job& job, std::chrono::nanoseconds limit) = 0;
    virtual void extend(detail::job& job, std::size_t count, bool last) = 0;
    [[nodiscard]] virtual std::size_t appetite(const detail::job& job) = 0;
    virtual void cancel(detail::job& job) noexcept = 0;
    virtual void post(std::function<void()> callback) = 0;
    [[nodiscard]] virtual std::uint64_t share(std::vector<std::byte> bytes) = 0;
    virtual void unshare(std::uint64_t id) noexcept = 0;
    [[nodiscard]] virtual int processes() const noexcept = 0;
    virtual void resize(int processes) = 0;
    virtual void close() = 0;
    [[nodiscard]] virtual bool join_for(std::chrono::nanoseconds limit) = 0;
    virtual void terminate() noexcept = 0;
    /// False in a fork of the process that made it.
    [[nodiscard]] virtual bool is_ours() const noexcept = 0;
};

} // namespace tandem::runtime
