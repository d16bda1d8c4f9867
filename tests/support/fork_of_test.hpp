// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace tandem::test {

/// A fork of the test that runs `f`, which inherits all handles. It is killed in the end, unless it
/// was waited for.
class fork_of_test {
public:
    template <class F>
    explicit fork_of_test(F f) : id_{::fork()} {
        if (id_ != 0) return;
        f();
        ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    fork_of_test(fork_of_test&& other) noexcept : id_{std::exchange(other.id_, 0)} {}
    fork_of_test& operator=(fork_of_test&&) = delete;
    ~fork_of_test() {
        if (id_ > 0) kill();
    }

    [[nodiscard]] int id() const noexcept { return id_; }

    /// Returns once it has ended.
    void kill() {
        EXPECT_EQ(::kill(id_, SIGKILL), 0);
        EXPECT_EQ(wait(), -SIGKILL);
    }
    /// The exit code, or minus the number of the signal.
    int wait() {
        int status = 0;
        EXPECT_EQ(::waitpid(id_, &status, 0), id_);
        id_ = 0;
        return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    }

private:
    pid_t id_;
};

/// Ends the calling process as a crash does.
[[noreturn]] inline void die() {
    (void)::raise(SIGKILL);
    ::_exit(2);
}

/// Waits to be killed.
[[noreturn]] inline void wait_for_the_end() {
    for (;;) ::pause();
}

} // namespace tandem::test
