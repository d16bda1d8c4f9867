// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "address_table.hpp"

#include <algorithm>
#include <bit>
#include <random>

namespace traffic {

namespace {

std::uint64_t random_odd_number() {
    std::random_device random;
    return (std::uint64_t{random()} << 32 | random()) | 1;
}

} // namespace

address_table::address_table() : multiplier_{random_odd_number()} { resize(least_slots); }

void address_table::resize(std::size_t slots) {
    slots_.assign(slots, address_count{});
    shift_ = 64 - std::countr_zero(slots);
}

address_count& address_table::occupy(std::size_t index, std::uint32_t address) {
    if (used_.size() * 2 >= slots_.size()) {
        const auto before = entries();
        used_.clear();
        resize(slots_.size() * 2);
        for (const auto& entry : before) add(entry);
        return slot_of(address);
    }
    used_.push_back(static_cast<std::uint32_t>(index));
    slots_[index].address = address;
    return slots_[index];
}

void address_table::clear() {
    constexpr std::size_t slots_per_line = 8;
    const auto enough = std::max(least_slots, std::bit_ceil(used_.size() * 4));
    if (enough * 8 < slots_.size()) {
        resize(enough); // a table far too large only costs cache misses
    } else if (used_.size() * slots_per_line > slots_.size()) {
        std::ranges::fill(slots_, address_count{});
    } else {
        for (const auto index : used_) slots_[index] = {};
    }
    used_.clear();
}

std::vector<address_count> address_table::entries() const {
    std::vector<address_count> all;
    all.reserve(used_.size());
    for (const auto index : used_) all.push_back(slots_[index]);
    return all;
}

} // namespace traffic
