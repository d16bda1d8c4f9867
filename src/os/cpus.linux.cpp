// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/cpus.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace tandem::os {

int online_cpus() noexcept {
    return std::max(1, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
}

int cpus_in_affinity_mask() noexcept {
    // A mask that is too small for the machine is EINVAL: try larger ones, up to 2^17 processors.
    for (std::size_t sets = 1; sets <= 128; sets *= 2) {
        std::vector<cpu_set_t> mask(sets);
        const auto bytes = sets * sizeof(cpu_set_t);
        if (::sched_getaffinity(0, bytes, mask.data()) == 0)
            return std::max(1, CPU_COUNT_S(bytes, mask.data()));
    }
    return online_cpus();
}

result<void> bind_to_cpus(std::span<const int> cpus) {
    constexpr std::size_t sets = 128;
    std::vector<cpu_set_t> mask(sets);
    const auto bytes = sets * sizeof(cpu_set_t);
    for (const int cpu : cpus) {
        if (cpu < 0 || static_cast<std::size_t>(cpu) >= 8 * bytes)
            return std::unexpected{error_from(EINVAL)};
        CPU_SET_S(static_cast<std::size_t>(cpu), bytes, mask.data());
    }
    if (::sched_setaffinity(0, bytes, mask.data()) == -1) return last_error();
    return {};
}

} // namespace tandem::os
