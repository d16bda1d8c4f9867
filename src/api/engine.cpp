// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/engine.hpp"

#include "runtime/pool_engine.hpp"

namespace tandem::detail {

job::~job() = default;

engine::engine(const pool_options& options)
    : engine_{std::make_shared<runtime::pool_engine>(options)} {}

void engine::add(std::shared_ptr<job> job, std::size_t chunk_size) const {
    engine_->add(std::move(job), chunk_size);
}

bool engine::wait(const job& job, std::chrono::nanoseconds limit) const {
    return engine_->wait(job, limit);
}

int engine::processes() const noexcept { return engine_->processes(); }

void engine::terminate() const noexcept { engine_->terminate(); }

} // namespace tandem::detail
