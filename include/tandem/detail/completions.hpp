// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tandem/detail/awaited.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/detail/export.hpp"

namespace tandem::detail {

struct watched_outcome {
    std::shared_ptr<awaited_base> outcome;
    const engine* pool = nullptr; // of the future
};

/// Outcomes in the order in which they come.
class TANDEM_EXPORT completions {
public:
    explicit completions(std::span<const watched_outcome> outcomes);
    completions(const completions&) = delete;
    completions& operator=(const completions&) = delete;
    ~completions();

    /// How many have come.
    [[nodiscard]] std::size_t count() const;
    /// The position of the one that came as number `rank`, which is below count().
    [[nodiscard]] std::size_t at(std::size_t rank) const;
    /// Waits until so many have come, for `limit` at most; true if they have.
    [[nodiscard]] bool wait(std::size_t count, std::chrono::nanoseconds limit) const;

private:
    class arrivals;
    class bell_of_one;
    struct watched;

    void stop_watching() noexcept;

    std::shared_ptr<arrivals> arrivals_;
    std::vector<watched> watching_;
    std::optional<engine> common_; // the engine that all of them come from
};

} // namespace tandem::detail
