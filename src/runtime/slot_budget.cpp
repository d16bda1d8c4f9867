// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/slot_budget.hpp"

#include <limits>

#include "os/byte_lock.hpp"
#include "os/memory_object.hpp"
#include "runtime/cpu_budget.hpp"

namespace tandem::runtime {

namespace {

int slots_in(const os::unique_fd& file) noexcept {
    const auto bytes = os::memory_object_bytes(file);
    if (!bytes || *bytes > std::size_t{std::numeric_limits<int>::max()}) return 0;
    return static_cast<int>(*bytes);
}

/// What this process has received; without slots if it is no worker.
slot_budget& received_budget() {
    static slot_budget received;
    return received;
}

} // namespace

slot_budget::slot_budget(os::unique_fd shared)
    : file_{std::move(shared)}, slots_{file_ ? slots_in(file_) : 0} {}

slot_budget slot_budget::create(int slots) noexcept {
    if (slots < 1) return {};
    auto file = os::create_memory_object("tandem-slots", static_cast<std::size_t>(slots));
    return file ? slot_budget{*std::move(file)} : slot_budget{};
}

slot_claim slot_budget::claim(int most) const {
    if (most < 1 || slots_ == 0) return {};
    auto holder = os::open_again(file_);
    if (!holder) return {};
    int taken = 0;
    for (int slot = 0; slot < slots_ && taken < most; ++slot) {
        const auto locked = os::lock_byte(*holder, static_cast<std::size_t>(slot));
        if (!locked) break; // the system has no more locks
        if (*locked) ++taken;
    }
    if (taken == 0) return {};
    return {*std::move(holder), taken};
}

int slot_budget::free_slots() const noexcept {
    int free = 0;
    for (int slot = 0; slot < slots_; ++slot) {
        const auto locked = os::byte_is_locked(file_, static_cast<std::size_t>(slot));
        if (locked && !*locked) ++free;
    }
    return free;
}

const slot_budget& own_slot_budget() {
    if (is_in_pool()) return received_budget();
    static const slot_budget made = slot_budget::create(usable_cpu_count());
    return made;
}

bool is_in_pool() noexcept { return received_budget().slots() > 0; }

void join_slot_budget(os::unique_fd shared) {
    if (shared) received_budget() = slot_budget{std::move(shared)};
}

pool_share share_for_pool(int asked) {
    const int in_own_place = is_in_pool() ? 1 : 0;
    const int usable = usable_cpu_count();
    const int wanted = asked > 0 ? asked : usable;
    pool_share share{wanted, usable, own_slot_budget().claim(wanted - in_own_place)};
    if (asked == 0 && in_own_place > 0) share.processes = in_own_place + share.claim.slots();
    return share;
}

} // namespace tandem::runtime
