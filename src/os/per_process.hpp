// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

//   [made]  instance() stores the node -> instance(), existing() load it:  the object is complete.

#include <atomic>

#include "os/fork_generation.hpp"

namespace tandem::os {

/// The one T of this process, made at its first use and never destroyed, since static objects may
/// use it to the very end. A fork of the process makes one of its own: the copy that it has
/// inherited describes what is not its own, and another thread may have held its lock.
template <class T>
class per_process {
public:
    static T& instance() {
        auto* known = current_.load(std::memory_order_acquire); // [made]
        if (known != nullptr && known->generation == fork_generation()) return known->object;
        auto* made = new node;
        // Acquire on failure: another thread was first.
        if (current_.compare_exchange_strong(known, made, std::memory_order_acq_rel, // [made]
                                             std::memory_order_acquire))
            return made->object;
        delete made;
        return known->object;
    }

    /// The one that has been made; null if none has.
    static T* existing() noexcept {
        auto* known = current_.load(std::memory_order_acquire); // [made]
        const bool is_ours = known != nullptr && known->generation == fork_generation();
        return is_ours ? &known->object : nullptr;
    }

private:
    struct node {
        unsigned generation = fork_generation();
        T object{};
    };
    static constinit inline std::atomic<node*> current_{nullptr};
};

template <class T>
T& of_this_process() {
    return per_process<T>::instance();
}

} // namespace tandem::os
