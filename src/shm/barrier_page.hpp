// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A barrier that breaks when one of those that wait at it dies.
//
// Layout    a robust mutex, the word that tells the phase, the number that has arrived; behind
//           them, in memory of their own, as many places as there are parties: each a robust mutex
//           that its thread holds while it waits, the phase it waits in, and what became of that.
// Word      bit 0: the phase is broken; above: phases so far, modulo 2^31.
// Writers   whoever holds `guard_`; `state` of a place is taken back by its holder.
// Ending    of a phase: what became of it is written to each of its places, then the word. Who
//           waits looks at the word, and then at its own place, which nobody else uses before it is
//           given up: later phases do not matter.
// Crash     whoever waits looks at all places ten times a second, and at the mutex: one whose
//           holder has died breaks the phase, so that a death in whatever call does. Once the word
//           says that a phase has passed, it has passed for all, and the next one is broken.
//           reset() takes the marks of the dead away.
// Trust     the number of parties is not read from here, but given; numbers are only compared.
//
//   [phase]  end_phase(), break_phase() change the word -> those that wait load it:  their places
//            say what became of it, and what was done before is done.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "os/robust_mutex.hpp"
#include "shm/byte_ring.hpp"
#include "shm/robust_lock.hpp"
#include "shm/wait_limit.hpp"

namespace tandem::shm {

struct barrier_place {
    enum : std::uint32_t { unused, waiting, passed, broken };

    alignas(cache_line_bytes) os::robust_mutex holder;
    std::atomic<std::uint32_t> phase{0};
    std::atomic<std::uint32_t> state{unused};
};
static_assert(sizeof(barrier_place) == cache_line_bytes);

class barrier_page {
public:
    enum class outcome : std::uint8_t {
        passed,    // and left
        completes, // all have arrived, this thread last: pass() or break_phase() is due
        broken,    // and left
        timed_out, // the same, and it was this thread that has broken it
        damaged,   // the memory holds no barrier
    };
    struct arrival {
        outcome result = outcome::broken;
        std::uint32_t index = 0; // who came first has 0
        std::uint32_t phase = 0;
        barrier_place* place = nullptr; // of one that completes
    };
    using places = std::span<barrier_place>;

    explicit barrier_page(std::uint32_t parties) noexcept : parties_{parties} {}
    /// As the memory says; to be checked against its size.
    [[nodiscard]] std::uint32_t parties() const noexcept { return parties_; }

    /// Arrives and waits for the others; `all` has a place for each party.
    [[nodiscard]] arrival arrive(places all, const deadline& until) noexcept;
    /// Of the thread that completes: lets all go, itself too, unless the phase was broken
    /// meanwhile.
    [[nodiscard]] outcome pass(places all, const arrival& last) noexcept;
    /// Of the same: breaks the phase instead, and leaves.
    void give_up(const arrival& last) noexcept;

    void break_phase() noexcept;
    /// Whoever waits finds the phase broken; the next one begins.
    void reset(places all) noexcept;

    [[nodiscard]] bool is_broken() const noexcept {
        return (word_.load(std::memory_order_relaxed) & broken_bit) != 0; // a hint
    }
    [[nodiscard]] std::uint32_t arrived() const noexcept {
        return arrived_.load(std::memory_order_relaxed); // a hint
    }

private:
    static constexpr std::uint32_t broken_bit = 1;
    static constexpr std::uint32_t once = 2;

    /// False if the memory holds no mutex.
    [[nodiscard]] bool enter() noexcept;
    void leave() noexcept { (void)guard_.unlock(); }
    [[nodiscard]] std::uint32_t word() const noexcept;
    void set_broken() noexcept;
    void end_phase(places all, std::uint32_t result) noexcept;
    [[nodiscard]] static bool has_dead(places all) noexcept;
    static void bury(places all) noexcept;
    [[nodiscard]] barrier_place* take_place(places all) noexcept;
    [[nodiscard]] arrival begin(places all) noexcept;
    void wait_for_place(places all, const wait_limit& limit) noexcept;
    [[nodiscard]] outcome wait(places all, const arrival& mine, const deadline& until) noexcept;
    [[nodiscard]] static outcome go(barrier_place& place, outcome result) noexcept;

    os::robust_mutex guard_; // guards: the two words below, for writing
    os::futex_word word_{0};
    std::atomic<std::uint32_t> arrived_{0};
    std::uint32_t parties_; // never changes
};
static_assert(sizeof(barrier_page) <= cache_line_bytes);

} // namespace tandem::shm
