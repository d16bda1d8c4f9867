// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/event.hpp"

#include "api/sync_state.hpp"
#include "shm/event_word.hpp"

namespace tandem {

namespace {

shm::event_word& word_of(const detail::sync_page& page) noexcept {
    return detail::state_of<shm::event_word>(page);
}

} // namespace

event::event() : page_{detail::make_page<shm::event_word>(detail::sync_kind::event)} {}

void event::set() const noexcept { word_of(page_).set(); }

void event::clear() const noexcept { word_of(page_).clear(); }

bool event::is_set() const noexcept { return word_of(page_).is_set(); }

bool event::wait_before(const detail::deadline& until) const noexcept {
    return word_of(page_).wait(until);
}

} // namespace tandem
