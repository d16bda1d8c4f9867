// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/queue_lock.hpp"

#include "os/futex.hpp"

namespace tandem::shm {

void short_lock::wait(lock_patience patience) noexcept {
    constexpr int first_pause = 16; // times some ten nanoseconds
    constexpr int longest_pause = 128;
    constexpr int looks = 16; // some ten microseconds in all
    int pause = first_pause;
    for (int look = 0; look < looks; ++look) {
        for (int i = 0; i < pause; ++i) os::spin_pause();
        if (pause < longest_pause) pause *= 2;
        outcome_ = mutex_->try_lock();
        if (outcome_ != outcome::busy) return;
    }
    if (patience == unlimited) {
        outcome_ = mutex_->lock();
    } else {
        outcome_ = mutex_->lock(os::robust_mutex::clock::now() + patience);
    }
}

} // namespace tandem::shm
