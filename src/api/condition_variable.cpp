// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/condition_variable.hpp"

#include <limits>

#include "api/sync_state.hpp"
#include "shm/notice_word.hpp"

namespace tandem {

namespace {

shm::notice_word& word_of(const detail::sync_page& page) noexcept {
    return detail::state_of<shm::notice_word>(page);
}

} // namespace

condition_variable::condition_variable()
    : page_{detail::make_page<shm::notice_word>(detail::sync_kind::condition_variable)} {}

void condition_variable::notify_one() const noexcept { word_of(page_).notify(1); }

void condition_variable::notify_all() const noexcept {
    word_of(page_).notify(std::numeric_limits<std::uint32_t>::max());
}

std::uint32_t condition_variable::notices() const noexcept { return word_of(page_).number(); }

bool condition_variable::sleep(std::uint32_t seen, const detail::deadline& until) const noexcept {
    return word_of(page_).wait(seen, until);
}

} // namespace tandem
