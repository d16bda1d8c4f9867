// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What becomes of the output of a pool's workers.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/captured_stream.hpp"
#include "support/fd_census.hpp"
#include "support/until.hpp"
#include "tandem/pool.hpp"

namespace tandem {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::MatchesRegex;

class WorkerOutput : public test::fd_census {
protected:
    static std::vector<int> numbers(int count) {
        std::vector<int> all(static_cast<std::size_t>(count));
        std::iota(all.begin(), all.end(), 0);
        return all;
    }
};

/// Writes `text` by hand, in pieces, so that no buffer of stdio makes it look whole.
void write_in_pieces(int stream, const std::string& text) {
    constexpr std::size_t piece = 999;
    for (std::size_t at = 0; at < text.size(); at += piece)
        EXPECT_GT(::write(stream, text.data() + at, std::min(piece, text.size() - at)), 0);
}

/// "aaaa…a", "bbbb…b": the lines of all of `items`, each of one letter.
void write_long_line(int stream, int item) {
    const auto letter = static_cast<char>('a' + item % 26);
    write_in_pieces(stream, std::string(10'000, letter) + "\n");
}

void expect_whole_lines(const std::vector<std::string>& lines, int count) {
    std::map<std::string, int> seen;
    for (const auto& line : lines) ++seen[line];
    std::map<std::string, int> expected;
    for (int i = 0; i < count; ++i)
        ++expected[std::string(10'000, static_cast<char>('a' + i % 26))];
    EXPECT_TRUE(seen == expected) << lines.size() << " lines"; // not printed: a megabyte
}

TEST_F(WorkerOutput, LongLinesOfManyWorkersAreNeverMixed) {
    constexpr int count = 200;
    const test::captured_stream errors{STDERR_FILENO};
    const test::captured_stream output{STDOUT_FILENO};
    {
        const pool workers{{.processes = 4}};
        const auto write = [](int item) {
            write_long_line(STDERR_FILENO, item);
            write_long_line(STDOUT_FILENO, item + 1);
            return item;
        };
        EXPECT_EQ(workers.with({.chunk_size = 1}).map(write, numbers(count)), numbers(count));
    }

    expect_whole_lines(errors.lines(), count);
    EXPECT_EQ(output.lines().size(), static_cast<std::size_t>(count));
    for (const auto& line : output.lines())
        EXPECT_EQ(line, std::string(10'000, line.empty() ? '?' : line.front()));
}

TEST_F(WorkerOutput, WhatAKilledWorkerWroteIsNotLost) {
    const test::captured_stream output{STDOUT_FILENO};
    {
        const pool workers{{.processes = 1}};
        auto killed = workers.submit([] {
            for (int i = 0; i < 1000; ++i) std::printf("line %d\n", i);
            std::printf("unfinished");
            std::fflush(stdout);
            std::raise(SIGKILL);
        });
        EXPECT_THROW(killed.get(), worker_crashed);
    }

    const auto lines = output.lines();
    ASSERT_EQ(lines.size(), 1001U);
    EXPECT_EQ(lines[999], "line 999");
    EXPECT_EQ(lines[1000], "unfinished");
    EXPECT_TRUE(output.text().ends_with("unfinished\n"));
}

TEST_F(WorkerOutput, LinesAppearWhileTheTaskStillRuns) {
    const test::captured_stream output{STDOUT_FILENO};
    const pool workers{{.processes = 1, .grace = std::chrono::nanoseconds{0}}};

    const auto running = workers.submit([] {
        std::puts("begun");
        for (;;) ::pause();
    });

    EXPECT_TRUE(test::until([&] { return output.text() == "begun\n"; }));
}

TEST_F(WorkerOutput, TaggedLinesNameTheirWorkerAndItsProcess) {
    const test::captured_stream output{STDOUT_FILENO};
    const test::captured_stream errors{STDERR_FILENO};
    int id = 0;
    {
        const pool workers{{.processes = 1, .output = worker_output::tagged}};
        id = workers
                 .submit([] {
                     std::printf("one\ntwo\n");
                     std::fprintf(stderr, "three");
                     return ::getpid();
                 })
                 .get();
    }

    const auto tag = "\\[PoolWorker-[0-9]+ " + std::to_string(id) + "\\] ";
    EXPECT_THAT(output.text(), MatchesRegex(tag + "one\n" + tag + "two\n"));
    EXPECT_THAT(errors.text(), MatchesRegex(tag + "three\n"));
}

/// True if each run of equal lines is all that there is of them, `each` long.
testing::AssertionResult come_in_pieces(const std::vector<std::string>& lines, std::size_t each) {
    std::set<std::string> done;
    for (std::size_t i = 0; i < lines.size();) {
        const auto end = std::find_if(lines.begin() + static_cast<std::ptrdiff_t>(i), lines.end(),
                                      [&](const std::string& line) { return line != lines[i]; });
        const auto run = static_cast<std::size_t>(end - lines.begin()) - i;
        if (run != each || !done.insert(lines[i]).second)
            return testing::AssertionFailure() << run << " lines at " << i << ": " << lines[i];
        i += run;
    }
    return testing::AssertionSuccess();
}

constexpr int lines_of_each = 20;

int write_lines(int item) {
    for (int i = 0; i < lines_of_each; ++i) {
        write_in_pieces(STDOUT_FILENO, std::to_string(item) + "\n");
        if (i % 8 == 0) std::this_thread::yield();
    }
    return item;
}

TEST_F(WorkerOutput, GroupedOutputOfATaskIsOnePiece) {
    constexpr int count = 200;
    const test::captured_stream output{STDOUT_FILENO};
    {
        const pool workers{{.processes = 4, .output = worker_output::grouped}};
        EXPECT_EQ(workers.with({.chunk_size = 4}).map(write_lines, numbers(count)), numbers(count));
    }

    EXPECT_EQ(output.lines().size(), static_cast<std::size_t>(count * lines_of_each));
    EXPECT_TRUE(come_in_pieces(output.lines(), lines_of_each));
}

TEST_F(WorkerOutput, GroupOfAWorkerThatDiesIsWrittenAtItsEnd) {
    const test::captured_stream output{STDOUT_FILENO};
    {
        const pool workers{{.processes = 1, .output = worker_output::grouped}};
        EXPECT_THROW(workers
                         .submit([] {
                             std::puts("half");
                             ::_exit(1);
                         })
                         .get(),
                     worker_crashed);
        workers.submit([] { std::printf("whole"); }).get();
    }

    EXPECT_EQ(output.text(), "half\nwhole\n");
}

/// What the worker that runs `task`, and ends by it, left on its standard error.
template <class F>
std::string tail_of(const pool& workers, F task) {
    try {
        workers.submit(task).get();
    } catch (const worker_crashed& e) {
        return e.stderr_tail();
    }
    ADD_FAILURE() << "the worker did not end";
    return {};
}

TEST_F(WorkerOutput, DiscardedOutputIsNotShownButTold) {
    const test::captured_stream output{STDOUT_FILENO};
    const test::captured_stream errors{STDERR_FILENO};
    {
        const pool workers{{.processes = 1, .output = worker_output::discard}};
        const auto words = tail_of(workers, [] {
            std::puts("output");
            std::fputs("last words\n", stderr);
            ::_exit(1);
        });
        EXPECT_EQ(words, "last words\n");
    }

    EXPECT_EQ(output.text(), "");
    EXPECT_EQ(errors.text(), "");
}

TEST_F(WorkerOutput, InheritedStreamsAreThoseOfTheProgram) {
    const test::captured_stream errors{STDERR_FILENO};
    const auto ours = std::filesystem::read_symlink("/proc/self/fd/2").string();
    {
        const pool workers{{.processes = 1, .output = worker_output::inherit}};
        auto theirs = workers.submit([] {
            std::fputs("direct", stderr);
            std::fflush(stderr);
            return std::filesystem::read_symlink("/proc/self/fd/2").string();
        });
        EXPECT_EQ(theirs.get(), ours);
        EXPECT_EQ(errors.text(), "direct"); // at once
        EXPECT_EQ(tail_of(workers, [] { ::_exit(2); }), "");
    }
    EXPECT_EQ(errors.text(), "direct");
}

/// In a group of its own, else it would be ended with the worker's.
pid_t start_daemon() {
    const auto daemon = ::fork();
    if (daemon == 0) {
        ::setsid();
        for (;;) ::pause();
    }
    while (::getpgid(daemon) != daemon) std::this_thread::yield();
    return daemon;
}

TEST_F(WorkerOutput, ProcessLeftBehindWithThePipeDoesNotHoldUpTheEnd) {
    const test::captured_stream errors{STDERR_FILENO};
    const pool workers{{.processes = 1}};
    const auto said = tail_of(workers, [] {
        std::fprintf(stderr, "%d\n", start_daemon());
        std::raise(SIGKILL);
    });

    const auto daemon = std::atoi(said.c_str());
    ASSERT_GT(daemon, 1);
    EXPECT_TRUE(test::is_running(daemon)); // else the test would show nothing
    EXPECT_EQ(::kill(daemon, SIGKILL), 0);
    EXPECT_EQ(workers.submit([] { return 5; }).get(), 5);
}

/// A stream of this process leads to a pipe that nobody reads.
class blocked_stream {
public:
    explicit blocked_stream(int number) : number_{number}, previous_{::dup(number)} {
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
        EXPECT_NE(::dup2(ends_[1], number_), -1);
        ::close(ends_[1]);
    }
    blocked_stream(const blocked_stream&) = delete;
    blocked_stream& operator=(const blocked_stream&) = delete;
    ~blocked_stream() {
        ::dup2(previous_, number_);
        ::close(previous_);
    }

    /// Whoever waits to write to it fails.
    void give_up() const { ::close(ends_[0]); }

private:
    int number_;
    int previous_;
    std::array<int, 2> ends_{};
};

bool forwards_output() {
    return std::ranges::any_of(test::open_descriptors(), [](const auto& open) {
        return open.second == "anon_inode:[eventpoll]";
    });
}

TEST_F(WorkerOutput, ProgramWhoseOutputIsBlockedStillSeesItsWorkersEnd) {
    const blocked_stream errors{STDERR_FILENO};
    {
        std::optional<pool> workers;
        workers.emplace(pool_options{.processes = 2, .grace = std::chrono::milliseconds{10}});
        const auto waiting = workers->submit([] {
            const std::string line(100'000, 'w');
            for (;;) write_in_pieces(STDERR_FILENO, line + "\n");
        });
        EXPECT_FALSE(waiting.wait_for(std::chrono::milliseconds{200})); // it fills the pipes

        EXPECT_THROW(workers->submit([] { ::_exit(4); }).get(), worker_crashed);
        EXPECT_EQ(workers->submit([] { return 5; }).get(), 5);
        workers.reset(); // does not wait for ever
    }
    EXPECT_TRUE(forwards_output()); // it waits still

    errors.give_up();

    EXPECT_TRUE(test::until([] { return !forwards_output(); }));
}

TEST_F(WorkerOutput, ManyMegabytesComeThroughWhole) {
    constexpr int count = 16;
    constexpr std::size_t bytes = std::size_t{1} << 20;
    const test::captured_stream output{STDOUT_FILENO};
    {
        const pool workers{{.processes = 4}};
        const auto write = [](int item) {
            const std::string line(1023, 'm');
            for (std::size_t i = 0; i < bytes / 1024; ++i)
                write_in_pieces(STDOUT_FILENO, line + "\n");
            return item;
        };
        EXPECT_EQ(workers.with({.chunk_size = 1}).map(write, numbers(count)), numbers(count));
    }

    const auto lines = output.lines();
    EXPECT_EQ(lines.size(), count * bytes / 1024);
    EXPECT_EQ(std::ranges::count(lines, std::string(1023, 'm')),
              static_cast<std::ptrdiff_t>(lines.size()));
}

} // namespace
} // namespace tandem
