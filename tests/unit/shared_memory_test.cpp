// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/shared_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <tuple>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/memory_name.hpp"
#include "tandem/process.hpp"
#include "tandem/process_result.hpp"

namespace tandem {
namespace {

using test::memory_name;
using testing::HasSubstr;

constexpr std::byte mark{42};

/// What the call is refused with; no error if it is not.
template <class Call>
std::error_code refusal_of(Call call, std::string* message = nullptr) {
    try {
        call();
    } catch (const resource_error& refused) {
        if (message != nullptr) *message = refused.what();
        return refused.code();
    }
    return {};
}

class SharedMemory : public test::fd_census {};

TEST_F(SharedMemory, WithoutANameStartsAsZerosAndIsSharedByItsHandles) {
    const shared_memory made{5000};
    ASSERT_EQ(made.size(), 5000U);
    EXPECT_TRUE(made.name().empty());
    for (const auto byte : made.bytes()) EXPECT_EQ(byte, std::byte{0});

    const auto received = test::cross(made);
    received.bytes()[4999] = mark;
    EXPECT_EQ(made.bytes()[4999], mark);
    EXPECT_EQ(received, made);
    EXPECT_NE(shared_memory{5000}, made);
}

TEST_F(SharedMemory, NoMemoryIsAHandleToo) {
    const shared_memory none;
    EXPECT_FALSE(none);
    EXPECT_EQ(none.size(), 0U);
    EXPECT_FALSE(none.unlink());
    EXPECT_FALSE(decode<shared_memory>(encode(none)));
}

TEST_F(SharedMemory, NoBytesAreRefused) {
    const memory_name name;
    EXPECT_THROW(shared_memory{0}, std::invalid_argument);
    EXPECT_THROW((void)shared_memory::create(name.text(), 0), std::invalid_argument);
    EXPECT_FALSE(name.is_there());
}

TEST_F(SharedMemory, AForkOfTheProcessWritesToIt) {
    const shared_memory made{1};
    const process writer{forked, [&] { made.bytes()[0] = mark; }};
    EXPECT_TRUE(writer.join().success());
    EXPECT_EQ(made.bytes()[0], mark);
}

TEST_F(SharedMemory, WhatCannotBeHadIsAnError) {
    const memory_name name;
    const auto far_too_much = std::size_t{1} << 62;
    EXPECT_EQ(refusal_of([&] { shared_memory{far_too_much}; }), std::errc::not_enough_memory);

    std::string message;
    const auto create = [&] { (void)shared_memory::create(name.text(), far_too_much); };
    EXPECT_EQ(refusal_of(create, &message), std::errc::not_enough_memory);
    EXPECT_THAT(message, HasSubstr("/dev/shm"));
    EXPECT_THAT(message, HasSubstr(std::to_string(far_too_much)));
    EXPECT_FALSE(name.is_there());
}

/// Exit codes of the processes below.
enum : int { as_expected = 0, otherwise = 1, not_permitted = 2 };

TEST_F(SharedMemory, ALimitOfFileSizesIsAnErrorAndNoSignal) {
    const memory_name name;
    process_result<int> limited{
        forked, [&] {
            const rlimit one_page{4096, 4096};
            ::setrlimit(RLIMIT_FSIZE, &one_page);
            const auto code = refusal_of([&] { (void)shared_memory::create(name.text(), 8192); });
            return code == std::errc::file_too_large ? as_expected : otherwise;
        }};
    EXPECT_EQ(limited.get(), as_expected);
    EXPECT_FALSE(name.is_there());
}

/// With a /dev/shm of 64 KiB of its own.
int create_in_little_room() {
    if (::unshare(CLONE_NEWNS) == -1 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == -1 ||
        ::mount("none", "/dev/shm", "tmpfs", 0, "size=64k") == -1)
        return not_permitted;
    const auto fits = shared_memory::create("fits", 4096);
    std::string message;
    const auto create = [] { (void)shared_memory::create("does-not", 65536); };
    if (refusal_of(create, &message) != std::errc::no_space_on_device) return otherwise;
    const bool tells = message.find("/dev/shm, where 61440 are free") != std::string::npos;
    return tells && !std::filesystem::exists("/dev/shm/does-not") ? as_expected : otherwise;
}

TEST_F(SharedMemory, NoRoomForNamesIsAnErrorThatTellsHowMuchThereIs) {
    process_result<int> cramped{forked, create_in_little_room};
    const auto found = cramped.get();
    if (found == not_permitted) GTEST_SKIP() << "needs leave to mount a file system";
    EXPECT_EQ(found, as_expected);
}

TEST_F(SharedMemory, IsFoundByItsNameInTheSizeAskedFor) {
    const memory_name name;
    const auto made = shared_memory::create(name.text(), 5000);
    EXPECT_EQ(made.name(), name.text());
    made.bytes()[4999] = mark;

    const auto opened = shared_memory::open(name.text());
    EXPECT_EQ(opened.size(), 5000U);
    EXPECT_EQ(opened.name(), name.text());
    EXPECT_EQ(opened.bytes()[4999], mark);
    EXPECT_EQ(opened, made);
}

TEST_F(SharedMemory, OfAnotherProcessIsFoundByItsName) {
    const memory_name name;
    process_result<int> maker{forked, [&] {
                                  const auto made = shared_memory::create(name.text(), 1);
                                  made.keep();
                                  made.bytes()[0] = mark;
                                  return 0;
                              }};
    EXPECT_EQ(maker.get(), 0);
    EXPECT_EQ(shared_memory::open(name.text()).bytes()[0], mark);
}

TEST_F(SharedMemory, NameIsTakenOnlyOnce) {
    const memory_name name;
    const auto made = shared_memory::create(name.text(), 1);
    std::string message;
    const auto again = [&] { (void)shared_memory::create(name.text(), 1); };
    EXPECT_EQ(refusal_of(again, &message), std::errc::file_exists);
    EXPECT_THAT(message, HasSubstr(name.text()));
    EXPECT_TRUE(name.is_there());
}

TEST_F(SharedMemory, NameThatNobodyHasMadeIsAnError) {
    std::string message;
    const auto open = [] { (void)shared_memory::open("tandem-test-nobody"); };
    EXPECT_EQ(refusal_of(open, &message), std::errc::no_such_file_or_directory);
    EXPECT_THAT(message, HasSubstr("\"tandem-test-nobody\""));
}

TEST_F(SharedMemory, NameThatCannotBeOneIsRefused) {
    for (const auto& bad :
         {std::string{}, std::string{"/slash"}, std::string{"sla/sh"}, std::string{"."},
          std::string{".."}, std::string("a\0b", 3), std::string(255, 'n')}) {
        EXPECT_THROW((void)shared_memory::create(bad, 1), std::invalid_argument) << bad;
        EXPECT_THROW((void)shared_memory::open(bad), std::invalid_argument) << bad;
    }
}

TEST_F(SharedMemory, NameMayHave254Bytes) {
    const memory_name start;
    const auto name = start.text() + std::string(254 - start.text().size(), 'n');
    const auto made = shared_memory::create(name, 1);
    EXPECT_EQ(shared_memory::open(name), made);
}

TEST_F(SharedMemory, NameThatNobodyHasIsChosen) {
    const auto one = shared_memory::create(1);
    const auto other = shared_memory::create(1);
    EXPECT_THAT(one.name(), testing::MatchesRegex("psm_[0-9a-f]+"));
    EXPECT_EQ(one.name().size(), 12U);
    EXPECT_NE(one.name(), other.name());
    EXPECT_EQ(shared_memory::open(one.name()), one);
}

TEST_F(SharedMemory, NameGoesWithTheLastHandleOfItsMaker) {
    const memory_name name;
    auto made = shared_memory::create(name.text(), 1);
    auto opened = shared_memory::open(name.text());
    auto received = test::cross(made);
    EXPECT_EQ(received.name(), name.text());
    {
        const auto copy = std::exchange(made, {});
        EXPECT_TRUE(name.is_there());
    }
    EXPECT_FALSE(name.is_there());
    opened.bytes()[0] = mark;
    EXPECT_EQ(received.bytes()[0], mark);
}

TEST_F(SharedMemory, OpenedOneLeavesTheNameAlone) {
    const memory_name name;
    const auto made = shared_memory::create(name.text(), 1);
    (void)shared_memory::open(name.text());
    (void)test::cross(made);
    EXPECT_TRUE(name.is_there());
}

TEST_F(SharedMemory, ForkOfTheMakerLeavesTheNameAlone) {
    const memory_name name;
    auto made = shared_memory::create(name.text(), 1);
    const process dropper{forked, [&] { made = {}; }};
    EXPECT_TRUE(dropper.join().success());
    EXPECT_TRUE(name.is_there());
}

TEST_F(SharedMemory, KeptNameStays) {
    const memory_name name;
    shared_memory::create(name.text(), 7).keep();
    EXPECT_EQ(shared_memory::open(name.text()).size(), 7U);
}

TEST_F(SharedMemory, NameOfAKilledMakerStaysAndCanBeRemoved) {
    const memory_name name;
    const process maker{forked, [&] {
                            const auto made = shared_memory::create(name.text(), 1);
                            ::raise(SIGKILL);
                        }};
    (void)maker.join();
    EXPECT_TRUE(shared_memory::open(name.text()).unlink());
    EXPECT_FALSE(name.is_there());
}

TEST_F(SharedMemory, RemovedNameCanBeHadAgainAndIsNotRemovedTwice) {
    const memory_name name;
    const auto opened = [&] {
        const auto first = shared_memory::create(name.text(), 1);
        EXPECT_TRUE(first.unlink());
        EXPECT_FALSE(first.unlink());
        const auto second = shared_memory::create(name.text(), 2);
        second.keep();
        EXPECT_FALSE(first.unlink());
        EXPECT_NE(first, second);
        return shared_memory::open(name.text());
    }();
    EXPECT_TRUE(name.is_there());
    EXPECT_EQ(opened.size(), 2U);
}

TEST_F(SharedMemory, HandleOfARemovedNameCrosses) {
    const memory_name name;
    const auto made = shared_memory::create(name.text(), 1);
    EXPECT_TRUE(made.unlink());
    EXPECT_EQ(test::cross(made), made);
}

TEST_F(SharedMemory, HandleOfANameGoesToAProcessThatLeavesTheNameAlone) {
    const memory_name name;
    const auto made = shared_memory::create(name.text(), 1);
    const process writer{[](const shared_memory& received, const std::string& expected) {
                             if (received.name() == expected) received.bytes()[0] = mark;
                         },
                         made, name.text()};
    EXPECT_TRUE(writer.join().success());
    EXPECT_EQ(made.bytes()[0], mark);
    EXPECT_TRUE(name.is_there());
}

TEST_F(SharedMemory, MemoryThatItsMakerHasNotSizedYetIsAnError) {
    const memory_name name;
    std::ofstream{name.path()}.flush();
    EXPECT_EQ(refusal_of([&] { (void)shared_memory::open(name.text()); }),
              std::errc::resource_unavailable_try_again);
}

TEST_F(SharedMemory, OpeningReservesWhatItsMakerHasNot) {
    constexpr std::size_t bytes = std::size_t{1} << 20;
    const memory_name name;
    std::ofstream{name.path()}.put('x').flush();
    std::filesystem::resize_file(name.path(), bytes);

    const auto opened = shared_memory::open(name.text());

    struct stat info{};
    ASSERT_EQ(::stat(name.path().c_str(), &info), 0);
    EXPECT_EQ(static_cast<std::size_t>(info.st_blocks) * 512, bytes);
    EXPECT_EQ(opened.bytes()[0], std::byte{'x'});
}

TEST_F(SharedMemory, ResizedMemoryIsMappedAnew) {
    const memory_name name;
    const auto made = shared_memory::create(name.text(), 4096);
    std::filesystem::resize_file(name.path(), 8192);
    const auto opened = shared_memory::open(name.text());
    EXPECT_EQ(opened.size(), 8192U);
    made.bytes()[0] = mark;
    EXPECT_EQ(opened.bytes()[0], mark);
}

TEST_F(SharedMemory, DirectoryIsNoMemory) {
    const memory_name name;
    std::filesystem::create_directory(name.path());
    EXPECT_TRUE(refusal_of([&] { (void)shared_memory::open(name.text()); }));
    EXPECT_EQ(refusal_of([&] { (void)shared_memory::create(name.text(), 1); }),
              std::errc::file_exists);
}

TEST_F(SharedMemory, ForgedNameIsRefused) {
    using detail::shared_region;
    const auto object = shared_region::create("test", 1, shared_region::pages::reserved).object();
    EXPECT_THROW((void)test::cross_as<shared_memory>(std::tuple{std::string{"a/b"}, object}),
                 codec_error);
}

} // namespace
} // namespace tandem
