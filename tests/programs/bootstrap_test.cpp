// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// mp::bootstrap() forgotten, twice, late, in a library, and in programs that were started in odd
// surroundings: each works, or gives an error that says what to do, and no copy of a program does
// what only the program should.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/fd_census.hpp"
#include "support/program.hpp"
#include "support/until.hpp"

namespace tandem::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string path_of(const char* name) { return std::string{TEST_PROGRAMS} + "/" + name; }

constexpr auto each_works = "forkserver: 42\nspawn: 42\nfork: 42\npool: 42\n";
constexpr auto each_is_right = "main goes on\nforkserver: 42\nspawn: 42\nfork: 42\npool: 42\n";

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

/// A folder for the test's files.
class Bootstrap : public testing::Test {
protected:
    void SetUp() override {
        auto name = (std::filesystem::temp_directory_path() / "tandem_bootstrap.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::filesystem::path in_folder(const char* name) const { return folder_ / name; }
    [[nodiscard]] std::filesystem::path copy_of(const char* name) const {
        const auto copy = in_folder(name);
        std::filesystem::copy_file(path_of(name), copy);
        return copy;
    }
    static std::string read_file(const std::filesystem::path& path) {
        std::ifstream file{path};
        return std::string{std::istreambuf_iterator{file}, {}};
    }

    /// What the program says; it must end well and leave no process behind.
    static std::string output_of(program& started) {
        auto output = started.read_all();
        EXPECT_EQ(started.wait(), 0) << output;
        EXPECT_TRUE(until([&] { return started.running().empty(); }));
        return output;
    }
    static std::string output_of(const std::string& path, std::vector<std::string> arguments = {},
                                 std::vector<std::string> settings = {}) {
        program started{path, std::move(arguments), std::move(settings)};
        return output_of(started);
    }
    static std::string output_of_shell(const std::string& command,
                                       std::vector<std::string> settings = {}) {
        return output_of("/bin/sh", {"-c", command}, std::move(settings));
    }

private:
    std::filesystem::path folder_;
};

// ---- where it is called
// --------------------------------------------------------------------------

TEST_F(Bootstrap, ForgottenIsAnErrorThatSaysWhatToDo) {
    const auto lines = lines_of(output_of(path_of("without_bootstrap")));

    const auto is_told = HasSubstr("mp::bootstrap() has not been called; make it the first line");
    EXPECT_THAT(lines, ElementsAre("main goes on", // in no copy
                                   AllOf(StartsWith("forkserver: bootstrap_error"), is_told),
                                   AllOf(StartsWith("spawn: bootstrap_error"), is_told),
                                   "fork: 42", // which executes nothing
                                   AllOf(StartsWith("pool: bootstrap_error"), is_told)));
}

TEST_F(Bootstrap, CalledAsTheFirstLineWorks) {
    EXPECT_EQ(output_of(path_of("every_method")), each_is_right);
}

TEST_F(Bootstrap, CalledAgainDoesNothing) {
    EXPECT_EQ(output_of(path_of("bootstrap_twice")), std::string{each_is_right} + each_works);
}

TEST_F(Bootstrap, CalledAfterAStartThatFailedWorks) {
    const auto lines = lines_of(output_of(path_of("bootstrap_after_a_start")));

    // Its copies try, too, until they come to bootstrap().
    EXPECT_THAT(lines.front(), StartsWith("forkserver: bootstrap_error"));
    for (const char* once : {"main goes on", "forkserver: 42", "spawn: 42", "pool: 42"})
        EXPECT_EQ(std::ranges::count(lines, once), 1) << once;
    EXPECT_EQ(std::ranges::count(lines, "main goes on in a copy"), 0);
}

TEST_F(Bootstrap, CalledWhenThreadsRunIsAnErrorThatSaysWhatToDo) {
    const auto lines = lines_of(output_of(path_of("bootstrap_with_threads")));

    const auto is_told = HasSubstr(
        "launch_error: starting process Process-1: mp::bootstrap() was called when 1 further "
        "threads were running already; make it the first line of main()");
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_EQ(lines[0], "main goes on");
    EXPECT_THAT(lines[1], is_told);
    EXPECT_THAT(lines[2], HasSubstr("mp::bootstrap() was called when 1 further threads"));
    EXPECT_THAT(lines[3], StartsWith("fork: fork_refused: "));
    EXPECT_THAT(lines[4], HasSubstr("mp::bootstrap() was called when 1 further threads"));
}

class BootstrapBehind : public Bootstrap,
                        public testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(BootstrapBehind, ArgumentsThatACopyDoesNotHaveIsAnErrorThatSaysWhatToDo) {
    const auto [how, told] = GetParam();

    const auto output =
        output_of(path_of("bootstrap_after_arguments"), {"one"}, {"TEST_END=" + std::string{how}});

    EXPECT_THAT(output,
                HasSubstr("forkserver: bootstrap_error: starting a process: this program "
                          "was executed once more to become its forkserver, but that copy " +
                          std::string{told} +
                          " before it came to mp::bootstrap(); make mp::bootstrap() the "
                          "first line of main()"));
    EXPECT_THAT(output, HasSubstr("spawn: bootstrap_error"));
    EXPECT_THAT(output, HasSubstr("fork: 42"));
    EXPECT_THAT(output, HasSubstr("pool: bootstrap_error"));
    EXPECT_THAT(output, Not(HasSubstr("copy\n")));
}

INSTANTIATE_TEST_SUITE_P(Ends, BootstrapBehind,
                         testing::Values(std::pair{"exit", "exited with code 2"},
                                         std::pair{"abort", "killed by signal 6 (SIGABRT)"},
                                         std::pair{"throw", "killed by signal 6 (SIGABRT)"}),
                         [](const auto& tested) { return std::string{tested.param.first}; });

TEST_F(Bootstrap, NeverReachedIsAnErrorAndLeavesNoCopyBehind) {
    const auto output = output_of(path_of("bootstrap_never_reached"), {"one"});

    EXPECT_THAT(output, StartsWith("main goes on\nforkserver: launch_error: "));
    EXPECT_THAT(output, HasSubstr("is mp::bootstrap() the first line of main()?"));
}

TEST_F(Bootstrap, NotCalledByCopiesIsAnErrorAndEndsThem) {
    const auto output = output_of(path_of("bootstrap_depends"), {"one"});

    // The copies go on as if they were programs, and can start nothing but forks.
    EXPECT_THAT(output, HasSubstr("forkserver: bootstrap_error: starting a process: this program"));
    EXPECT_THAT(output, Not(HasSubstr("forkserver: 42")));
    EXPECT_THAT(output, Not(HasSubstr("spawn: 42")));
    EXPECT_THAT(output, Not(HasSubstr("pool: 42")));
}

// ---- libraries
// -----------------------------------------------------------------------------------

TEST_F(Bootstrap, CalledByASharedLibraryWorks) {
    EXPECT_EQ(output_of(path_of("bootstrap_in_library")), each_is_right);
}

TEST_F(Bootstrap, CalledForTwoCopiesOfTandemWorksForBoth) {
    // Two copies are two definitions of everything, which the address sanitizer looks for.
    EXPECT_EQ(
        output_of(path_of("bootstrap_of_each_copy"), {}, {"ASAN_OPTIONS=detect_odr_violation=0"}),
        std::string{each_is_right} + each_works);
}

TEST_F(Bootstrap, CalledForACopyOfTandemInAnOpenedLibraryWorksForBoth) {
    EXPECT_EQ(output_of(path_of("bootstrap_of_opened_library")),
              std::string{each_is_right} + each_works);
}

TEST_F(Bootstrap, CalledForOneOfTwoCopiesIsAnErrorInTheOther) {
    const auto output = output_of(path_of("bootstrap_of_opened_library"), {"without"});

    EXPECT_THAT(output, StartsWith(each_is_right));
    EXPECT_THAT(output, HasSubstr("\nforkserver: bootstrap_error"));
    EXPECT_THAT(output, HasSubstr("\nspawn: bootstrap_error"));
}

#ifdef TEST_STATIC_PROGRAM
TEST_F(Bootstrap, InAStaticallyLinkedProgramWorks) {
    EXPECT_EQ(output_of(path_of("static_every_method")), each_is_right);
}
#endif

// ---- the program's file
// --------------------------------------------------------------------------

TEST_F(Bootstrap, ProgramDeletedWhileItRunsWorks) {
    const auto copy = copy_of("every_method");
    program started{copy, {"wait"}};
    ASSERT_EQ(started.read_line(), "main goes on");

    std::filesystem::remove(copy);
    started.write_line("go on");

    EXPECT_EQ(output_of(started), each_works);
}

TEST_F(Bootstrap, ProgramReplacedWhileItRunsStartsWhatItWas) {
    const auto copy = copy_of("every_method");
    program started{copy, {"wait"}};
    ASSERT_EQ(started.read_line(), "main goes on");

    std::ofstream{in_folder("other")} << "#!/bin/sh\necho the wrong program\n";
    std::filesystem::permissions(in_folder("other"), std::filesystem::perms::all);
    std::filesystem::rename(in_folder("other"), copy);
    started.write_line("go on");

    EXPECT_EQ(output_of(started), each_works);
}

TEST_F(Bootstrap, ProgramThatMayNotBeExecutedAnyMoreIsAnErrorThatSaysSo) {
    const auto copy = copy_of("every_method");
    program started{copy, {"wait"}};
    ASSERT_EQ(started.read_line(), "main goes on");

    std::filesystem::permissions(copy, std::filesystem::perms::owner_read);
    started.write_line("go on");

    const auto is_told = HasSubstr(
        "launch_error: executing this program once more, as its forkserver: Permission denied "
        "(/proc/self/exe must be there and may be executed)");
    EXPECT_THAT(lines_of(output_of(started)), ElementsAre(is_told, is_told, "fork: 42", is_told));
}

TEST_F(Bootstrap, ProgramStartedThroughASymbolicLinkWorks) {
    const auto link = in_folder("link");
    std::filesystem::create_symlink(path_of("every_method"), link);

    EXPECT_EQ(output_of(link), each_is_right);
}

// ---- surroundings
// --------------------------------------------------------------------------------

TEST_F(Bootstrap, WithAnEmptyEnvironmentWorks) {
    EXPECT_EQ(output_of_shell("exec env -i " + path_of("every_method")), each_is_right);
}

TEST_F(Bootstrap, WithStandardStreamsClosedWorks) {
    const auto report = in_folder("report");

    (void)output_of_shell("exec " + path_of("every_method") + " <&- >&- 2>&-",
                          {"TEST_REPORT=" + report.string()});

    EXPECT_EQ(read_file(report), each_is_right);
}

TEST_F(Bootstrap, InADirectoryThatIsDeletedWorks) {
    const auto directory = in_folder("directory").string();
    std::filesystem::create_directory(directory);

    EXPECT_EQ(output_of_shell("cd " + directory + " && rmdir " + directory + " && exec " +
                              path_of("every_method")),
              each_is_right);
}

TEST_F(Bootstrap, InADirectoryThatIsDeletedLaterWorks) {
    const auto directory = in_folder("directory").string();
    std::filesystem::create_directory(directory);
    program started{"/bin/sh",
                    {"-c", "cd " + directory + " && exec " + path_of("every_method") + " wait"}};
    ASSERT_EQ(started.read_line(), "main goes on");

    std::filesystem::remove(directory);
    started.write_line("go on");

    EXPECT_EQ(output_of(started), each_works);
}

TEST_F(Bootstrap, WithSixtyFourDescriptorsWorks) {
    EXPECT_EQ(output_of_shell("ulimit -n 64 && exec " + path_of("every_method")), each_is_right);
}

TEST_F(Bootstrap, StartedWithSigchldIgnoredWorks) {
    EXPECT_EQ(output_of_shell("trap '' CHLD; exec " + path_of("every_method")), each_is_right);
}

TEST_F(Bootstrap, InAProgramThatIgnoresSigchldWorks) {
    const auto output = output_of(path_of("children_ignored"));

    // Of a fork that the system has reaped by itself, nobody learns how it was killed.
    EXPECT_EQ(output, std::string{each_is_right} +
                          "forkserver crashes: 9\nspawn crashes: 9\nfork crashes: -1\n");
}

TEST_F(Bootstrap, InAProgramThatReapsEveryChildWorks) {
    const auto output = output_of(path_of("children_reaped"));

    EXPECT_THAT(output, StartsWith(each_is_right));
    EXPECT_THAT(output, HasSubstr("\nforkserver crashes: 9\nspawn crashes: 9\nfork crashes: "));
}

// ---- the role that a copy is told by its environment
// ---------------------------------------------

class LeftOverRole : public Bootstrap, public testing::WithParamInterface<const char*> {};

TEST_P(LeftOverRole, InTheEnvironmentDoesNoHarm) {
    EXPECT_EQ(output_of(path_of("every_method"), {}, {"TANDEM_ROLE=" + std::string{GetParam()}}),
              each_is_right);
}

INSTANTIATE_TEST_SUITE_P(Values, LeftOverRole,
                         testing::Values("forkserver", "child", "forkserver:nobody:1",
                                         "child:nobody:1:1024", ":::", ""),
                         [](const auto& tested) { return "Value" + std::to_string(tested.index); });

TEST_F(Bootstrap, RolesOfAnotherRunOfTheSameProgramDoNoHarm) {
    const auto program_path = path_of("print_role");
    std::vector<std::string> roles;
    for (const auto& line : lines_of(output_of(program_path, {}, {"TEST_ROLES=1"})))
        if (line.starts_with("role ")) roles.push_back("TANDEM_ROLE=" + line.substr(5));
    ASSERT_THAT(roles, ElementsAre(HasSubstr("forkserver:"), HasSubstr("child:")));

    for (const auto& role : roles) {
        EXPECT_EQ(output_of(program_path, {}, {role}), each_is_right);
        // The descriptors that such a copy takes are somebody else's.
        EXPECT_EQ(output_of_shell("exec " + program_path + " 3</dev/null 4<&3", {role}),
                  each_is_right);
    }
}

// ---- initialisers
// --------------------------------------------------------------------------------

TEST_F(Bootstrap, InitialisersRunOnceMoreInTheForkserverAndNotInItsForks) {
    EXPECT_THAT(lines_of(output_of(path_of("initialisers"), {"forkserver"})),
                ElementsAre("initialised", "main begins", "main goes on", "initialised",
                            "main begins", "forkserver: 3", "forkserver: 3"));
}

TEST_F(Bootstrap, InitialisersRunInEachSpawnedProcessAsInTheProgram) {
    EXPECT_THAT(lines_of(output_of(path_of("initialisers"), {"spawn"})),
                ElementsAre("initialised", "main begins", "main goes on", "initialised",
                            "main begins", "initialised", "main begins", "spawn: 3", "initialised",
                            "main begins", "spawn: 3"));
}

TEST_F(Bootstrap, InitialisersDoNotRunAgainInAFork) {
    EXPECT_THAT(lines_of(output_of(path_of("initialisers"), {"fork"})),
                ElementsAre("initialised", "main begins", "main goes on", "fork: 4", "fork: 4"));
}

} // namespace
} // namespace tandem::test
