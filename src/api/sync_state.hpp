// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How the compiled halves of the synchronisation objects come to what lies in their memory.

#include <memory>
#include <new>
#include <string>
#include <system_error>

#include "shm/robust_lock.hpp"
#include "tandem/detail/sync_page.hpp"
#include "tandem/lock_outcome.hpp"

namespace tandem::detail {

/// What every page has room for behind its header.
inline constexpr std::size_t least_state_bytes = 4096 - 64;

template <class State>
State& state_of(const sync_page& page) noexcept {
    static_assert(sizeof(State) <= least_state_bytes && alignof(State) <= 64);
    return *std::launder(reinterpret_cast<State*>(page.state()));
}

/// A new page with a State in it, which nobody destroys: the memory goes.
template <class State, class... Arguments>
sync_page make_page(sync_kind kind, const Arguments&... arguments) {
    sync_page page{kind};
    std::construct_at(reinterpret_cast<State*>(page.state()), arguments...);
    return page;
}

/// Throws what `result` says, unless it is that the lock is held now.
[[nodiscard]] lock_outcome require_held(shm::lock_result result);
/// The same where the end of an owner is an exception, too; `unlock` comes before that.
template <class Unlock>
[[nodiscard]] bool held_or_busy(shm::lock_result result, Unlock unlock);
[[noreturn]] void throw_owner_died();
[[noreturn]] void throw_not_owner();

template <class Unlock>
bool held_or_busy(shm::lock_result result, Unlock unlock) {
    if (result == shm::lock_result::locked) [[likely]]
        return true;
    if (result == shm::lock_result::busy) return false;
    if (require_held(result) == lock_outcome::locked) return true;
    (void)unlock();
    throw_owner_died();
}

} // namespace tandem::detail
