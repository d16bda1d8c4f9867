// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Leaves a note of the stack in shared memory when this process crashes.
//
// Layout    frames, innermost first; each names its module by a place in `paths`, where the paths
//           lie one behind the other, each closed by a zero byte.
// Writers   the process that crashes, and within it the thread that was first.
// Crash     whoever reads waits for the process's end. `frames` counts whole frames at any time: a
//           walk over a broken stack may end anywhere.
// Trust     the reader checks all of it: it comes from a process whose memory was broken.

#include <array>
#include <cstddef>
#include <cstdint>

namespace tandem::os {

struct crash_note {
    static constexpr std::uint32_t unknown_path = 0xffff'ffff;
    struct frame {
        std::uint64_t offset = 0; // of the call in its module, from the module's load address
        std::uint32_t path = unknown_path;
        std::uint32_t reserved = 0;
    };

    std::int32_t signal = 0; // 0: no crash
    std::uint32_t frames_noted = 0;
    std::uint32_t path_bytes = 0;
    std::uint32_t reserved = 0;
    std::array<frame, 64> frames{};
    std::array<char, 2032> paths{}; // an empty path: the program itself
};

/// Sets up once what the walk over a stack needs, for this process and its forks: 40 microseconds.
void prepare_to_note_crashes() noexcept;

/// From now on a crash of this process is noted: SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP
/// and SIGSYS, as far as nobody handles them. The process then ends as it would have without: by
/// the same signal, with the same core dump. An overflow of this thread's stack is noted, too; one
/// of another thread's ends the process without a note. Call it once, in the main thread. `note` is
/// all zero.
///
/// Does nothing in a program with a sanitizer that looks after crashes itself.
/// Cost      some 5 microseconds after prepare_to_note_crashes().
/// Source    sigaltstack(2), signal-safety(7); _dl_find_object in the manual of the GNU C library
void note_crashes_in(crash_note& note) noexcept;

} // namespace tandem::os
