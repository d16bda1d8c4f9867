// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/semaphore.hpp"

#include <stdexcept>
#include <string>

#include "api/sync_state.hpp"
#include "shm/semaphore_word.hpp"

namespace tandem::detail {

namespace {

static_assert(counting_semaphore::max() == shm::semaphore_word::largest);

shm::semaphore_word& word_of(const sync_page& page) noexcept {
    return state_of<shm::semaphore_word>(page);
}

std::uint32_t checked(std::uint32_t initial) {
    if (initial <= counting_semaphore::max()) return initial;
    throw std::invalid_argument{"making a semaphore of " + std::to_string(initial) +
                                ": it can be acquired up to " +
                                std::to_string(counting_semaphore::max()) + " times"};
}

} // namespace

counting_semaphore::counting_semaphore(sync_kind kind, std::uint32_t initial)
    : page_{make_page<shm::semaphore_word>(
          kind, checked(initial), kind == sync_kind::bounded_semaphore ? initial : max())} {}

bool counting_semaphore::try_acquire() const noexcept { return word_of(page_).try_acquire(); }

bool counting_semaphore::acquire_before(const deadline& until) const noexcept {
    return word_of(page_).acquire(until);
}

void counting_semaphore::release(std::uint32_t units) const {
    if (word_of(page_).release(units)) return;
    throw released_too_often{
        "releasing a semaphore " + std::to_string(units) +
        " times: that is more often than it was acquired, or than it can count "
        "(value " +
        std::to_string(value()) + ")"};
}

std::uint32_t counting_semaphore::value() const noexcept { return word_of(page_).value(); }

} // namespace tandem::detail
