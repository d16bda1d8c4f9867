// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Decides which workers of a pool may run tasks with the memory that there is, and which one must
// give its task back before the kernel kills somebody.
//
// Need      what a task may take: what the user says, or else the most that the last tasks took.
//           While nothing is known, one task runs. Tasks that take more than was said raise it.
// Admission a worker that runs a task is owed the rest of its need; what is available beyond that
//           and a reserve is for further tasks. A worker for which nothing is left ends its task
//           and gets no other. The oldest task runs whatever it needs.
// Shortage  once less than half of the reserve is available, the youngest of the running tasks is
//           stopped and goes back: the least work is lost, and the oldest always comes to its end.
//           The next one only when the last one is gone. A single task is left to its fate.
// Invariant if any worker is ready to run a task, one of those that are runs or may run one.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tandem::runtime {

/// Knows neither clock nor system: numbers go in, decisions come out. Units: bytes.
///
/// Sharing  one thread at a time.
/// Bounds   sees what a task takes only as often as it is asked; the reserve covers what tasks take
///          in between.
class memory_budget {
public:
    enum class state : unsigned char {
        idle,
        busy,     // has a task
        stopping, // has been told to end, and holds its memory until it has
    };

    /// A worker as the pool sees it now.
    struct worker {
        memory_budget::state state = state::idle;
        std::uint64_t held = 0;  // beyond what it had before its first task
        std::uint64_t since = 0; // of a busy one, when its task began: any number that grows
    };

    struct decision {
        std::vector<bool> may_run; // one for each worker: may it be given a task, or the next one?
        std::optional<std::size_t> stop; // the worker that must be ended and its task requeued
    };

    /// `per_task`: what the user says a task needs; nullopt: to be measured.
    memory_budget(std::optional<std::uint64_t> per_task, std::uint64_t reserve)
        : said_{per_task}, reserve_{reserve} {}

    /// A reserve for a machine, or a control group, that has `total`.
    [[nodiscard]] static std::uint64_t usual_reserve(std::uint64_t total) noexcept;

    /// A task has finished, or was stopped; its worker held `peak` at the most while it ran.
    void learn(std::uint64_t peak);

    /// `available`: what the system would still give.
    [[nodiscard]] decision decide(std::uint64_t available, std::span<const worker> workers) const;

    /// What a task is taken to need; nullopt while that is not known.
    [[nodiscard]] std::optional<std::uint64_t> need() const;

private:
    static constexpr std::size_t remembered = 64; // one large task must not slow down all to come

    [[nodiscard]] std::optional<std::uint64_t> need_with(std::span<const worker> workers) const;
    [[nodiscard]] std::optional<std::size_t> to_stop(std::uint64_t available,
                                                     std::span<const worker> workers) const;

    std::optional<std::uint64_t> said_;
    std::uint64_t reserve_;
    std::array<std::uint64_t, remembered> peaks_{}; // of the last tasks
    std::size_t learned_ = 0;                       // tasks so far
};

} // namespace tandem::runtime
