// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What the options of a process do, for each start method; and what is said about bad ones.

#include "tandem/process_options.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/fd_census.hpp"
#include "support/start_methods.hpp"
#include "tandem/process_result.hpp"
#include "tandem/this_process.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ProcessOptions : public test::fd_census, public testing::WithParamInterface<start_method> {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("tandem_options." + std::to_string(::getpid()));
        std::filesystem::create_directory(folder_);
        fd_census::SetUp();
    }
    void TearDown() override {
        fd_census::TearDown();
        std::filesystem::remove_all(folder_);
    }

    /// What `function` returns in a process with `options`.
    template <class F>
    auto in_process(process_options options, F function) {
        options.method = GetParam();
        return process_result{options, function}.get();
    }
    std::string failure(process_options options) {
        options.method = GetParam();
        try {
            const process started{options, [] {}};
        } catch (const launch_error& e) {
            return e.what();
        }
        return "it started";
    }
    [[nodiscard]] std::filesystem::path file(const char* name) const { return folder_ / name; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
};

std::string content_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "(none)" : value;
}

TEST_P(ProcessOptions, Directory) {
    const auto found = in_process({.directory = folder()},
                                  [] { return std::filesystem::current_path().string(); });

    EXPECT_EQ(found, std::filesystem::canonical(folder()));
}

TEST_P(ProcessOptions, DirectoryIsTheProgramsOfNowByDefault) {
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder());

    const auto found = in_process({}, [] { return std::filesystem::current_path().string(); });

    std::filesystem::current_path(before);
    EXPECT_EQ(found, std::filesystem::canonical(folder()));
}

TEST_P(ProcessOptions, EnvironmentIsTheProgramsOfNowWithTheChanges) {
    ::setenv("TANDEM_TEST_KEPT", "kept", 1);
    ::setenv("TANDEM_TEST_REMOVED", "removed", 1);
    ::setenv("TANDEM_TEST_CHANGED", "before", 1);

    const auto seen = in_process(
        {.environment = {{"TANDEM_TEST_REMOVED", std::nullopt}, {"TANDEM_TEST_CHANGED", "now"}}},
        [] {
            return variable("TANDEM_TEST_KEPT") + " " + variable("TANDEM_TEST_REMOVED") + " " +
                   variable("TANDEM_TEST_CHANGED");
        });

    for (const char* name : {"TANDEM_TEST_KEPT", "TANDEM_TEST_REMOVED", "TANDEM_TEST_CHANGED"})
        ::unsetenv(name);
    EXPECT_EQ(seen, "kept (none) now");
    const auto without = in_process({}, [] { return variable("TANDEM_TEST_KEPT"); });
    EXPECT_EQ(without, "(none)") << "removed in the program meanwhile";
}

TEST_P(ProcessOptions, CleanEnvironmentHoldsWhatIsGivenOnly) {
    const auto seen = in_process({.environment = {{"ONLY", "one"}}, .clean_environment = true}, [] {
        std::string all;
        for (char** setting = environ; *setting != nullptr; ++setting) {
            all += *setting;
            all += "\n";
        }
        return all;
    });

    EXPECT_EQ(seen, "ONLY=one\n");
}

TEST_P(ProcessOptions, BadEnvironmentIsRefused) {
    EXPECT_THAT(failure({.environment = {{"A=B", "x"}}}), HasSubstr("cannot be an environment"));
    EXPECT_THAT(failure({.environment = {{"", "x"}}}), HasSubstr("cannot be an environment"));
    EXPECT_THAT(failure({.environment = {{"A", std::string("x\0y", 3)}}}),
                HasSubstr("cannot be an environment"));
}

TEST_P(ProcessOptions, StreamsLeadToFiles) {
    std::ofstream{file("in")} << "question";
    std::ofstream{file("errors")} << "before, ";
    (void)in_process({.input = standard_stream::file(file("in")),
                      .output = standard_stream::file(file("out")),
                      .errors = standard_stream::append_to(file("errors"))},
                     [] {
                         char text[32]{};
                         const auto count = ::read(0, text, sizeof text);
                         (void)!::write(1, text, static_cast<std::size_t>(count));
                         (void)!::write(2, "error", 5);
                         return 0;
                     });

    EXPECT_EQ(content_of(file("out")), "question");
    EXPECT_EQ(content_of(file("errors")), "before, error");
}

TEST_P(ProcessOptions, StandardInputIsEmptyByDefault) {
    EXPECT_EQ(in_process({},
                         [] {
                             char byte = 0;
                             return ::read(0, &byte, 1);
                         }),
              0);
}

TEST_P(ProcessOptions, StreamsMayBeExchanged) {
    const int one = ::open(file("one").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const int saved[] = {::dup(1), ::dup(2)};
    ::dup2(one, 1);
    (void)in_process(
        {.output = standard_stream::descriptor(saved[1]), .errors = standard_stream::descriptor(1)},
        [] { return ::write(2, "here", 4); });
    ::dup2(saved[0], 1);
    for (const int descriptor : {one, saved[0], saved[1]}) ::close(descriptor);

    EXPECT_EQ(content_of(file("one")), "here");
}

TEST_P(ProcessOptions, BadStreamsAreRefused) {
    EXPECT_THAT(failure({.name = "x", .input = standard_stream::file(file("none"))}),
                testing::AllOf(HasSubstr("starting process x: opening "),
                               HasSubstr("for standard input: No such file")));
    EXPECT_THAT(failure({.output = standard_stream::file(folder())}), HasSubstr("Is a directory"));
    EXPECT_THAT(failure({.errors = standard_stream::descriptor(-1)}), HasSubstr("is not open"));
    EXPECT_THAT(failure({.errors = standard_stream::descriptor(98765)}), HasSubstr("is not open"));
}

TEST_P(ProcessOptions, Niceness) {
    EXPECT_EQ(in_process({.niceness = 7}, [] { return ::getpriority(PRIO_PROCESS, 0); }), 7);
}

TEST_P(ProcessOptions, Cpus) {
    cpu_set_t allowed;
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    int last = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) last = cpu;

    EXPECT_EQ(in_process({.cpus = {last}},
                         [] {
                             cpu_set_t mine;
                             (void)::sched_getaffinity(0, sizeof mine, &mine);
                             return std::pair{CPU_COUNT(&mine), ::sched_getcpu()};
                         }),
              (std::pair{1, last}));
}

TEST_P(ProcessOptions, BadCpusAreRefused) {
    for (const int cpu : {-1, 100'000, 4'000'000})
        EXPECT_THAT(failure({.cpus = {cpu}}), HasSubstr("processors asked for: Invalid argument"));
}

TEST_P(ProcessOptions, Limits) {
    const auto limits = in_process({.limits = {.open_files = 99, .core_bytes = 0}}, [] {
        rlimit files{};
        rlimit core{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        ::getrlimit(RLIMIT_CORE, &core);
        return std::vector{files.rlim_cur, files.rlim_max, core.rlim_max};
    });

    EXPECT_THAT(limits, testing::ElementsAre(99U, 99U, 0U));
}

TEST_P(ProcessOptions, LimitOfMemoryIsBadAllocInTheProcess) {
    if (TEST_SANITIZER) GTEST_SKIP() << "sanitizers reserve terabytes of address space";
    EXPECT_TRUE(in_process({.limits = {.address_space_bytes = std::uint64_t{4} << 30}}, [] {
        try {
            const std::vector<char> memory(std::size_t{8} << 30);
            const volatile char* kept = memory.data(); // or clang leaves the vector out
            return *kept != 0;
        } catch (const std::bad_alloc&) {
            return true;
        }
    }));
}

TEST_P(ProcessOptions, LimitOfCpuTimeEndsIt) {
    process_options options{.limits = {.cpu_time = 1s, .core_bytes = 0}};
    options.method = GetParam();
    const process started{options, [] {
                              for (;;) (void)this_process::stop_requested();
                          }};

    const auto signal = started.join().signal();

    EXPECT_TRUE(signal == SIGXCPU || signal == SIGKILL) << started.join().describe();
}

TEST_P(ProcessOptions, BadLimitIsRefused) {
    EXPECT_THAT(failure({.limits = {.open_files = std::uint64_t{1} << 60}}),
                HasSubstr("limiting its number of open files"));
}

TEST_P(ProcessOptions, BadDirectoryIsRefused) {
    EXPECT_THAT(failure({.name = "x", .directory = "/nowhere"}),
                HasSubstr("starting process x: opening its working directory /nowhere: No such"));
}

TEST_P(ProcessOptions, KeepDescendantsEndsWhatHasLeftTheProcessGroup) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_options options{.output = standard_stream::descriptor(ends[1]),
                            .keep_descendants = true};
    options.method = GetParam();
    const auto start_daemon = [] {
        if (::fork() != 0) return;
        (void)::setsid();
        if (::fork() != 0) std::_Exit(0);
        for (;;) ::pause();
    };
    if (GetParam() == start_method::fork) {
        EXPECT_THROW((process{options, start_daemon}), std::invalid_argument);
    } else {
        EXPECT_EQ(process(options, start_daemon).join().code(), 0);
    }
    ::close(ends[1]);

    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 0) << "the end comes when the daemon ends";
    ::close(ends[0]);
}

INSTANTIATE_TEST_SUITE_P(Methods, ProcessOptions, test::each_start_method(), test::name_of_method);

} // namespace
} // namespace tandem
