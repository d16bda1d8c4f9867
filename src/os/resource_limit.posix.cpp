// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/resource_limit.hpp"

#include <sys/resource.h>

namespace tandem::os {

namespace {

int number_of(limited what) noexcept {
    switch (what) {
        case limited::address_space:
            return RLIMIT_AS;
        case limited::open_files:
            return RLIMIT_NOFILE;
        case limited::cpu_time:
            return RLIMIT_CPU;
        case limited::file_size:
            return RLIMIT_FSIZE;
        case limited::core_size:
            return RLIMIT_CORE;
        case limited::stack_size:
            return RLIMIT_STACK;
        case limited::processes:
            return RLIMIT_NPROC;
    }
    return -1;
}

} // namespace

result<void> limit_resource(limited what, std::uint64_t most) noexcept {
    const rlimit limit{most, most};
    const auto resource = static_cast<__rlimit_resource>(number_of(what));
    if (::setrlimit(resource, &limit) == -1) return last_error();
    return {};
}

std::uint64_t raise_descriptor_limit() noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return before;
}

void set_descriptor_limit(std::uint64_t soft) noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur == soft) return;
    limit.rlim_cur = soft;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace tandem::os
