// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The processors that a program and all pools below it share, so that pools in workers of pools do
// not start more workers together than there are processors.
//
// Layout    a memory object without content, one byte long for each slot. A slot is taken while its
//           byte is locked (open file description locks).
// Sharing   the program's workers get a descriptor of it, and hand it on to theirs.
// Crash     nothing is written, so nothing can be left wrong. The kernel unlocks what a process had
//           locked when it ends, by SIGKILL even. A fork that a process has made of itself keeps
//           the slots until it ends as well.

#include <cstddef>
#include <utility>

#include "os/unique_fd.hpp"

namespace tandem::runtime {

/// Slots that are taken for as long as this object lives.
class slot_claim {
public:
    /// None.
    slot_claim() = default;

    [[nodiscard]] int slots() const noexcept { return slots_; }

private:
    friend class slot_budget;
    slot_claim(os::unique_fd holder, int slots) noexcept
        : holder_{std::move(holder)}, slots_{slots} {}

    os::unique_fd holder_;
    int slots_ = 0;
};

/// Sharing  any number of processes; in each, any thread.
class slot_budget {
public:
    /// No slots.
    slot_budget() = default;
    /// What another process has made, as received from it.
    explicit slot_budget(os::unique_fd shared);
    /// One with `slots`; with none if the system has no descriptor for it.
    [[nodiscard]] static slot_budget create(int slots) noexcept;

    /// Takes as many free slots as there are, `most` at the most. Never waits, and never fails:
    /// what goes wrong is no slot.
    [[nodiscard]] slot_claim claim(int most) const;

    [[nodiscard]] int slots() const noexcept { return slots_; }
    /// Those that nobody has now.
    [[nodiscard]] int free_slots() const noexcept;
    /// For processes that share it; empty if there are no slots.
    [[nodiscard]] const os::unique_fd& file() const noexcept { return file_; }

private:
    os::unique_fd file_;
    int slots_ = 0;
};

/// The budget of this process, made now if it has none, with a slot for each usable processor.
[[nodiscard]] const slot_budget& own_slot_budget();

/// True in a worker, and in what a worker has started: it has joined a budget.
[[nodiscard]] bool is_in_pool() noexcept;

/// In a worker, before it runs anything: it draws from what its pool has sent. An empty descriptor
/// changes nothing.
void join_slot_budget(os::unique_fd shared);

/// The size of a pool of this process, and what it takes of the budget.
struct pool_share {
    int processes = 1;
    int usable_cpus = 1; // as they were read for it
    slot_claim claim;
};

/// `asked`: what the options say. 0: one per usable processor; in a worker, which waits while its
/// pool works, one in its own place and one for each slot that is free.
[[nodiscard]] pool_share share_for_pool(int asked);

} // namespace tandem::runtime
