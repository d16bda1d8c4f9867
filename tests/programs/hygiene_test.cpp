// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a process has of the program that started it, and what the program notices of its
// processes: by each method.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "support/fd_census.hpp"
#include "support/start_methods.hpp"
#include "support/until.hpp"
#include "tandem/tandem.hpp"

namespace tandem::test {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// A test by one method.
class Hygiene : public fd_census, public testing::WithParamInterface<start_method> {
protected:
    /// What `function` returns in a process.
    template <class F, class... Args>
    static auto in_process(F function, Args... arguments) {
        return process_result{process_options{.method = GetParam()}, function, arguments...}.get();
    }
    static bool is_fork() { return GetParam() == start_method::fork; }
};

INSTANTIATE_TEST_SUITE_P(By, Hygiene, each_start_method(), name_of_method);

// ---- descriptors
// ---------------------------------------------------------------------------------

TEST_P(Hygiene, ProcessHasTheStandardStreamsAndWhatTandemNeeds) {
    const int file = ::open("/dev/zero", O_RDONLY); // not closed on exec
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);

    auto open = in_process([] { return open_descriptors(); });

    if (is_fork()) {
        EXPECT_EQ(open[file], "/dev/zero");
        EXPECT_EQ(open.count(pipe[0]) + open.count(pipe[1]), 2U);
    } else {
        const std::string input = open[STDIN_FILENO];
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            open.erase(standard);
        EXPECT_EQ(input, "/dev/null");
        // The program's pidfd, and where the result goes.
        EXPECT_EQ(open.size(), 2U) << testing::PrintToString(open);
        for (const auto& [number, shown] : open)
            EXPECT_THAT(shown, AnyOf(StartsWith("socket:"), StartsWith("anon_inode:[pidfd]"),
                                     StartsWith("/memfd:tandem-result")));
    }
    for (const int descriptor : {file, pipe[0], pipe[1]}) ::close(descriptor);
}

/// What a program that `sh` executes has open.
std::string descriptors_of_command() {
    // /proc/self is the ls; 3 is the directory that it reads.
    FILE* output = ::popen("ls /proc/self/fd | tr '\\n' ' '", "re");
    std::array<char, 256> buffer{};
    const auto size = std::fread(buffer.data(), 1, buffer.size(), output);
    ::pclose(output);
    return {buffer.data(), size};
}

TEST_P(Hygiene, ProgramThatAProcessExecutesHasTheStandardStreamsOnly) {
    // A fork also has what the program has not marked as its own, such as descriptors of ctest.
    EXPECT_EQ(in_process(descriptors_of_command),
              is_fork() ? descriptors_of_command() : "0 1 2 3 ");
}

TEST_P(Hygiene, ProgramThatTheProgramExecutesHasTheStandardStreamsOnly) {
    const auto before = descriptors_of_command(); // what ctest has left open, too
    const process running{process_options{.method = GetParam(), .grace = {}}, [] {
                              for (;;) ::pause();
                          }};

    EXPECT_EQ(descriptors_of_command(), before);
}

TEST_P(Hygiene, ProcessThatIsStillThereKeepsNoPipeOfTheNextOpen) {
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    const process_options writes{.method = GetParam(),
                                 .output = standard_stream::descriptor(pipe[1])};
    process writer{writes, [] { (void)std::puts("text"); }};
    ::close(pipe[1]);
    const process later{process_options{.method = GetParam(), .grace = {}}, [] {
                            for (;;) ::pause();
                        }};
    EXPECT_TRUE(writer.join().success());

    std::string text(16, ' ');
    text.resize(static_cast<std::size_t>(::read(pipe[0], text.data(), text.size())));
    EXPECT_EQ(text, "text\n");
    EXPECT_EQ(::read(pipe[0], text.data(), text.size()), 0); // nobody has the other end

    ::close(pipe[0]);
}

// ---- signals
// -------------------------------------------------------------------------------------

volatile std::sig_atomic_t handled = 0;

/// Changes what the program does with signals, for a while.
class changed_signals {
public:
    changed_signals() {
        replace(SIGPIPE, SIG_IGN);
        replace(SIGHUP, SIG_IGN);
        replace(SIGRTMIN, SIG_IGN);
        replace(SIGTERM, [](int number) { handled = number; });
        sigset_t blocked;
        ::sigemptyset(&blocked);
        for (const int number : {SIGUSR1, SIGTERM, SIGCHLD}) ::sigaddset(&blocked, number);
        ::sigprocmask(SIG_BLOCK, &blocked, &mask_);
    }
    changed_signals(const changed_signals&) = delete;
    changed_signals& operator=(const changed_signals&) = delete;
    ~changed_signals() {
        for (const auto& [number, action] : before_) ::sigaction(number, &action, nullptr);
        ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    }

private:
    void replace(int number, void (*handler)(int)) {
        struct sigaction action{};
        action.sa_handler = handler;
        ::sigaction(number, &action, &before_[number]);
    }

    std::map<int, struct sigaction> before_;
    sigset_t mask_{};
};

/// Signals with a disposition or in a mask that is not the default.
std::vector<int> unusual_signals() {
    std::vector<int> unusual;
    sigset_t blocked;
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    for (const int number : {SIGPIPE, SIGHUP, SIGRTMIN, SIGTERM, SIGUSR1, SIGCHLD, SIGINT}) {
        struct sigaction action{};
        ::sigaction(number, nullptr, &action);
        if (action.sa_handler != SIG_DFL || ::sigismember(&blocked, number) == 1)
            unusual.push_back(number);
    }
    return unusual;
}

TEST_P(Hygiene, ProcessHasDefaultSignalsWhateverTheProgramHas) {
    const changed_signals changed;
    ASSERT_EQ(unusual_signals().size(), 6U); // SIGINT is as it should be

    EXPECT_THAT(in_process(unusual_signals), IsEmpty());
}

TEST_P(Hygiene, ProcessCanBeTerminatedWhateverTheProgramHas) {
    const changed_signals changed;
    const process running{process_options{.method = GetParam()}, [] {
                              for (;;) ::pause();
                          }};

    running.terminate();

    EXPECT_EQ(running.join(), exit_status::killed_by(SIGTERM));
}

TEST_P(Hygiene, ProgramKeepsItsSignals) {
    std::map<int, void (*)(int)> before;
    const auto handler_of = [](int number) {
        struct sigaction action{};
        ::sigaction(number, nullptr, &action);
        return action.sa_handler;
    };
    for (int number = 1; number < NSIG; ++number) before[number] = handler_of(number);
    sigset_t mask_before;
    ::sigprocmask(SIG_BLOCK, nullptr, &mask_before);

    in_process([] {});

    for (int number = 1; number < NSIG; ++number)
        EXPECT_EQ(handler_of(number), before[number]) << number;
    sigset_t mask;
    ::sigprocmask(SIG_BLOCK, nullptr, &mask);
    for (int number = 1; number < NSIG; ++number)
        EXPECT_EQ(::sigismember(&mask, number), ::sigismember(&mask_before, number)) << number;
}

TEST_P(Hygiene, ProcessLeadsAGroupOfItsOwn) {
    const auto [id, group] = in_process([] { return std::pair{::getpid(), ::getpgrp()}; });

    EXPECT_EQ(group, id);
    EXPECT_NE(group, ::getpgrp());
}

// ---- children that are not Tandem's
// --------------------------------------------------------------

/// A child as another library would start it, that ends with `code` once `go_on` is closed.
int fork_child(int code, int go_on[2]) {
    const int child = ::fork();
    if (child != 0) return child;
    ::close(go_on[1]);
    char byte = 0;
    (void)!::read(go_on[0], &byte, 1);
    ::_exit(code);
}

TEST_P(Hygiene, ChildrenOfOthersAreLeftToThem) {
    int go_on[2];
    ASSERT_EQ(::pipe2(go_on, O_CLOEXEC), 0);
    const int ended = ::fork();
    if (ended == 0) ::_exit(7);
    const int running = fork_child(8, go_on);
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(ended), nullptr, WEXITED | WNOWAIT), 0);

    in_process([] {});
    process{process_options{.method = GetParam(), .grace = {}},
            [] {
                for (;;) ::pause();
            }}
        .kill();
    ::close(go_on[1]);

    int status = 0;
    EXPECT_EQ(::waitpid(ended, &status, 0), ended);
    EXPECT_EQ(WEXITSTATUS(status), 7);
    EXPECT_EQ(::waitpid(running, &status, 0), running);
    EXPECT_EQ(WEXITSTATUS(status), 8);
    ::close(go_on[0]);
}

// ---- the forkserver
// ------------------------------------------------------------------------------

/// The forkserver of this process.
int forkserver() {
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        std::ifstream file{entry.path() / "stat"};
        std::string line;
        if (!std::getline(file, line)) continue;
        const auto end = line.rfind(')'); // "123 (name) S 122 …"
        if (line.substr(0, end).ends_with("(tandem-server") &&
            std::stoi(line.substr(end + 4)) == ::getpid())
            return std::stoi(entry.path().filename());
    }
    return 0;
}

class Forkserver : public testing::TestWithParam<start_method> {};

INSTANTIATE_TEST_SUITE_P(By, Forkserver,
                         testing::Values(start_method::forkserver, start_method::spawn),
                         name_of_method);

TEST_P(Forkserver, KilledOneEndsItsProcessesAndIsReplaced) {
    const process_options options{.method = GetParam()};
    const process running{options, [] {
                              for (;;) ::pause();
                          }};
    const int killed = forkserver();
    ASSERT_GT(killed, 0);

    ::kill(killed, SIGKILL);

    EXPECT_FALSE(running.join().success());
    EXPECT_TRUE(until([&] { return !is_running(running.id()); }));
    EXPECT_TRUE((process{options, [] {}}.join().success()));
    EXPECT_NE(forkserver(), killed);
    EXPECT_EQ(count_children(::getpid()), 1); // the killed one is no zombie
}

TEST_P(Forkserver, StartsNothingInTheProgramButItself) {
    const process ended{process_options{.method = GetParam()}, [] {}};

    EXPECT_TRUE(ended.join().success());

    EXPECT_EQ(count_children(::getpid()), 1);
    EXPECT_TRUE(until([] { return count_children(forkserver()) == 0; })); // the spare has its name
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}), 1);
}

TEST_P(Forkserver, ItsProcessesAreNotReapedByAProgramThatWaitsForAnyChild) {
    const int own = ::fork();
    if (own == 0) ::_exit(7);
    const process ended{process_options{.method = GetParam()}, [] {}};
    EXPECT_TRUE(ended.join().success());

    int status = 0;
    EXPECT_EQ(::waitpid(-1, &status, 0), own);
    EXPECT_EQ(::waitpid(-1, &status, WNOHANG), 0); // the forkserver runs
}

// ---- sentinels
// -----------------------------------------------------------------------------------

bool is_ready(int descriptor) {
    pollfd watched{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, 0) == 1 && (watched.revents & POLLIN) != 0;
}

TEST_P(Hygiene, SentinelIsAPidfdOfTheProcessThatStaysUsable) {
    std::optional<process> running{std::in_place, process_options{.method = GetParam()}, [] {
                                       for (;;) ::pause();
                                   }};
    const process_handle handle = *running;
    const int sentinel = running->sentinel();
    EXPECT_FALSE(is_ready(sentinel));
    EXPECT_THAT(wait({handle}, std::chrono::milliseconds{1}), IsEmpty());

    EXPECT_EQ(::syscall(SYS_pidfd_send_signal, sentinel, SIGKILL, nullptr, 0), 0);

    EXPECT_THAT(wait({handle}), ElementsAre(0));
    EXPECT_EQ(running->join(), exit_status::killed_by(SIGKILL));
    EXPECT_TRUE(is_ready(sentinel));
    running.reset();
    EXPECT_TRUE(is_ready(sentinel)); // a handle is left
    EXPECT_THAT(wait({handle}), ElementsAre(0));
    EXPECT_NE(::syscall(SYS_pidfd_send_signal, sentinel, SIGKILL, nullptr, 0), 0); // nobody is hit
}

TEST_P(Hygiene, SignalsAfterTheEndHitNobody) {
    const process ended{process_options{.method = GetParam()}, [] {}};
    EXPECT_TRUE(ended.join().success());

    ended.interrupt();
    ended.terminate();
    ended.kill();

    EXPECT_FALSE(ended.running());
}

// ---- processes of processes
// ----------------------------------------------------------------------

/// Its own name, and that of a process that it starts by `method`.
std::string names_below(start_method method) {
    const process_options options{.method = method};
    process_result below{options, [] { return this_process::name(); }};
    return this_process::name() + " " + below.name() + " " + below.get();
}

class Grandchildren : public fd_census,
                      public testing::WithParamInterface<std::tuple<start_method, start_method>> {};

TEST_P(Grandchildren, AreNamedAfterTheProcessThatStartsThem) {
    const auto [method, method_below] = GetParam();
    process_result started{process_options{.method = method}, names_below, method_below};

    const auto names = started.get();

    EXPECT_EQ(names, started.name() + " " + started.name() + ":1 " + started.name() + ":1");
    EXPECT_THAT(started.name(), StartsWith("Process-"));
}

/// Starts a process that runs for ever by `method`, and says so; then it runs for ever, too.
void run_for_ever_with_one_below(start_method method) {
    const process_options options{.method = method};
    const process below{options, [] {
                            for (;;) ::pause();
                        }};
    (void)std::printf("%d\n", below.id());
    (void)std::fflush(stdout);
    for (;;) ::pause();
}

TEST_P(Grandchildren, EndWithTheProcessThatHasStartedThem) {
    const auto [method, method_below] = GetParam();
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    const process_options options{.method = method, .output = standard_stream::descriptor(pipe[1])};
    const process running{options, run_for_ever_with_one_below, method_below};
    ::close(pipe[1]);
    FILE* lines = ::fdopen(pipe[0], "r");
    std::array<char, 32> line{};
    ASSERT_NE(std::fgets(line.data(), line.size(), lines), nullptr);
    const int below = std::atoi(line.data());
    ASSERT_TRUE(is_running(below));

    running.kill();

    EXPECT_EQ(running.join(), exit_status::killed_by(SIGKILL));
    EXPECT_TRUE(until([&] { return !is_running(below); }));
    EXPECT_EQ(std::fgetc(lines), EOF); // neither it nor its forkserver is left
    (void)std::fclose(lines);
}

INSTANTIATE_TEST_SUITE_P(By, Grandchildren,
                         testing::Combine(each_start_method(), each_start_method()),
                         [](const auto& tested) {
                             return name_of(std::get<0>(tested.param)) + "_" +
                                    name_of(std::get<1>(tested.param));
                         });

} // namespace
} // namespace tandem::test
