// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/life_token.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "os/event.hpp"
#include "os/memory_object.hpp"
#include "os/poll.hpp"
#include "runtime/life_watch.hpp"

namespace tandem::os {
namespace {

/// A token in memory that is shared with forks of this process.
std::shared_ptr<life_token> shared_token() {
    constexpr int protection = PROT_READ | PROT_WRITE;
    auto* place = ::mmap(nullptr, page_bytes(), protection, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(place, MAP_FAILED);
    return {::new (place) life_token,
            [](life_token* token) { ::munmap(static_cast<void*>(token), page_bytes()); }};
}

/// A process that holds `token` until it is killed; it does when this returns.
pid_t start_holder(life_token& token) {
    std::array<int, 2> ready{};
    EXPECT_EQ(::pipe(ready.data()), 0);
    const auto holder = ::fork();
    if (holder == 0) {
        token.hold();
        (void)!::write(ready[1], "x", 1);
        for (;;) ::pause();
    }
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    for (const int end : ready) ::close(end);
    return holder;
}

void kill_and_reap(pid_t process) {
    EXPECT_EQ(::kill(process, SIGKILL), 0);
    EXPECT_EQ(::waitpid(process, nullptr, 0), process);
}

TEST(LifeToken, OfNobodyHasNotEnded) { EXPECT_FALSE(shared_token()->is_ended()); }

TEST(LifeToken, IsEndedWithTheThreadThatHeldIt) {
    const auto token = shared_token();
    std::thread{[&] {
        token->hold();
        EXPECT_FALSE(token->is_ended());
    }}.join();

    EXPECT_TRUE(token->is_ended());
}

TEST(LifeToken, ThatWasLetGoHasNotEnded) {
    const auto token = shared_token();
    std::thread{[&] {
        life_hold hold{*token};
        const life_hold moved{std::move(hold)};
        EXPECT_NE(token->state(), 0U);
    }}.join();

    EXPECT_EQ(token->state(), 0U);
    EXPECT_FALSE(token->is_ended());
}

TEST(LifeToken, EndOfAKilledHolderWakesWhoWaits) {
    const auto token = shared_token();
    const auto holder = start_holder(*token);
    const auto held = token->state();
    EXPECT_FALSE(token->is_ended());
    std::thread waiting{[&] {
        const std::array words{futex_expectation{&token->word(), held}};
        while (!token->is_ended() && wait_for_any(words)) {}
    }};

    kill_and_reap(holder);
    waiting.join(); // the test has a time limit

    EXPECT_TRUE(token->is_ended());
}

TEST(LifeToken, ForkOfTheHolderIsNotTheHolder) {
    const auto token = shared_token();
    std::thread{[&] {
        token->hold();
        const auto fork = ::fork();
        if (fork == 0) ::_exit(0);
        EXPECT_EQ(::waitpid(fork, nullptr, 0), fork);

        EXPECT_FALSE(token->is_ended());
    }}.join();
}

TEST(WaitForAny, ReturnsAtOnceIfOneHasChanged) {
    const futex_word first{1};
    const futex_word second{2};
    const std::array words{futex_expectation{&first, 1}, futex_expectation{&second, 3}};

    EXPECT_TRUE(wait_for_any(words));
}

TEST(WaitForAny, MoreWordsThanThereMayBeAreRefused) {
    const futex_word word{1};
    const std::vector<futex_expectation> words(most_futexes + 1, {&word, 2});

    EXPECT_FALSE(wait_for_any(words));
}

class LifeWatch : public testing::Test {
protected:
    const event ended = event::create().value();
    runtime::life_watch watch{ended};

    [[nodiscard]] bool is_told(std::chrono::milliseconds limit) const {
        return wait_readable(std::vector{ended.fd().get()}, limit).value().front();
    }
};

TEST_F(LifeWatch, TellsOfEachEnd) {
    const std::array tokens{shared_token(), shared_token()};
    const std::array holders{start_holder(*tokens[0]), start_holder(*tokens[1])};
    for (const auto& token : tokens) watch.add(token);

    for (const auto holder : holders) {
        EXPECT_FALSE(is_told(std::chrono::milliseconds{0}));
        kill_and_reap(holder);
        EXPECT_TRUE(is_told(std::chrono::seconds{20}));
        ended.clear();
    }
}

TEST_F(LifeWatch, TellsOfAnEndThatCameFirst) {
    const auto token = shared_token();
    kill_and_reap(start_holder(*token));
    watch.add(token);

    EXPECT_TRUE(is_told(std::chrono::seconds{20}));
}

TEST_F(LifeWatch, SeesAHolderThatComesLater) {
    const auto token = shared_token();
    watch.add(token);
    kill_and_reap(start_holder(*token));

    EXPECT_TRUE(is_told(std::chrono::seconds{20}));
}

TEST_F(LifeWatch, FurtherTokensThanCanBeWaitedForTakeTheirTurn) {
    std::vector<std::shared_ptr<life_token>> tokens;
    for (std::size_t i = 0; i < most_futexes + 10; ++i) {
        tokens.push_back(shared_token());
        watch.add(tokens.back());
    }
    for (std::size_t i = 0; i < 20; ++i) watch.remove(*tokens[i]);
    watch.add(shared_token()); // it looks again

    kill_and_reap(start_holder(*tokens.back()));
    EXPECT_TRUE(is_told(std::chrono::seconds{20}));
}

} // namespace
} // namespace tandem::os
