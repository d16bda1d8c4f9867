// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What becomes of detached processes when the one that has started them ends.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "support/fd_census.hpp"
#include "support/start_methods.hpp"
#include "tandem/process.hpp"

namespace tandem {
namespace {

class Detached : public test::fd_census, public testing::WithParamInterface<start_method> {};

void say(std::string_view text) { (void)!::write(STDOUT_FILENO, text.data(), text.size()); }

void repeat_what_is_said() {
    std::array<char, 32> text{};
    const auto size = ::read(STDIN_FILENO, text.data(), text.size());
    say("heard: ");
    say({text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
}

void say_when_stopped(const std::stop_token& token) {
    while (!token.stop_requested()) std::this_thread::yield();
    say("stopped");
}

/// Leaves two processes behind: one waits for what the other, a daemon, says when it is stopped.
void leave_two(start_method method, bool by_exit) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) == -1) std::_Exit(9);
    process listens{
        process_options{.method = method, .input = standard_stream::descriptor(pipe[0])},
        repeat_what_is_said};
    process talks{process_options{.daemon = true,
                                  .method = method,
                                  .output = standard_stream::descriptor(pipe[1]),
                                  .grace = std::chrono::seconds{20}},
                  say_when_stopped};
    listens.detach();
    talks.detach();
    if (by_exit) std::exit(0);
}

TEST_P(Detached, DaemonIsStoppedAndAnotherIsWaitedForAtTheEnd) {
    for (const bool by_exit : {false, true}) {
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
        const process leaving{process_options{.output = standard_stream::descriptor(pipe[1])},
                              leave_two, GetParam(), by_exit};
        ::close(pipe[1]);

        EXPECT_EQ(leaving.join(), exit_status::exited(0));

        std::string said;
        for (char byte = 0; ::read(pipe[0], &byte, 1) == 1;) said += byte;
        ::close(pipe[0]);
        EXPECT_EQ(said, "heard: stopped") << "by exit(): " << by_exit;
    }
}

INSTANTIATE_TEST_SUITE_P(Methods, Detached, test::each_start_method(), test::name_of_method);

} // namespace
} // namespace tandem
