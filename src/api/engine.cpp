// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/engine.hpp"

#include <utility>

#include "runtime/local_engine.hpp"
#include "runtime/pool_engine.hpp"
#include "tandem/error.hpp"

namespace tandem::detail {

job::~job() = default;

void job::accept_block(std::size_t /*first*/, std::size_t /*count*/,
                       std::span<const std::byte> /*results*/) {}

namespace {

/// A fork of the program has a copy of the engine, but not its threads: the copy can neither be
/// used nor taken apart.
void release(runtime::engine_base* engine) {
    if (engine->is_ours()) delete engine;
}

runtime::engine_base& ours(const std::shared_ptr<runtime::engine_base>& engine) {
    if (!engine->is_ours())
        throw launch_error{
            "using a pool: it belongs to the process that this one was forked from; "
            "make a pool of its own"};
    return *engine;
}

runtime::engine_base* make_engine(const pool_options& options, parcel initializer) {
    if (options.backend == backend::processes)
        return new runtime::pool_engine{options, std::move(initializer)};
    return new runtime::local_engine{options, std::move(initializer)};
}

} // namespace

engine::engine(const pool_options& options, parcel initializer)
    : engine_{make_engine(options, std::move(initializer)), &release} {}

void engine::add(const std::shared_ptr<job>& job, const call_options& options) const {
    ours(engine_).add(job, options);
}

bool engine::wait(const job& job, std::chrono::nanoseconds limit) const {
    return ours(engine_).wait(job, limit);
}

void engine::extend(job& job, std::size_t count, bool last) const {
    ours(engine_).extend(job, count, last);
}

std::size_t engine::appetite(const job& job) const { return ours(engine_).appetite(job); }

void engine::cancel(job& job) const noexcept {
    if (engine_->is_ours()) engine_->cancel(job);
}

void engine::post(std::function<void()> callback) const { ours(engine_).post(std::move(callback)); }

std::uint64_t engine::share(std::vector<std::byte> bytes) const {
    return ours(engine_).share(std::move(bytes));
}

void engine::unshare(std::uint64_t id) const noexcept {
    if (engine_->is_ours()) engine_->unshare(id);
}

int engine::processes() const noexcept { return engine_->processes(); }

void engine::resize(int processes) const { ours(engine_).resize(processes); }

void engine::close() const { ours(engine_).close(); }

bool engine::join_for(std::chrono::nanoseconds limit) const {
    return ours(engine_).join_for(limit);
}

void engine::terminate() const noexcept {
    if (engine_->is_ours()) engine_->terminate();
}

} // namespace tandem::detail
