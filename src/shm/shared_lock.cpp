// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/shared_lock.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "fault/fault.hpp"
#include "os/fork_generation.hpp"
#include "os/process.hpp"

namespace tandem::shm {

namespace {

/// A place that a thread has.
struct share {
    const shared_lock* lock;
    std::size_t place;
    unsigned generation; // a fork inherits its parent's, which are not its own
};

/// Those of the calling thread, the latest last.
class own_shares {
public:
    void add(const shared_lock* lock, std::size_t place) {
        all_.push_back({lock, place, os::fork_generation()});
    }
    /// The place of the latest of this lock.
    [[nodiscard]] std::optional<std::size_t> find(const shared_lock* lock) const noexcept {
        const auto found = position(lock);
        return found == all_.rend() ? std::nullopt : std::optional{found->place};
    }
    void remove(const shared_lock* lock) noexcept { all_.erase(std::next(position(lock)).base()); }

private:
    [[nodiscard]] std::vector<share>::const_reverse_iterator position(
        const shared_lock* lock) const noexcept {
        return std::ranges::find_if(all_.rbegin(), all_.rend(),
                                    [lock, now = os::fork_generation()](const share& one) {
                                        return one.lock == lock && one.generation == now;
                                    });
    }

    std::vector<share> all_;
};

own_shares& shares_of_this_thread() noexcept {
    thread_local own_shares shares;
    return shares;
}

/// Where this thread looks first, so that threads do not write to the same cache line.
std::size_t first_place() noexcept {
    static std::atomic<std::size_t> threads{0};
    // Relaxed: any number is right.
    thread_local const std::size_t first = (static_cast<std::size_t>(os::current_process()) * 7 +
                                            threads.fetch_add(1, std::memory_order_relaxed)) %
                                           shared_lock::places;
    return first;
}

} // namespace

lock_result shared_lock::lock(const deadline& until) noexcept { return lock_alone({true, until}); }

lock_result shared_lock::try_lock() noexcept { return lock_alone({.waits = false}); }

lock_result shared_lock::lock_alone(const patience& how) noexcept {
    if (shares_of_this_thread().find(this)) return lock_result::own; // would wait for itself
    const auto entered = enter_gate(how);
    if (!is_held(entered)) return entered;
    // Relaxed: ordered by the fence.
    writer_.fetch_or(wanted, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst); // pairs with that of lock_with_others()
    fault::hit("shared_mutex.wanted");
    const auto left = wait_for_places(how);
    if (!is_held(left)) {
        writer_.fetch_and(orphaned, std::memory_order_relaxed); // nothing was done
        (void)gate_.unlock();
        return left;
    }
    fault::hit("shared_mutex.before_alone");
    writer_.store(alone, std::memory_order_relaxed); // for those that find us dead
    fault::hit("shared_mutex.alone");
    return entered;
}

/// owner_died: the one that had the lock alone has; what kept a place or waited does not matter.
lock_result shared_lock::enter_gate(const patience& how) noexcept {
    const auto entered = how.lock(gate_);
    if (!is_held(entered)) return entered;
    // Relaxed: the gate orders what those do that hold it.
    const auto found = writer_.load(std::memory_order_relaxed);
    if ((found & (alone | orphaned)) == 0) {
        if (found != free) writer_.store(free, std::memory_order_relaxed); // as said above
        return lock_result::locked;
    }
    writer_.store(orphaned, std::memory_order_relaxed); // as said above
    return lock_result::owner_died;
}

lock_result shared_lock::wait_for_places(const patience& how) noexcept {
    const auto used = used_.load(std::memory_order_relaxed); // ordered by the caller's fence
    for (std::size_t i = 0; i < places; ++i) {
        if ((used >> i & 1U) == 0) continue;
        const auto left = how.lock(places_[i].holder);
        if (!is_held(left)) return left;
        (void)places_[i].holder.unlock();
    }
    return lock_result::locked;
}

bool shared_lock::unlock() noexcept {
    if (!gate_.is_own()) return false;
    fault::hit("shared_mutex.before_unlock");
    writer_.store(free, std::memory_order_release); // [left]
    fault::hit("shared_mutex.left");
    return gate_.unlock();
}

lock_result shared_lock::lock_shared(const deadline& until) noexcept {
    return lock_with_others({true, until});
}

lock_result shared_lock::try_lock_shared() noexcept { return lock_with_others({.waits = false}); }

lock_result shared_lock::lock_with_others(const patience& how) noexcept {
    const auto taken = take_place(how);
    if (taken != lock_result::locked) return taken;
    fault::hit("shared_mutex.place_taken");
    std::atomic_thread_fence(std::memory_order_seq_cst);   // pairs with that of lock_alone()
    if (writer_.load(std::memory_order_acquire) == free) { // [left]
        fault::hit("shared_mutex.shared");
        return lock_result::locked;
    }
    (void)unlock_shared();
    return share_through_gate(how);
}

/// While we hold the gate nobody wants the lock alone.
lock_result shared_lock::share_through_gate(const patience& how) noexcept {
    const auto entered = enter_gate(how);
    if (!is_held(entered)) return entered;
    const auto taken = take_place(how);
    fault::hit("shared_mutex.place_taken_in_gate");
    // Release: [left], for what the dead one has done. The news are passed on with our return.
    if (taken == lock_result::locked) writer_.store(free, std::memory_order_release);
    (void)gate_.unlock();
    return taken == lock_result::locked ? entered : taken;
}

lock_result shared_lock::take_place(const patience& how) noexcept {
    const auto first = first_place();
    const auto take = [&](std::size_t which, const patience& now) {
        const auto taken = now.lock(places_[which].holder);
        if (is_held(taken)) note_taken(which);
        return taken;
    };
    for (std::size_t i = 0; i < places; ++i) {
        const auto taken = take((first + i) % places, {.waits = false});
        if (is_held(taken)) return lock_result::locked;
        if (taken == lock_result::broken) return taken;
    }
    if (!how.waits) return lock_result::busy;
    for (std::size_t i = 0; i < places; ++i) { // the first that another thread has
        const auto taken = take((first + i) % places, how);
        if (is_held(taken)) return lock_result::locked;
        if (taken != lock_result::own) return taken;
    }
    return lock_result::own;
}

void shared_lock::note_taken(std::size_t which) noexcept {
    const auto bit = std::uint64_t{1} << which;
    // Relaxed: ordered by the caller's fence, or by the gate.
    if ((used_.load(std::memory_order_relaxed) & bit) == 0)
        used_.fetch_or(bit, std::memory_order_relaxed); // as said above
    shares_of_this_thread().add(this, which);
}

bool shared_lock::unlock_shared() noexcept {
    auto& shares = shares_of_this_thread();
    const auto which = shares.find(this);
    if (!which) return false;
    shares.remove(this);
    fault::hit("shared_mutex.before_unlock_shared");
    return places_[*which].holder.unlock();
}

} // namespace tandem::shm
