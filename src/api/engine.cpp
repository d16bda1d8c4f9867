// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/engine.hpp"

#include "runtime/pool_engine.hpp"
#include "tandem/error.hpp"

namespace tandem::detail {

job::~job() = default;

namespace {

/// A fork of the program has a copy of the engine, but not its threads: the copy can neither be
/// used nor taken apart.
void release(runtime::pool_engine* engine) {
    if (engine->is_ours()) delete engine;
}

runtime::pool_engine& ours(const std::shared_ptr<runtime::pool_engine>& engine) {
    if (!engine->is_ours())
        throw launch_error{
            "using a pool: it belongs to the process that this one was forked from; "
            "make a pool of its own"};
    return *engine;
}

} // namespace

engine::engine(const pool_options& options)
    : engine_{new runtime::pool_engine{options}, &release} {}

void engine::add(const std::shared_ptr<job>& job, std::size_t chunk_size) const {
    ours(engine_).add(job, chunk_size);
}

bool engine::wait(const job& job, std::chrono::nanoseconds limit) const {
    return ours(engine_).wait(job, limit);
}

int engine::processes() const noexcept { return engine_->processes(); }

void engine::terminate() const noexcept {
    if (engine_->is_ours()) engine_->terminate();
}

} // namespace tandem::detail
