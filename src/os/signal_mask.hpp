// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>

namespace tandem::os {

/// Blocks all signals in this thread while it lives. A thread started meanwhile keeps them blocked,
/// so that the handlers of the user's program never run in a thread of ours.
class block_signals {
public:
    block_signals() noexcept;
    block_signals(const block_signals&) = delete;
    block_signals& operator=(const block_signals&) = delete;
    ~block_signals();

private:
    alignas(std::max_align_t) std::array<std::byte, 128> previous_{}; // a sigset_t
};

} // namespace tandem::os
