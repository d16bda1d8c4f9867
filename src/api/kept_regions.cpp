// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/kept_regions.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <new>
#include <utility>

namespace tandem::detail {

namespace {

using region_list = std::deque<std::shared_ptr<const void>>;

struct kept_regions {
    std::mutex mutex; // guards: all below
    std::size_t most = 0;
    region_list all; // in the order in which they came first
};

kept_regions& kept() {
    static auto& only = *new kept_regions; // threads may outlive static objects
    return only;
}

} // namespace

void keep_received_regions(std::size_t most) noexcept {
    const std::lock_guard guard{kept().mutex};
    kept().most = most;
}

void drop_received_regions() noexcept {
    region_list dropped; // destroyed without the lock: declared first
    const std::lock_guard guard{kept().mutex};
    dropped.swap(kept().all);
}

void note_received_region(const std::shared_ptr<const void>& content) noexcept {
    std::shared_ptr<const void> dropped; // as above
    const std::lock_guard guard{kept().mutex};
    auto& all = kept().all;
    if (kept().most == 0 || std::ranges::find(all, content) != all.end()) return;
    try {
        all.push_back(content);
    } catch (const std::bad_alloc&) {
        return; // it is mapped again when it comes again
    }
    if (all.size() <= kept().most) return;
    dropped = std::move(all.front());
    all.pop_front();
}

} // namespace tandem::detail
