// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Memory that a program in Python shares with this one, in both directions.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/fd_census.hpp"
#include "support/memory_name.hpp"
#include "support/program.hpp"
#include "tandem/shareable_list.hpp"
#include "tandem/shared_array.hpp"
#include "tandem/shared_memory.hpp"

namespace tandem {
namespace {

using item = shareable_list::item;

constexpr const char* python = "/usr/bin/python3";

/// Before Python 3.13, who only opens a name takes it for its own, and removes it at its end.
constexpr const char* opening = R"(
import struct, sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory, ShareableList
name = sys.argv[1]
def leave(memory):
    resource_tracker.unregister(memory._name, 'shared_memory')
    memory.close()
)";

class PythonMemory : public test::fd_census {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(python)) GTEST_SKIP() << "there is no " << python;
        fd_census::SetUp();
    }
    void TearDown() override {
        if (!IsSkipped()) fd_census::TearDown();
    }

    /// What the script prints. It has the name in `name`.
    static std::string run(const std::string& script, const test::memory_name& name) {
        test::program started{python, {"-c", opening + script, name.text()}};
        auto printed = started.read_all();
        EXPECT_EQ(started.wait(), 0) << printed;
        return printed;
    }
};

TEST_F(PythonMemory, OfThisProgramIsReadAndWrittenInPython) {
    const test::memory_name name;
    const auto made = shared_memory::create(name.text(), 5000);
    made.bytes()[4999] = std::byte{41};

    const auto printed = run(R"(
memory = SharedMemory(name)
print(memory.size, memory.buf[4999])
memory.buf[4999] += 1
leave(memory)
)",
                             name);

    EXPECT_EQ(printed, "5000 41\n");
    EXPECT_EQ(made.bytes()[4999], std::byte{42});
}

TEST_F(PythonMemory, OfPythonIsReadAndWrittenHere) {
    const test::memory_name name;
    EXPECT_EQ(run(R"(
memory = SharedMemory(name, create=True, size=24)
struct.pack_into('ddd', memory.buf, 0, 1.5, 2.5, 3.5)
leave(memory)
)",
                  name),
              "");
    {
        const auto numbers = shared_array<double>::in(shared_memory::open(name.text()));
        ASSERT_EQ(numbers.size(), 3U);
        EXPECT_EQ(numbers[2], 3.5);
        numbers[0] = numbers[1] + numbers[2];
    }
    EXPECT_EQ(run(R"(
memory = SharedMemory(name)
print(struct.unpack_from('d', memory.buf)[0])
memory.close()
memory.unlink()
)",
                  name),
              "6.0\n");
    EXPECT_FALSE(name.is_there());
}

TEST_F(PythonMemory, NameThatPythonHasRemovedIsNoErrorHere) {
    const test::memory_name name;
    {
        const auto made = shared_memory::create(name.text(), 1);
        EXPECT_EQ(run("memory = SharedMemory(name)\nmemory.close()\nmemory.unlink()\n", name), "");
        EXPECT_FALSE(name.is_there());
        EXPECT_FALSE(made.unlink());
    }
    EXPECT_FALSE(name.is_there());
}

TEST_F(PythonMemory, ListOfThisProgramIsReadAndWrittenInPython) {
    const test::memory_name name;
    const auto made =
        shareable_list::create(name.text(), {1, -2.5, true, std::monostate{}, "größer", "12345678",
                                             std::vector{std::byte{1}, std::byte{255}}, ""});

    const auto printed = run(R"(
items = ShareableList(name=name)
print(list(items), items.format)
items[0], items[1], items[2], items[3] = 2**62, None, 'eight by', False
items[4], items[5], items[6], items[7] = b'\xff', 'ä' * 8, 0.25, -7
leave(items.shm)
)",
                             name);

    EXPECT_EQ(printed,
              "[1, -2.5, True, None, 'größer', '12345678', b'\\x01\\xff', ''] "
              "qdxxxxxxx?xxxxxx?x16s16s8s8s\n");
    EXPECT_EQ(std::vector<item>(made.begin(), made.end()),
              (std::vector<item>{std::int64_t{1} << 62, std::monostate{}, "eight by", false,
                                 std::vector{std::byte{255}}, "ääääääää", 0.25, -7}));
}

TEST_F(PythonMemory, ListOfPythonIsReadAndWrittenHere) {
    const test::memory_name name;
    EXPECT_EQ(run(R"(
items = ShareableList([1, -2.5, True, None, 'text', '12345678', b'\x01\xff', ''], name=name)
leave(items.shm)
)",
                  name),
              "");
    {
        const auto opened = shareable_list::open(name.text());
        EXPECT_EQ(std::vector<item>(opened.begin(), opened.end()),
                  (std::vector<item>{1, -2.5, true, std::monostate{}, "text", "12345678",
                                     std::vector{std::byte{1}, std::byte{255}}, ""}));
        opened.set(0, "changed!");
        opened.set(1, true);
        opened.set(2, std::monostate{});
        opened.set(3, -1);
        opened.set(4, std::vector{std::byte{9}});
        opened.set(5, std::string(16, 'x'));
        opened.set(6, 0.5);
        opened.set(7, false);
    }
    EXPECT_EQ(run(R"(
items = ShareableList(name=name)
print(list(items), items.count(True), items.index(-1))
items.shm.close()
items.shm.unlink()
)",
                  name),
              "['changed!', True, None, -1, b'\\t', 'xxxxxxxxxxxxxxxx', 0.5, False] 1 3\n");
}

} // namespace
} // namespace tandem
