// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/pipe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>

#include <signal.h>

#include "support/fd_census.hpp"
#include "support/pattern.hpp"
#include "tandem/process.hpp"
#include "tandem/wait.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;

using test::pattern;

constexpr auto long_enough = 20s;

class Pipe : public test::fd_census {};

// ---- values and bytes ----

TEST_F(Pipe, CarriesValuesBothWays) {
    auto [here, there] = pipe<std::map<std::string, int>>();
    here.send({{"one", 1}});
    there.send({});
    here.send({{"two", 2}, {"three", 3}});

    EXPECT_EQ(there.receive(), (std::map<std::string, int>{{"one", 1}}));
    EXPECT_EQ(there.receive(), (std::map<std::string, int>{{"two", 2}, {"three", 3}}));
    EXPECT_TRUE(here.receive().empty());
}

TEST_F(Pipe, CarriesMessagesOfAnySize) {
    auto [here, there] = pipe();
    for (const auto bytes : std::array<std::size_t, 6>{0, 1, 16, 65'535, 65'536, 100U << 20}) {
        const auto sent = pattern(bytes);
        std::thread sender{[&, &from = here] { from.send_bytes(sent); }};
        EXPECT_TRUE(there.receive_bytes() == sent) << bytes;
        sender.join();
    }
}

TEST_F(Pipe, UntypedConnectionCarriesOneTypeAfterAnother) {
    auto [here, there] = pipe();
    here.send(std::string{"text"});
    here.send(3.5);

    EXPECT_EQ(there.receive<std::string>(), "text");
    EXPECT_EQ(there.receive<double>(), 3.5);
}

TEST_F(Pipe, ValueOfAnotherTypeIsAnErrorAndTheNextOneIsGood) {
    auto [here, there] = pipe();
    here.send(std::string{"text"});
    here.send(7);

    EXPECT_THROW((void)there.receive<double>(), codec_error);
    EXPECT_EQ(there.receive<int>(), 7);
}

TEST_F(Pipe, OneWayPipeReceivesAtItsFirstEndAndSendsAtItsSecond) {
    auto [receiver, sender] = pipe<int>({.duplex = false});
    sender.send(5);

    EXPECT_EQ(receiver.receive(), 5);
    EXPECT_TRUE(receiver.readable() && !receiver.writable());
    EXPECT_TRUE(!sender.readable() && sender.writable());
    EXPECT_THROW(receiver.send(1), std::logic_error);
    EXPECT_THROW((void)sender.receive(), std::logic_error);
}

TEST_F(Pipe, MessageThatDoesNotFitIsInTheErrorAndTheNextOneIsGood) {
    auto [here, there] = pipe();
    const auto sent = pattern(10);
    here.send_bytes(sent);
    here.send_bytes(sent);
    std::array<std::byte, 10> room{};
    try {
        there.receive_bytes_into(std::span{room}.first(9));
        FAIL();
    } catch (const buffer_too_short& error) {
        EXPECT_EQ(error.message(), sent);
    }
    EXPECT_EQ(there.receive_bytes_into(room), 10U);
    EXPECT_TRUE(std::ranges::equal(room, sent));
}

TEST_F(Pipe, MessageLongerThanTheLimitIsRefusedBeforeItIsReceived) {
    auto [here, there] = pipe({.most_bytes = 100});
    here.send_bytes(pattern(100));
    here.send_bytes(pattern(101));

    EXPECT_EQ(there.receive_bytes().size(), 100U);
    for (int i = 0; i < 2; ++i) { // and ever after
        try {
            (void)there.receive_bytes();
            FAIL();
        } catch (const message_too_long& error) {
            EXPECT_EQ(error.bytes(), 101U);
        }
    }
}

// ---- time ----

TEST_F(Pipe, ReceiveForGivesUpAndLosesNothing) {
    auto [here, there] = pipe<int>();
    EXPECT_EQ(there.receive_for(1ms), std::nullopt);
    here.send(4);
    EXPECT_EQ(there.receive_for(long_enough), 4);
}

TEST_F(Pipe, SendForGivesUpWhenNobodyReadsAndSendsNothing) {
    auto [here, there] = pipe<std::array<int, 100>>();
    std::array<int, 100> message{};
    int sent = 0;
    for (; here.send_for(message, 1ms); ++sent) message[0] = sent + 1;

    EXPECT_GT(sent, 0);
    for (int i = 0; i < sent; ++i) EXPECT_EQ(there.receive()[0], i);
    EXPECT_FALSE(there.poll());
}

TEST_F(Pipe, MessageThatIsCutByItsLimitIsNeverReceivedInPart) {
    auto [here, there] = pipe();
    const auto large = pattern(16U << 20);
    EXPECT_THROW((void)here.send_for(large, 10ms), connection_error);
    EXPECT_THROW(here.send(1), connection_closed);
    EXPECT_THROW((void)there.receive_bytes(), connection_closed);
}

TEST_F(Pipe, PollTellsWhetherThereIsSomethingAndTakesNothing) {
    auto [here, there] = pipe<int>();
    EXPECT_FALSE(there.poll());
    EXPECT_FALSE(there.poll(1ms));
    here.send(1);
    EXPECT_TRUE(there.poll());
    EXPECT_TRUE(there.poll(long_enough));
    EXPECT_EQ(there.receive(), 1);
    here.close();
    EXPECT_TRUE(there.poll(std::chrono::nanoseconds::max()));
}

TEST_F(Pipe, WaitTellsWhichConnectionsHaveSomething) {
    auto [first, to_first] = pipe<int>();
    auto [second, to_second] = pipe<int>();
    EXPECT_TRUE(wait({first, second}, 1ms).empty());
    to_second.send(1);
    EXPECT_EQ(wait({first, second}), (std::vector<std::size_t>{1}));
    to_first.close();
    EXPECT_EQ(wait({first, second}), (std::vector<std::size_t>{0, 1}));
}

// ---- the end ----

TEST_F(Pipe, WhatWasSentBeforeTheEndIsReceived) {
    auto [here, there] = pipe<int>();
    here.send(1);
    here.close();

    EXPECT_TRUE(here.closed());
    EXPECT_EQ(there.receive(), 1);
    EXPECT_THROW((void)there.receive(), connection_closed);
    EXPECT_THROW((void)there.receive(), connection_closed);
    EXPECT_THROW(there.send(1), connection_closed); // and no SIGPIPE
    EXPECT_FALSE(there.closed());
}

TEST_F(Pipe, CopiesShareOneEnd) {
    auto [here, there] = pipe<int>();
    auto copy = here;
    here = {};
    copy.send(1);
    EXPECT_EQ(there.receive(), 1);
    auto another = copy;
    copy.close();
    EXPECT_TRUE(another.closed());
    EXPECT_THROW(another.send(1), connection_closed);
    EXPECT_THROW((void)another.sentinel(), connection_closed);
    EXPECT_THROW((void)there.receive(), connection_closed);
}

TEST_F(Pipe, ObjectWithoutAConnectionSaysSo) {
    connection none;
    EXPECT_FALSE(none);
    EXPECT_TRUE(none.closed());
    none.close();
    EXPECT_THROW(none.send(1), std::logic_error);
    EXPECT_THROW((void)none.poll(), std::logic_error);
}

TEST_F(Pipe, CloseWakesAThreadThatReceives) {
    auto [here, there] = pipe<int>();
    std::thread receiver{
        [&from = there] { EXPECT_THROW((void)from.receive(), connection_closed); }};
    // It sleeps in poll(2), or will find the end closed: both are to end it.
    there.close();
    receiver.join();
    EXPECT_THROW((void)here.receive(), connection_closed);
}

TEST_F(Pipe, ManyThreadsMaySendAndReceiveAtOnce) {
    auto [here, there] = pipe<int>();
    constexpr int each = 2000;
    std::atomic<long> sum = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&to = here] {
            for (int i = 1; i <= each; ++i) to.send(i);
        });
        threads.emplace_back([&from = there, &sum] {
            for (int i = 1; i <= each; ++i) sum += from.receive();
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(sum, 3L * each * (each + 1) / 2);
}

// ---- other processes ----

TEST_F(Pipe, ForkedProcessAnswers) {
    auto [here, there] = pipe<std::string>();
    process echo{forked, [&mine = there, &other = here] {
                     other.close();
                     for (;;) {
                         const auto text = mine.receive();
                         if (text.empty()) return;
                         mine.send(text + text);
                     }
                 }};
    there.close();
    here.send("ab");
    EXPECT_EQ(here.receive(), "abab");
    here.send("");
    EXPECT_TRUE(echo.join().success());
    EXPECT_THROW((void)here.receive(), connection_closed);
}

TEST_F(Pipe, KilledProcessIsAnEndAndNeverHalfAValue) {
    auto [here, there] = pipe();
    process writer{forked, [&mine = there, &other = here] {
                       other.close();
                       mine.send(std::string{"whole"});
                       mine.send_bytes(pattern(32U << 20)); // nobody reads all of it
                   }};
    there.close();
    EXPECT_EQ(here.receive<std::string>(), "whole");
    EXPECT_TRUE(here.poll(long_enough)); // it is in the middle of the second one
    writer.kill();
    EXPECT_EQ(writer.join().signal(), SIGKILL);
    EXPECT_THROW((void)here.receive_bytes(), connection_closed);
}

} // namespace
} // namespace tandem
