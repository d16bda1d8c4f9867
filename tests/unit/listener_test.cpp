// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include "os/stream_socket.hpp"
#include "os/tcp_socket.hpp"
#include "os/unix_socket.hpp"
#include "support/fd_census.hpp"
#include "support/pattern.hpp"
#include "support/scratch.hpp"
#include "tandem/client.hpp"
#include "tandem/detail/shared_region.hpp"
#include "tandem/pipe.hpp"
#include "tandem/process.hpp"
#include "tandem/wait.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto long_enough = 20s;
const std::string key = "sixteen bytes and some more";

/// Connects while the listener accepts.
std::pair<connection, connection> connect(listener& to, const client_options& options) {
    auto there = std::async(std::launch::async, [&] { return client(to.address(), options); });
    auto here = to.accept();
    return {std::move(here), there.get()};
}

/// Connects, and says `bytes` of its own.
os::unique_fd stranger(const listener& to, const std::string& bytes = {}) {
    const std::string& address = to.address();
    auto socket = address.starts_with("unix:")
                      ? os::connect_unix(address.substr(5), long_enough).value()
                      : os::connect_tcp({"127.0.0.1", static_cast<std::uint16_t>(std::stoi(
                                                          address.substr(address.rfind(':') + 1)))},
                                        long_enough)
                            .value();
    if (!bytes.empty()) {
        EXPECT_EQ(os::send_some(socket, {std::as_bytes(std::span{bytes}), {}}), bytes.size());
    }
    return socket;
}

/// Sends `bytes` both ways at once.
void exchange(connection& one, connection& other, const std::vector<std::byte>& bytes) {
    const auto send = [&](connection& from) { return [&] { from.send_bytes(bytes); }; };
    const auto receive = [&](connection& to) {
        return [&] { EXPECT_TRUE(to.receive_bytes() == bytes) << bytes.size(); };
    };
    std::vector<std::jthread> threads;
    threads.emplace_back(send(one));
    threads.emplace_back(send(other));
    threads.emplace_back(receive(one));
    threads.emplace_back(receive(other));
}

/// The words of the authentication_error that accept() throws.
std::string refusal_of(listener& by) {
    try {
        (void)by.accept();
    } catch (const authentication_error& error) {
        return error.what();
    }
    return "let in";
}

class Listener : public test::fd_census {
protected:
    static void SetUpTestSuite() {
        // OpenSSL keeps the descriptor of its random numbers, if it needs one.
        listener by{"tcp:127.0.0.1:0", {.authkey = key}};
        (void)connect(by, {.authkey = key});
    }
    const test::scratch folder;
    const std::string file = folder.path() + "/socket";
    std::string path() const { return "unix:" + file; }
};

/// What is true of every kind of address.
class ListenerAt : public Listener, public testing::WithParamInterface<const char*> {
protected:
    std::string address() const {
        return GetParam() == std::string{"path"} ? path() : std::string{GetParam()};
    }
};
INSTANTIATE_TEST_SUITE_P(Addresses, ListenerAt,
                         testing::Values("path", "", "tcp:127.0.0.1:0", "tcp:localhost:0"),
                         [](const auto& which) { return "kind" + std::to_string(which.index); });

TEST_P(ListenerAt, ConnectsWhoHasTheKey) {
    listener by{address(), {.authkey = key}};
    EXPECT_EQ(by.last_accepted(), "");
    auto [here, there] = connect(by, {.authkey = key});
    EXPECT_NE(by.last_accepted(), "");

    here.send(std::string{"to the client"});
    there.send(std::vector{1, 2, 3});
    EXPECT_EQ(there.receive<std::string>(), "to the client");
    EXPECT_EQ(here.receive<std::vector<int>>(), (std::vector{1, 2, 3}));
    there.close();
    EXPECT_THROW((void)here.receive<int>(), connection_closed);
}

TEST_P(ListenerAt, CarriesMessagesOfAnySizeBothWaysAtOnce) {
    listener by{address(), {.authkey = key}};
    auto [here, there] = connect(by, {.authkey = key});
    for (const std::size_t bytes : {0U, 1U, 65'536U, 100U << 20})
        exchange(here, there, test::pattern(bytes));
}

TEST_P(ListenerAt, WrongKeyIsAnErrorOnBothSidesAndTheListenerGoesOn) {
    listener by{address(), {.authkey = key}};
    auto wrong = std::async(std::launch::async, [&] {
        return client(by.address(), {.authkey = "another key, as long as it takes"});
    });
    EXPECT_THAT(refusal_of(by), HasSubstr("is not let in"));
    EXPECT_THROW((void)wrong.get(), authentication_error);
    EXPECT_TRUE(connect(by, {.authkey = key}).first);
}

TEST_P(ListenerAt, GarbageIsAnErrorAndTheListenerGoesOn) {
    listener by{address(), {.authkey = key}};
    const auto garbage = stranger(by, "GET / HTTP/1.1\r\nHost: somebody.example\r\n\r\n\r\n\r\n");
    EXPECT_THAT(refusal_of(by), HasSubstr("is not let in"));
    EXPECT_TRUE(connect(by, {.authkey = key}).first);
}

TEST_P(ListenerAt, StrangerWhoSaysNothingIsEndedAndKeepsNobodyOut) {
    listener by{address(), {.authkey = key, .authentication_limit = 100ms, .most_handshakes = 30}};
    std::vector<os::unique_fd> silent;
    for (int i = 0; i < 20; ++i) silent.push_back(stranger(by, i % 2 == 0 ? "" : "\x16\x03"));
    auto there =
        std::async(std::launch::async, [&] { return client(by.address(), {.authkey = key}); });
    std::optional<connection> here;
    int refused = 0;
    while (!here || refused < 20) { // all of them, and the one that has the key
        try {
            here = by.accept();
        } catch (const authentication_error& error) {
            EXPECT_THAT(error.what(), HasSubstr("within 100 ms"));
            ++refused;
        }
    }
    here->send(1);
    EXPECT_EQ(there.get().receive<int>(), 1);
}

TEST_P(ListenerAt, StrangersMakeRoomForThoseWhoComeLater) {
    listener by{address(),
                {.authkey = key,
                 .authentication_limit = 1h,
                 .most_handshakes = 3,
                 .report_refused = false}};
    std::vector<os::unique_fd> silent;
    for (int i = 0; i < 20; ++i) silent.push_back(stranger(by));
    EXPECT_TRUE(connect(by, {.authkey = key}).first);
}

TEST_P(ListenerAt, AcceptForGivesUp) {
    listener by{address(), {.authkey = key}};
    EXPECT_FALSE(by.accept_for(1ms));
    EXPECT_FALSE(by.accept_for(0ms));
    const auto silent = stranger(by);
    EXPECT_FALSE(by.accept_for(1ms));
}

TEST_P(ListenerAt, CloseWakesAThreadThatAcceptsAndRefusesFurtherOnes) {
    listener by{address(), {.authkey = key}};
    std::thread accepting{[&] { EXPECT_THROW((void)by.accept(), connection_closed); }};
    by.close();
    accepting.join();
    EXPECT_TRUE(by.closed());
    EXPECT_THROW((void)by.accept(), connection_closed);
    EXPECT_THROW((void)client(by.address(), {.authkey = key, .limit = 5s}), connection_error);
}

TEST_P(ListenerAt, AddressOfALiveListenerIsInUse) {
    const listener first{address(), {.authkey = key}};
    EXPECT_THROW((listener{first.address(), {.authkey = key}}), address_in_use);
}

TEST_P(ListenerAt, WaitTellsOfListenersAndConnections) {
    listener by{address(), {.authkey = key}};
    EXPECT_TRUE(wait({by}, 1ms).empty());
    auto there =
        std::async(std::launch::async, [&] { return client(by.address(), {.authkey = key}); });
    EXPECT_EQ(wait({by}, long_enough), (std::vector<std::size_t>{0}));
    auto here = by.accept();
    auto far = there.get();
    EXPECT_TRUE(wait({waitable{by}, waitable{here}}, 1ms).empty());
    EXPECT_FALSE(here.poll(1ms));
    far.send(1);
    EXPECT_EQ(wait({waitable{by}, waitable{here}}, long_enough), (std::vector<std::size_t>{1}));
    EXPECT_TRUE(here.poll());
    // What poll() has decrypted is no more in the socket, and is there all the same.
    EXPECT_EQ(wait({waitable{by}, waitable{here}}, long_enough), (std::vector<std::size_t>{1}));
    EXPECT_EQ(here.receive<int>(), 1);
    EXPECT_FALSE(here.poll());
    EXPECT_TRUE(wait({here}, 1ms).empty());
}

TEST_P(ListenerAt, KilledClientIsAnEnd) {
    listener by{address(), {.authkey = key}};
    process other{forked, [&] {
                      auto to = client(by.address(), {.authkey = key});
                      to.send(1);
                      to.send_bytes(std::vector<std::byte>(32U << 20)); // is read in part
                  }};
    auto here = by.accept();
    EXPECT_EQ(here.receive<int>(), 1);
    EXPECT_TRUE(here.poll(long_enough));
    other.kill();
    (void)other.join();
    EXPECT_THROW((void)here.receive_bytes(), connection_closed);
}

TEST_P(ListenerAt, SendForGivesUpWhenNobodyReads) {
    listener by{address(), {.authkey = key}};
    auto [here, there] = connect(by, {.authkey = key});
    std::vector<int> message(100);
    int sent = 0;
    for (; here.send_for(message, 10ms); ++sent) message[0] = sent + 1;
    for (int i = 0; i < sent; ++i) ASSERT_EQ(there.receive<std::vector<int>>()[0], i);
    EXPECT_FALSE(there.poll());
    here.send(5);
    EXPECT_EQ(there.receive<int>(), 5);
}

// ---- TCP ----

TEST_F(Listener, OverTcpNothingCrossesInTheClear) {
    listener by{"tcp:127.0.0.1:0", {.authkey = key}};
    EXPECT_THROW((listener{"tcp:127.0.0.1:0"}), std::invalid_argument);
    EXPECT_THROW((listener{"tcp:127.0.0.1:0", {.authkey = "fifteen bytes.."}}),
                 std::invalid_argument);
    EXPECT_THROW((void)client(by.address()), std::invalid_argument);
    EXPECT_THROW((void)client(by.address(), {.authkey = "short"}), std::invalid_argument);
}

TEST_F(Listener, OverTcpHandlesAreRefusedAndTheConnectionGoesOn) {
    listener by{"tcp:127.0.0.1:0", {.authkey = key}};
    auto [here, there] = connect(by, {.authkey = key});
    auto [one, other] = pipe();
    try {
        here.send(one);
        FAIL();
    } catch (const codec_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot travel over TCP"));
    }
    EXPECT_THROW(one.send(here), codec_error);
    here.send(1);
    EXPECT_EQ(there.receive<int>(), 1);
}

TEST_F(Listener, OverTcpServerWithoutTheKeyIsNotBelieved) {
    // Plain text, as from another kind of server.
    auto listening = os::listen_tcp({"127.0.0.1", 0}, 5).value();
    const auto port = os::own_name(listening).value().port;
    auto there = std::async(std::launch::async, [&] {
        return client("tcp:127.0.0.1:" + std::to_string(port), {.authkey = key});
    });
    ASSERT_TRUE(os::wait_until(listening.get(), os::readiness::to_read, long_enough));
    auto accepted = os::accept_stream(listening).value();
    const std::string banner = "220 mail.example ESMTP\r\n";
    EXPECT_TRUE(os::send_some(accepted, {std::as_bytes(std::span{banner}), {}}));
    EXPECT_THROW((void)there.get(), authentication_error);
}

TEST_F(Listener, Ipv6AddressesAreWrittenInBrackets) {
    try {
        listener by{"tcp:[::1]:0", {.authkey = key}};
        EXPECT_THAT(by.address(), StartsWith("tcp:[::1]:"));
        EXPECT_TRUE(connect(by, {.authkey = key}).second);
        EXPECT_THAT(by.last_accepted(), StartsWith("tcp:[::1]:"));
    } catch (const connection_error& error) {
        if (error.code() != std::errc::address_not_available &&
            error.code() != std::errc::address_family_not_supported)
            throw;
        GTEST_SKIP() << "no IPv6 here";
    }
}

TEST_F(Listener, ClientOfNobodyIsTold) {
    std::string address;
    {
        const listener gone{"tcp:127.0.0.1:0", {.authkey = key}};
        address = gone.address();
    }
    try {
        (void)client(address, {.authkey = key});
        FAIL();
    } catch (const connection_error& error) {
        EXPECT_EQ(error.code(), std::errc::connection_refused);
    }
    EXPECT_THROW((void)client("tcp:no.such.host.invalid:1", {.authkey = key}), connection_error);
    EXPECT_THROW((void)client("unix:/no/such/folder/socket"), connection_error);
}

// ---- Unix sockets ----

TEST_F(Listener, WithoutAKeyAUnixSocketLetsInWhoMayConnect) {
    listener by{path()};
    auto [here, there] = connect(by, {});
    EXPECT_EQ(by.last_accepted(), "unix:user=" + std::to_string(::geteuid()));
    here.send(1);
    EXPECT_EQ(there.receive<int>(), 1);
}

TEST_F(Listener, ProcessOfAnotherUserIsLetInIfTheOptionSaysSo) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    constexpr uid_t nobody = 65'534;
    for (const bool any_user : {false, true}) {
        listener by{{}, {.any_user = any_user}};
        process other{forked, [&] {
                          if (::setresuid(nobody, nobody, nobody) != 0) ::_exit(2);
                          auto to = client(by.address());
                          to.send(1);
                      }};
        if (any_user) {
            auto from = by.accept();
            EXPECT_EQ(from.receive<int>(), 1);
            EXPECT_EQ(by.last_accepted(), "unix:user=65534");
        } else {
            EXPECT_THAT(refusal_of(by), HasSubstr("another user's"));
        }
        EXPECT_EQ(other.join().success(), any_user);
    }
}

TEST_F(Listener, KeyAtOneEndOnlyIsAnErrorAtOnce) {
    for (const bool is_listeners : {true, false}) {
        listener by{path(), {.authkey = is_listeners ? key : ""}};
        auto there = std::async(std::launch::async, [&] {
            return client(by.address(), {.authkey = is_listeners ? "" : key});
        });
        EXPECT_THAT(refusal_of(by), HasSubstr("key"));
        EXPECT_THROW((void)there.get(), authentication_error);
    }
}

TEST_F(Listener, OverAUnixSocketHandlesTravel) {
    listener by{{}, {.authkey = key}};
    auto [here, there] = connect(by, {.authkey = key});
    const auto memory =
        detail::shared_region::create("test", 100, detail::shared_region::pages::as_used);
    here.send(std::pair{memory, there});
    const auto [received, connection_again] =
        there.receive<std::pair<detail::shared_region, connection>>();
    EXPECT_EQ(received, memory);
    auto third = connection_again;
    here.send(3);
    EXPECT_EQ(third.receive<int>(), 3);
}

TEST_F(Listener, SocketFileIsRemovedAtTheEnd) {
    listener by{path()};
    EXPECT_TRUE(std::filesystem::is_socket(file));
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    auto moved = std::move(by);
    EXPECT_TRUE(std::filesystem::exists(file));
    EXPECT_TRUE(by.closed()); // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_THROW((void)by.accept(), std::logic_error);
    moved.close();
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Listener, SocketFileOfAKilledProcessIsReplaced) {
    auto [here, there] = pipe<int>();
    process first{forked, [&] {
                      const listener by{path()};
                      there.send(1);
                      for (;;) ::pause();
                  }};
    EXPECT_EQ(here.receive(), 1);
    EXPECT_THROW(listener{path()}, address_in_use);
    first.kill();
    (void)first.join();
    EXPECT_TRUE(std::filesystem::exists(file));

    listener second{path()};
    EXPECT_TRUE(connect(second, {}).first);
}

TEST_F(Listener, FileThatIsNoSocketStays) {
    std::ofstream{file} << "text";
    EXPECT_THROW(listener{path()}, address_in_use);
    EXPECT_TRUE(std::filesystem::is_regular_file(file));
}

TEST_F(Listener, FileThatSomebodyElseHasMadeMeanwhileStays) {
    listener first{path()};
    std::filesystem::remove(file);
    const listener second{path()};
    first.close();
    EXPECT_TRUE(std::filesystem::is_socket(file));
}

TEST_F(Listener, ForkLeavesTheFileAlone) {
    listener by{path()};
    process fork{forked, [&] { by.close(); }};
    EXPECT_TRUE(fork.join().success());
    EXPECT_TRUE(std::filesystem::exists(file));
    EXPECT_TRUE(connect(by, {}).first);
}

TEST_F(Listener, ClientDoesNotWaitForeverForAListenerThatDoesNotAccept) {
    const listener by{path()};
    try {
        (void)client(by.address(), {.limit = 20ms});
        FAIL();
    } catch (const connection_error& error) {
        EXPECT_EQ(error.code(), std::errc::timed_out);
    }
}

TEST_F(Listener, AddressesThatAreNoneAreRefused) {
    for (const char* address :
         {"x", "/path", "unix:", "unix:@", "tcp:", "tcp:host", "tcp::80", "tcp:host:", "tcp:host:x",
          "tcp:host:65536", "tcp:host:-1", "http://host:80"})
        EXPECT_THROW((listener{address, {.authkey = key}}), std::invalid_argument) << address;
    EXPECT_THROW(listener{"unix:/" + std::string(107, 'x')}, std::invalid_argument);
}

} // namespace
} // namespace tandem
