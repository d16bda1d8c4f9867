// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "futex_word.hpp"
#include "report.hpp"

namespace bench {

/// Of a clock that all processes share.
inline std::int64_t nanoseconds_now() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

/// Fills memory, says so with its process id, and computes until it is killed. The memory has pages
/// of the usual size, of which the kernel frees 1 GiB in tens of milliseconds.
[[noreturn]] inline void stay_busy(std::size_t resident_bytes, futex_word& running) {
    if (resident_bytes > 0) {
        void* const memory = ::mmap(nullptr, resident_bytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        require(memory != MAP_FAILED, "memory of a worker");
        ::madvise(memory, resident_bytes, MADV_NOHUGEPAGE);
        for (std::size_t at = 0; at < resident_bytes; at += 4'096)
            static_cast<volatile char*>(memory)[at] = 1;
    }
    running.set(static_cast<std::uint32_t>(::getpid()));
    for (;;) __builtin_ia32_pause();
}

/// `kill_one(resident_bytes)` kills a worker that holds so much, and returns the microseconds until
/// its replacement ran.
template <class KillOne>
void report_crash_recovery(const char* engine, KillOne kill_one) {
    constexpr std::size_t gib = std::size_t{1} << 30;
    for (int i = 0; i < 5; ++i) (void)kill_one(std::size_t{0});
    std::vector<double> small(40);
    for (double& microseconds : small) microseconds = kill_one(std::size_t{0});
    report({"crash_recovery", engine, "us", quantile(small, 0.5)});
    std::vector<double> large(3);
    for (double& microseconds : large) microseconds = kill_one(gib);
    report({"crash_recovery_1gib", engine, "us", quantile(large, 0.5)});
}

} // namespace bench
