// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/fork.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "os/process.hpp"
#include "os/spawn.hpp"

namespace tandem::os {

result<int> fork_process() noexcept {
    const auto child = ::fork();
    if (child == -1) return last_error();
    return child;
}

void lead_process_group(int process) noexcept { (void)::setpgid(process, 0); }

void die_with_parent(int parent) noexcept {
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (parent_process() != parent) ::_exit(0); // it ended before we asked
}

result<std::vector<unique_fd>> keep_descriptors(std::span<const int> descriptors) {
    const auto first = inherited_descriptor;
    const auto behind = first + static_cast<int>(descriptors.size());
    std::vector<int> parked; // out of the way of the numbers that will be given out
    for (const int descriptor : descriptors) {
        parked.push_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, behind));
        if (parked.back() == -1) return last_error();
    }
    std::vector<unique_fd> kept;
    for (int target = first; const int descriptor : parked) {
        if (::dup3(descriptor, target, O_CLOEXEC) == -1) return last_error();
        kept.emplace_back(target++);
    }
    ::closefrom(behind); // close_range(2), or /proc/self/fd where the kernel has none
    return kept;
}

void fill_standard_descriptors() noexcept {
    int descriptor = 0;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::open("/dev/null", O_RDWR);
    if (descriptor > STDERR_FILENO) ::close(descriptor);
}

std::size_t raise_descriptor_limit() noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return before;
}

void set_descriptor_limit(std::size_t soft) noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = soft;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void keep_ended_children() noexcept {
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    (void)::sigaction(SIGCHLD, &action, nullptr);
}

void set_process_name(const char* name) noexcept { (void)::prctl(PR_SET_NAME, name); }

void buffer_output_by_line() noexcept {
    (void)std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    (void)std::setvbuf(stderr, nullptr, _IOLBF, BUFSIZ);
}

void end_process(int code) noexcept {
    std::cout.flush();
    std::cerr.flush();
    (void)std::fflush(nullptr);
    ::_exit(code);
}

std::string take_environment_variable(const char* name) {
    const char* value = std::getenv(name);
    std::string taken = value == nullptr ? "" : value;
    ::unsetenv(name); // NOLINT(concurrency-mt-unsafe): called before there are threads
    return taken;
}

} // namespace tandem::os
