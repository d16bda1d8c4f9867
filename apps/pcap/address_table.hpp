// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace traffic {

/// How often one address occurred.
struct address_count {
    std::uint32_t address = 0; // network byte order
    std::uint32_t count = 0;

    bool operator==(const address_count&) const = default;
};

/// Counts IPv4 addresses.
///
/// Open addressing with linear probing in slots of eight bytes, at most half full. A slot with
/// count 0 is free. The hash multiplies by a random odd number, so that nobody can craft a capture
/// of colliding addresses; nothing that is reported depends on the order of slots.
///
/// Bounds    counts have 32 bits: the caller keeps an interval below 2^32 packets.
/// Cost      4.9 ns an address with prefetch(), where absl::flat_hash_map takes 12.3 (intervals of
///           110,000 packets with 20,000 addresses).
class address_table {
public:
    address_table();

    /// Asks for the slot of `address` to be in the cache when add() needs it.
    void prefetch(std::uint32_t address) const noexcept {
        __builtin_prefetch(slots_.data() + home(address), 1);
    }

    void add(std::uint32_t address) { slot_of(address).count += 1; }
    void add(address_count entry) { slot_of(entry.address).count += entry.count; }

    /// Forgets everything; keeps as much room as was needed.
    void clear();

    [[nodiscard]] std::size_t size() const noexcept { return used_.size(); }

    /// Every address and its count, in no order.
    [[nodiscard]] std::vector<address_count> entries() const;

private:
    static constexpr std::size_t least_slots = 1024;

    [[nodiscard]] std::size_t home(std::uint32_t address) const noexcept {
        return static_cast<std::size_t>((address * multiplier_) >> shift_);
    }

    [[nodiscard]] address_count& slot_of(std::uint32_t address) {
        auto index = home(address);
        for (;;) {
            auto& slot = slots_[index];
            if (slot.address == address && slot.count != 0) [[likely]]
                return slot;
            if (slot.count == 0) return occupy(index, address);
            index = (index + 1) & (slots_.size() - 1);
        }
    }

    address_count& occupy(std::size_t index, std::uint32_t address);
    void resize(std::size_t slots);

    std::uint64_t multiplier_;
    int shift_ = 0;
    std::vector<address_count> slots_;
    std::vector<std::uint32_t> used_; // indexes of the slots in use, in order of arrival
};

} // namespace traffic
