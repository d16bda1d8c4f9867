// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/mutex.hpp"

#include "api/sync_state.hpp"
#include "shm/robust_lock.hpp"

namespace tandem {

namespace {

shm::robust_lock& state_of(const detail::sync_page& page) noexcept {
    return detail::state_of<shm::robust_lock>(page);
}

bool held_or_busy(const detail::sync_page& page, shm::lock_result result) {
    return detail::held_or_busy(result, [&] { return state_of(page).unlock(); });
}

} // namespace

mutex::mutex() : page_{detail::make_page<shm::robust_lock>(detail::sync_kind::mutex)} {}

void mutex::lock() const { (void)held_or_busy(page_, state_of(page_).lock()); }

bool mutex::try_lock() const { return held_or_busy(page_, state_of(page_).try_lock()); }

bool mutex::lock_before(const detail::deadline& until) const {
    return held_or_busy(page_, state_of(page_).lock(until));
}

lock_outcome mutex::lock_inheriting() const { return detail::require_held(state_of(page_).lock()); }

void mutex::unlock() const {
    if (!state_of(page_).unlock()) detail::throw_not_owner();
}

} // namespace tandem
