// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/recursive_mutex.hpp"

#include "api/sync_state.hpp"
#include "shm/robust_lock.hpp"

namespace tandem {

namespace {

shm::recursive_lock& state_of(const detail::sync_page& page) noexcept {
    return detail::state_of<shm::recursive_lock>(page);
}

bool held_or_busy(const detail::sync_page& page, shm::lock_result result) {
    return detail::held_or_busy(result, [&] { return state_of(page).unlock(); });
}

} // namespace

recursive_mutex::recursive_mutex()
    : page_{detail::make_page<shm::recursive_lock>(detail::sync_kind::recursive_mutex)} {}

void recursive_mutex::lock() const { (void)held_or_busy(page_, state_of(page_).lock()); }

bool recursive_mutex::try_lock() const { return held_or_busy(page_, state_of(page_).try_lock()); }

bool recursive_mutex::lock_before(const detail::deadline& until) const {
    return held_or_busy(page_, state_of(page_).lock(until));
}

lock_outcome recursive_mutex::lock_inheriting() const {
    return detail::require_held(state_of(page_).lock());
}

void recursive_mutex::unlock() const {
    if (!state_of(page_).unlock()) detail::throw_not_owner();
}

std::uint32_t recursive_mutex::shed_levels() const {
    if (!state_of(page_).is_own()) detail::throw_not_owner();
    return state_of(page_).shed();
}

void recursive_mutex::add_levels(std::uint32_t levels) const noexcept {
    state_of(page_).deepen(levels);
}

} // namespace tandem
