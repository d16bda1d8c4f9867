// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Handles that travel over connections.

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "os/event.hpp"
#include "os/file.hpp"
#include "os/socket.hpp"
#include "support/fd_census.hpp"
#include "tandem/connection.hpp"
#include "tandem/detail/shared_region.hpp"
#include "tandem/pipe.hpp"
#include "tandem/process.hpp"
#include "tandem/resource_error.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using detail::descriptor;
using detail::shared_region;

class ConnectionHandles : public test::fd_census {};

shared_region region() {
    return shared_region::create("test", 4096, shared_region::pages::as_used);
}

/// Raises the limit of open files while it lives, and sets it.
class open_files_limit {
public:
    explicit open_files_limit(rlim_t most) {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
        const rlimit now{most, before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &now), 0);
    }
    open_files_limit(const open_files_limit&) = delete;
    open_files_limit& operator=(const open_files_limit&) = delete;
    ~open_files_limit() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }

private:
    rlimit before_{};
};

TEST_F(ConnectionHandles, SharedMemoryCrossesToAnotherProcess) {
    auto [here, there] = pipe<std::pair<std::string, shared_region>>();
    process writer{forked, [&mine = there, &other = here] {
                       other.close();
                       auto [text, memory] = mine.receive();
                       std::memcpy(memory.bytes().data(), text.data(), text.size());
                       mine.send({"done", shared_region{}});
                   }};
    there.close();
    const auto memory = region();
    here.send({"written there", memory});

    EXPECT_EQ(here.receive().first, "done");
    EXPECT_STREQ(reinterpret_cast<const char*>(memory.bytes().data()), "written there");
    EXPECT_TRUE(writer.join().success());
}

TEST_F(ConnectionHandles, ConnectionCrossesOverAConnection) {
    auto [here, there] = pipe<pipe_end<int>>();
    auto [ours, theirs] = pipe<int>({.duplex = false, .most_bytes = 8});
    process other{forked, [&mine = there, &far = here] {
                      far.close();
                      auto sent = mine.receive();
                      sent.send(sent.readable() ? 1 : 2);
                  }};
    there.close();
    here.send(theirs);
    theirs.close();

    EXPECT_EQ(ours.receive(), 2);
    EXPECT_TRUE(other.join().success());
    here.close();
    EXPECT_THROW((void)ours.receive(), connection_closed); // nobody has the other end any more
}

TEST_F(ConnectionHandles, EmptyOnesCross) {
    auto [here, there] = pipe<std::pair<connection, shared_region>>();
    here.send({});
    const auto [received, memory] = there.receive();
    EXPECT_FALSE(received);
    EXPECT_FALSE(memory);
}

TEST_F(ConnectionHandles, ManyCrossInOneMessage) {
    const open_files_limit limit{4096};
    const std::size_t counts[]{1, 252, 253, 254, 506, 507, 600};
    auto [here, there] = pipe<std::vector<std::pair<int, descriptor>>>();
    for (const auto count : counts) {
        std::vector<std::pair<int, descriptor>> sent;
        for (std::size_t i = 0; i < count; ++i) {
            auto event = os::event::create().value();
            sent.emplace_back(i, descriptor{os::duplicate(event.fd().get()).value()});
        }
        here.send(sent);
        const auto received = there.receive();
        ASSERT_EQ(received.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            // The same object: what is written to one can be read from the other.
            const std::uint64_t one = i + 1;
            std::uint64_t read = 0;
            ASSERT_EQ(::write(sent[i].second.fd().get(), &one, sizeof one), 8);
            ASSERT_EQ(::read(received[i].second.fd().get(), &read, sizeof read), 8);
            ASSERT_EQ(read, one);
        }
    }
}

TEST_F(ConnectionHandles, MessageWithMoreThanMayBeOpenIsLostAndTheNextOneIsGood) {
    if (TEST_SANITIZER) GTEST_SKIP() << "a sanitizer needs descriptors to look at an object";
    std::vector<shared_region> memory;
    for (int i = 0; i < 40; ++i) memory.push_back(region());
    auto [here, there] = pipe();
    here.send(memory);
    here.send(1);
    {
        const auto next = static_cast<rlim_t>(os::duplicate(0).value().get());
        const open_files_limit limit{next + 10};
        EXPECT_THROW((void)there.receive<std::vector<shared_region>>(), resource_error);
    }
    EXPECT_EQ(there.receive<int>(), 1);
    here.send(memory);
    EXPECT_EQ(there.receive<std::vector<shared_region>>(), memory);
}

TEST_F(ConnectionHandles, WhatTheReceiverDoesNotTakeIsClosed) {
    auto [here, there] = pipe();
    here.send(region());
    EXPECT_EQ(there.receive_bytes().size(), sizeof(std::uint64_t));
    here.send(region()); // nobody ever receives it
}

TEST_F(ConnectionHandles, NumberThatTheMessageDoesNotBringIsAnError) {
    auto [here, there] = pipe();
    here.send(std::uint64_t{1}); // the encoding of a handle, without its descriptor
    EXPECT_THROW((void)there.receive<descriptor>(), codec_error);
    here.send(std::uint64_t{7});
    EXPECT_THROW((void)there.receive<descriptor>(), codec_error);
}

TEST_F(ConnectionHandles, ConnectionOfAnotherKindOfDescriptorIsAnError) {
    auto [here, there] = pipe();
    auto sockets = os::create_socket_pair().value();
    here.send(std::tuple{descriptor{std::move(sockets.first)}, true, true, std::uint64_t{0}});
    EXPECT_THROW((void)there.receive<connection>(), codec_error);
}

TEST_F(ConnectionHandles, ConnectionInTheMiddleOfAMessageStays) {
    auto [here, there] = pipe();
    auto [over, end] = pipe();
    EXPECT_THROW((void)here.send_for(std::vector<int>(10'000'000), 10ms), connection_error);
    EXPECT_EQ(over.poll(), false);
    EXPECT_THROW((void)there.receive_bytes_for(1ms), connection_closed);
    EXPECT_THROW(over.send(there), codec_error);
    over.send(end); // over itself, to the end that it is
    EXPECT_TRUE(end.receive<connection>());
}

TEST_F(ConnectionHandles, WithoutAConnectionTheyAreRefused) {
    const auto [here, there] = pipe();
    EXPECT_THROW((void)encode(here), codec_error);
    EXPECT_FALSE(decode<connection>(encode(connection{})));
}

} // namespace
} // namespace tandem
