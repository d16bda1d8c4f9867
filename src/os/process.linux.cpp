// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/process.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <string>

#include "os/text_file.hpp"

namespace tandem::os {

namespace {

std::chrono::microseconds to_duration(const timeval& time) noexcept {
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

child_end to_child_end(int status, const rusage& usage) noexcept {
    child_end end;
    end.signalled = WIFSIGNALED(status);
    end.value = end.signalled ? WTERMSIG(status) : WEXITSTATUS(status);
    end.core_dumped = end.signalled && WCOREDUMP(status);
    end.peak_rss_bytes = static_cast<std::size_t>(usage.ru_maxrss) * 1024; // reported in KiB
    end.user_time = to_duration(usage.ru_utime);
    end.system_time = to_duration(usage.ru_stime);
    end.minor_faults = usage.ru_minflt;
    end.major_faults = usage.ru_majflt;
    end.voluntary_switches = usage.ru_nvcsw;
    end.involuntary_switches = usage.ru_nivcsw;
    return end;
}

} // namespace

int current_process() noexcept { return ::getpid(); }

int parent_process() noexcept { return ::getppid(); }

result<unique_fd> open_process(int id) noexcept {
    // glibc 2.36 has pidfd_open(), but its header clashes with <linux/wait.h> of some kernels.
    auto fd = above_standard(unique_fd{static_cast<int>(::syscall(SYS_pidfd_open, id, 0))});
    if (!fd) return last_error();
    return fd;
}

void send_signal(const unique_fd& process, int signal) noexcept {
    (void)::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

void kill_group(int leader) noexcept { (void)::kill(-leader, SIGKILL); }

void adopt_orphans() noexcept { (void)::prctl(PR_SET_CHILD_SUBREAPER, 1); }

namespace {

void kill_and_wait(int child) noexcept {
    (void)::kill(child, SIGKILL); // ours until it is reaped
    const auto wait = [&] { return ::waitpid(child, nullptr, 0); };
    (void)retry_on_eintr(wait);
}

} // namespace

void end_descendants(std::span<const int> spared) {
    // Each that ends leaves us its children, so there are more until there are none. A descendant
    // that forks without pause would win for a while, but not against a loop that kills all it
    // sees.
    const auto id = std::to_string(::getpid());
    const auto list = "/proc/" + id + "/task/" + id + "/children";
    bool found = true;
    for (int round = 0; found && round < 1000; ++round) {
        found = false;
        std::ifstream children{list};
        for (int child = 0; children >> child;) {
            if (std::ranges::find(spared, child) != spared.end()) continue;
            found = true;
            kill_and_wait(child);
        }
    }
}

void kill_own_group() noexcept {
    (void)::kill(0, SIGKILL);
    ::_exit(1);
}

bool is_stopped(int process) noexcept {
    try {
        // "pid (name) state …", and the name may hold anything.
        const auto text = read_text("/proc/" + std::to_string(process) + "/stat");
        return text.find(") T", text.rfind(')')) != std::string::npos;
    } catch (...) {
        return false; // no memory to look
    }
}

child_state state_of(int child) noexcept {
    siginfo_t info{};
    const auto look = [&] {
        return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    };
    if (retry_on_eintr(look) == -1) return child_state::gone;
    return info.si_pid == child ? child_state::ended : child_state::running;
}

result<std::optional<child_end>> reap(int child) noexcept {
    int status = 0;
    rusage usage{};
    const auto wait = [&] { return ::wait4(child, &status, WNOHANG, &usage); };
    const auto reaped = retry_on_eintr(wait);
    if (reaped == -1) return last_error();
    if (reaped == 0) return std::nullopt;
    return to_child_end(status, usage);
}

result<std::optional<child_end>> end_group_and_reap(int child) noexcept {
    const auto state = state_of(child);
    if (state == child_state::running) return std::nullopt;
    if (state == child_state::ended) kill_group(child);
    return reap(child);
}

std::optional<child_end> kill_and_reap(int child) noexcept {
    constexpr std::timespec pause{0, 1'000'000};
    for (int milliseconds = 0; milliseconds < 1000; ++milliseconds) {
        // While it is there, its number is not another's.
        if (state_of(child) == child_state::gone) return std::nullopt;
        kill_group(child);
        (void)::kill(child, SIGKILL); // it may not lead its group yet
        const auto end = reap(child);
        if (!end) return std::nullopt;
        if (*end) return *end;
        ::nanosleep(&pause, nullptr);
    }
    return std::nullopt;
}

} // namespace tandem::os
