// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/fork.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <iostream>

#include "os/process.hpp"

// There in a program that is built with the thread sanitizer.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): it has this name
extern "C" [[gnu::weak]] void __tsan_init();

namespace tandem::os {

namespace {

void close_range_or_each(int first, int last) noexcept {
    if (first > last) return;
    if (::close_range(static_cast<unsigned>(first), static_cast<unsigned>(last), 0) == 0) return;
    for (int descriptor = first; descriptor <= last; ++descriptor) ::close(descriptor);
}

} // namespace

result<int> fork_process() noexcept {
    const auto child = ::fork();
    if (child == -1) return last_error();
    return child;
}

int thread_count() noexcept {
    if (__libc_single_threaded) return 1; // never has started a thread
    // The kernel counts threads as links of this directory, beside the two of any directory.
    struct stat info{};
    if (::stat("/proc/self/task", &info) == -1) return 1;
    const int of_sanitizer = &__tsan_init != nullptr ? 1 : 0; // it sees to its own thread at a fork
    return std::max(static_cast<int>(info.st_nlink) - 2 - of_sanitizer, 1);
}

bool is_main_thread() noexcept { return ::gettid() == ::getpid(); }

void lead_process_group(int process) noexcept { (void)::setpgid(process, 0); }

void die_with_parent(int parent) noexcept {
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (parent_process() != parent) ::_exit(0); // it ended before we asked
}

void live_without_parent() noexcept { (void)::prctl(PR_SET_PDEATHSIG, 0); }

void reset_signals() noexcept {
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) (void)::sigaction(signal, &action, nullptr);
    unblock_signals();
}

void block_ending_signals() noexcept {
    sigset_t ending;
    ::sigemptyset(&ending);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) ::sigaddset(&ending, signal);
    (void)::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
}

void unblock_signals() noexcept {
    sigset_t none;
    ::sigemptyset(&none);
    (void)::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

void close_descriptors_except(std::vector<int> kept) noexcept {
    std::ranges::sort(kept);
    int first = STDERR_FILENO + 1;
    for (const int descriptor : kept) {
        if (descriptor < first) continue;
        close_range_or_each(first, descriptor - 1);
        first = descriptor + 1;
    }
    ::closefrom(first);
}

result<void> redirect_descriptor(int source, int target) noexcept {
    // A descriptor that already has the number would keep being closed on exec.
    if (source == target) {
        if (::fcntl(target, F_SETFD, 0) == -1) return last_error();
        return {};
    }
    const auto duplicate = [&] { return ::dup2(source, target); };
    if (retry_on_eintr(duplicate) == -1) return last_error();
    return {};
}

void fill_standard_descriptors() noexcept {
    int descriptor = 0;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::open("/dev/null", O_RDWR);
    if (descriptor > STDERR_FILENO) ::close(descriptor);
}

void keep_ended_children() noexcept {
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    (void)::sigaction(SIGCHLD, &action, nullptr);
}

result<void> set_niceness(int niceness) noexcept {
    if (::setpriority(PRIO_PROCESS, 0, niceness) == -1) return last_error();
    return {};
}

void set_process_name(const std::string& name) noexcept {
    (void)::prctl(PR_SET_NAME, name.c_str());
}

void buffer_output_by_line() noexcept {
    (void)std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    (void)std::setvbuf(stderr, nullptr, _IOLBF, BUFSIZ);
}

namespace {

/// Nothing is buffered in an iostream that shares the buffer of stdio, which is how they begin.
const std::streambuf* const synchronized_output = std::cout.rdbuf();

void flush_iostreams() noexcept {
    if (std::cout.rdbuf() == synchronized_output) return;
    try {
        std::cout.flush();
        std::clog.flush();
    } catch (...) {
        errno = 0; // a stream that throws on failure: there is nobody to tell
    }
}

/// Leaves a stream alone that another thread has locked: that thread may be waiting for input.
void flush_unless_locked(std::FILE* stream) noexcept {
    if (::ftrylockfile(stream) != 0) return;
    if (stream == stdout) flush_iostreams(); // they may lead to it, and its lock is ours now
    (void)::fflush_unlocked(stream);
    ::funlockfile(stream);
}

} // namespace

void flush_output() noexcept {
    if (thread_count() == 1) {
        flush_iostreams();
        (void)std::fflush(nullptr); // it waits for the lock of each
        return;
    }
    flush_unless_locked(stdout);
    flush_unless_locked(stderr);
}

void end_process(int code) noexcept {
    flush_output();
    ::_exit(code);
}

} // namespace tandem::os
