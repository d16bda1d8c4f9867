// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/barrier.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "api/sync_state.hpp"
#include "shm/barrier_page.hpp"

namespace tandem {

namespace {

using outcome = shm::barrier_page::outcome;

constexpr std::size_t places_offset = 64;
static_assert(sizeof(shm::barrier_page) <= places_offset);

std::size_t bytes_for(std::uint32_t parties) noexcept {
    return places_offset + parties * sizeof(shm::barrier_place);
}

shm::barrier_page& state_of(const detail::sync_page& page) noexcept {
    return detail::state_of<shm::barrier_page>(page);
}

shm::barrier_page::places places_of(const detail::sync_page& page, std::uint32_t parties) noexcept {
    auto* first = reinterpret_cast<shm::barrier_place*>(page.state() + places_offset);
    return {std::launder(first), parties};
}

detail::sync_page make_page(std::uint32_t parties) {
    if (parties == 0 || parties > barrier::max())
        throw std::invalid_argument{"making a barrier for " + std::to_string(parties) +
                                    " parties: from 1 to " + std::to_string(barrier::max()) +
                                    " can wait at one"};
    detail::sync_page page{detail::sync_kind::barrier, bytes_for(parties)};
    std::construct_at(reinterpret_cast<shm::barrier_page*>(page.state()), parties);
    auto* place = reinterpret_cast<shm::barrier_place*>(page.state() + places_offset);
    std::uninitialized_default_construct_n(place, parties);
    return page;
}

[[noreturn]] void throw_for(outcome result) {
    if (result == outcome::damaged)
        throw memory_corrupted{
            "waiting at a barrier: its memory holds none any more; a process that shares it has "
            "written over it"};
    if (result == outcome::timed_out)
        throw barrier_broken{
            "waiting at a barrier: time is up, and not all have come; reset() repairs it"};
    throw barrier_broken{
        "waiting at a barrier: it is broken, because one that waited has died or was out of time, "
        "or by abort() or reset(); reset() repairs it"};
}

} // namespace

barrier::barrier(std::uint32_t parties) : page_{make_page(parties)}, parties_{parties} {}

barrier::barrier(detail::sync_page page)
    : page_{std::move(page)}, parties_{state_of(page_).parties()} {
    if (parties_ == 0 || parties_ > max() || bytes_for(parties_) > page_.state_bytes())
        throw codec_error{"reading a barrier: the memory that came along has no room for it"};
}

barrier::arrival barrier::arrive(const completion* at_end, const detail::deadline& until) const {
    auto& state = state_of(page_);
    const auto places = places_of(page_, parties_);
    const auto mine = state.arrive(places, until);
    if (mine.result == outcome::passed) return {.index = mine.index, .is_last = false};
    if (mine.result != outcome::completes) throw_for(mine.result);
    try {
        if (at_end != nullptr) at_end->call(at_end->with);
    } catch (...) {
        state.give_up(mine);
        throw;
    }
    if (const auto end = state.pass(places, mine); end != outcome::passed) throw_for(end);
    return {.index = mine.index, .is_last = true};
}

void barrier::abort() const { state_of(page_).break_phase(); }

void barrier::reset() const { state_of(page_).reset(places_of(page_, parties_)); }

std::uint32_t barrier::waiting() const noexcept { return state_of(page_).arrived(); }

bool barrier::is_broken() const noexcept { return state_of(page_).is_broken(); }

} // namespace tandem
