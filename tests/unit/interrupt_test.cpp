// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/interrupt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <system_error>
#include <vector>

#include "support/backends.hpp"
#include "support/fd_census.hpp"
#include "tandem/pool.hpp"

namespace tandem {
namespace {

int square(int x) { return x * x; }

/// Puts a handler of the program's own in place of what SIGINT does, for a test.
class own_handler {
public:
    explicit own_handler(void (*handler)(int)) : before_{std::signal(SIGINT, handler)} {}
    own_handler(const own_handler&) = delete;
    own_handler& operator=(const own_handler&) = delete;
    ~own_handler() { (void)std::signal(SIGINT, before_); }

private:
    void (*before_)(int);
};

volatile std::sig_atomic_t handled = 0;

TEST(InterruptGuard, TakesTheFirstSignalAndGivesItsActionBack) {
    handled = 0;
    const own_handler handler{[](int) { handled = handled + 1; }};
    {
        const interrupt_guard guard;
        EXPECT_FALSE(guard.stop_requested());
        (void)std::raise(SIGINT);
        EXPECT_TRUE(guard.stop_requested());
        EXPECT_EQ(handled, 0);
    }
    (void)std::raise(SIGINT);

    EXPECT_EQ(handled, 1);
    EXPECT_FALSE(interrupt_guard{}.stop_requested());
}

TEST(InterruptGuard, LeavesTheSecondSignalItsDefaultAction) {
    EXPECT_EXIT(
        {
            const interrupt_guard guard;
            (void)std::raise(SIGINT);
            (void)std::raise(SIGINT);
        },
        testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptGuard, GoesOnIgnoringAnIgnoredSignal) {
    const own_handler ignores{SIG_IGN};
    const interrupt_guard guard;

    (void)std::raise(SIGINT);
    (void)std::raise(SIGINT);

    EXPECT_FALSE(guard.stop_requested());
}

TEST(InterruptGuard, IsOneAtATime) {
    const interrupt_guard guard;

    EXPECT_THROW(interrupt_guard{}, std::system_error);
}

class InterruptedPool : public test::fd_census, public testing::WithParamInterface<backend> {};

INSTANTIATE_TEST_SUITE_P(On, InterruptedPool, test::each_backend(), test::name_of_backend);

TEST_P(InterruptedPool, FailsWhatItHasNotBegunAndKeepsWhatIsDone) {
    const pool workers{{.processes = 2, .backend = GetParam()}};
    auto done = workers.submit(square, 3);
    done.wait();
    const interrupt_guard guard;

    (void)std::raise(SIGINT);

    EXPECT_THROW((void)workers.map(square, std::vector{1, 2}), interrupted);
    EXPECT_THROW((void)workers.submit(square, 2).get(), interrupted);
    EXPECT_EQ(done.get(), 9);
}

TEST_P(InterruptedPool, SaysHowManyItemsWereDone) {
    const pool workers{{.processes = 1, .backend = GetParam()}};
    const interrupt_guard guard;
    (void)std::raise(SIGINT);

    try {
        (void)workers.map(square, std::vector<int>(7));
        FAIL();
    } catch (const interrupted& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("0 of 7 items were done"));
    }
}

TEST_P(InterruptedPool, TakesCallsAgainWhenTheGuardIsGone) {
    const pool workers{{.processes = 2, .backend = GetParam()}};
    {
        const interrupt_guard guard;
        (void)std::raise(SIGINT);
        EXPECT_THROW((void)workers.submit(square, 2).get(), interrupted);
    }

    EXPECT_THAT(workers.map(square, std::vector{1, 2}), testing::ElementsAre(1, 4));
}

} // namespace
} // namespace tandem
