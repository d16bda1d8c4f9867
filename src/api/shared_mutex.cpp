// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/shared_mutex.hpp"

#include "api/sync_state.hpp"
#include "shm/shared_lock.hpp"

namespace tandem {

namespace {

shm::shared_lock& state_of(const detail::sync_page& page) noexcept {
    return detail::state_of<shm::shared_lock>(page);
}

bool held_or_busy(const detail::sync_page& page, shm::lock_result result) {
    return detail::held_or_busy(result, [&] { return state_of(page).unlock(); });
}

bool shared_or_busy(const detail::sync_page& page, shm::lock_result result) {
    return detail::held_or_busy(result, [&] { return state_of(page).unlock_shared(); });
}

} // namespace

shared_mutex::shared_mutex()
    : page_{detail::make_page<shm::shared_lock>(detail::sync_kind::shared_mutex)} {}

void shared_mutex::lock() const { (void)held_or_busy(page_, state_of(page_).lock()); }

bool shared_mutex::try_lock() const { return held_or_busy(page_, state_of(page_).try_lock()); }

bool shared_mutex::lock_before(const detail::deadline& until) const {
    return held_or_busy(page_, state_of(page_).lock(until));
}

lock_outcome shared_mutex::lock_inheriting() const {
    return detail::require_held(state_of(page_).lock());
}

void shared_mutex::unlock() const {
    if (!state_of(page_).unlock()) detail::throw_not_owner();
}

void shared_mutex::lock_shared() const {
    (void)shared_or_busy(page_, state_of(page_).lock_shared());
}

bool shared_mutex::try_lock_shared() const {
    return shared_or_busy(page_, state_of(page_).try_lock_shared());
}

bool shared_mutex::share_before(const detail::deadline& until) const {
    return shared_or_busy(page_, state_of(page_).lock_shared(until));
}

void shared_mutex::unlock_shared() const {
    if (!state_of(page_).unlock_shared()) detail::throw_not_owner();
}

} // namespace tandem
