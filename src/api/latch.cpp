// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/latch.hpp"

#include <stdexcept>
#include <string>

#include "api/sync_state.hpp"
#include "shm/latch_word.hpp"

namespace tandem {

namespace {

shm::latch_word& word_of(const detail::sync_page& page) noexcept {
    return detail::state_of<shm::latch_word>(page);
}

} // namespace

latch::latch(std::uint32_t count)
    : page_{detail::make_page<shm::latch_word>(detail::sync_kind::latch, count)} {}

void latch::count_down(std::uint32_t steps) const {
    if (word_of(page_).count_down(steps)) return;
    throw std::invalid_argument{"counting a latch down by " + std::to_string(steps) +
                                ": that is more than is left"};
}

bool latch::try_wait() const noexcept { return word_of(page_).is_open(); }

bool latch::wait_before(const detail::deadline& until) const noexcept {
    return word_of(page_).wait(until);
}

} // namespace tandem
