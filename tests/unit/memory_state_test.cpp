// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/memory_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "support/fake_root.hpp"

namespace tandem::runtime {
namespace {

using test::fake_root;
using testing::HasSubstr;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;

constexpr const char* meminfo = "/proc/meminfo";

constexpr const char* eight_gibibytes_free =
    "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n"
    "Buffers:               0 kB\nCached:          8388608 kB\nSwapTotal:       2097152 kB\n"
    "SwapFree:        1048576 kB\nShmem:                 0 kB\n";

TEST(MemoryState, MachineWithoutLimitsHasWhatTheKernelSays) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);

    const auto state = memory_gauge{root.path()}.read();

    EXPECT_EQ(state.total, 16 * gib);
    EXPECT_EQ(state.available, 8 * gib);
    EXPECT_EQ(state.limit, std::nullopt);
    EXPECT_EQ(state.swap_total, 2 * gib);
    EXPECT_EQ(state.swap_free, gib);
    EXPECT_EQ(state.why, "the machine has 8.0 GiB of 16 GiB left");
}

TEST(MemoryState, KernelThatDoesNotCountWhatIsAvailableHasFreeMemoryAndFiles) {
    const fake_root root;
    root.write(meminfo,
               "MemTotal: 4096 kB\nMemFree: 1024 kB\nBuffers: 10 kB\nCached: 1000 kB\n"
               "Shmem: 500 kB\n");

    EXPECT_EQ(memory_gauge{root.path()}.read().available, 1534 * kib);
}

TEST(MemoryState, LimitLeavesWhatIsNotUsedAndWhatFilesUse) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v2("/box");
    root.write("/sys/fs/cgroup/box/memory.max", "4294967296\n");
    root.write("/sys/fs/cgroup/box/memory.high", "max\n");
    root.write("/sys/fs/cgroup/box/memory.current", "3221225472\n");
    root.write("/sys/fs/cgroup/box/memory.stat",
               "anon 2147483648\nfile 1073741824\ninactive_file 536870912\n"
               "active_file 268435456\n");

    const auto state = memory_gauge{root.path()}.read();

    EXPECT_EQ(state.available, gib + 768 * mib);
    EXPECT_EQ(state.limit, 4 * gib);
    EXPECT_EQ(state.why, "control group /box has 1.8 GiB of 4.0 GiB left");
}

TEST(MemoryState, GroupThatLeavesLeastCounts) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v2("/a/b");
    root.write("/sys/fs/cgroup/a/memory.max", "4294967296");     // 1 GiB left
    root.write("/sys/fs/cgroup/a/memory.current", "3221225472"); // others use it, too
    root.write("/sys/fs/cgroup/a/b/memory.max", "2147483648");   // 2 GiB left
    root.write("/sys/fs/cgroup/a/b/memory.current", "0");

    const auto state = memory_gauge{root.path()}.read();

    EXPECT_EQ(state.available, gib);
    EXPECT_EQ(state.limit, 2 * gib);
    EXPECT_THAT(state.why, HasSubstr("control group /a has"));
}

TEST(MemoryState, WhereProcessesAreSlowedDownIsALimit) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v2("/");
    root.write("/sys/fs/cgroup/memory.max", "max");
    root.write("/sys/fs/cgroup/memory.high", "1073741824");
    root.write("/sys/fs/cgroup/memory.current", "0");

    EXPECT_EQ(memory_gauge{root.path()}.read().available, gib);
}

TEST(MemoryState, OldVersionCountsTheFilesOfTheGroupsBelow) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v1("/box");
    root.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    root.write("/sys/fs/cgroup/memory/memory.usage_in_bytes", "99999999999\n");
    root.write("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "2147483648\n");
    root.write("/sys/fs/cgroup/memory/box/memory.usage_in_bytes", "1610612736\n");
    root.write("/sys/fs/cgroup/memory/box/memory.stat",
               "active_file 1\ninactive_file 1\ntotal_inactive_file 268435456\n"
               "total_active_file 268435456\n");

    const auto state = memory_gauge{root.path()}.read();

    EXPECT_EQ(state.available, gib);
    EXPECT_EQ(state.limit, 2 * gib);
}

TEST(MemoryState, GroupOverItsLimitHasNothingLeft) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v2("/");
    root.write("/sys/fs/cgroup/memory.max", "1073741824");
    root.write("/sys/fs/cgroup/memory.current", "2147483648");
    root.write("/sys/fs/cgroup/memory.stat", "inactive_file 4\n");

    EXPECT_EQ(memory_gauge{root.path()}.read().available, 0U);
}

TEST(MemoryState, NonsenseIsNoLimit) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v2("/");
    root.write("/sys/fs/cgroup/memory.current", "0");
    for (const char* text : {"", "\n", "max\n", "none", "-1", "99999999999999999999999"}) {
        root.write("/sys/fs/cgroup/memory.max", text);
        EXPECT_EQ(memory_gauge{root.path()}.read().available, 8 * gib) << text;
    }
}

TEST(MemoryState, GroupThatDoesNotSayWhatItUsesDoesNotCount) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v2("/");
    root.write("/sys/fs/cgroup/memory.max", "1073741824");

    EXPECT_EQ(memory_gauge{root.path()}.read().available, 8 * gib);
}

TEST(MemoryState, NothingToReadIsNothingAvailable) {
    const fake_root root;

    const auto state = memory_gauge{root.path()}.read();

    EXPECT_EQ(state.total, 0U);
    EXPECT_EQ(state.available, 0U);
}

TEST(MemoryState, GaugeSeesALimitThatChanges) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v2("/");
    root.write("/sys/fs/cgroup/memory.max", "max");
    root.write("/sys/fs/cgroup/memory.current", "0");
    memory_gauge gauge{root.path()};
    ASSERT_EQ(gauge.read().available, 8 * gib);

    root.write("/sys/fs/cgroup/memory.max", "1073741824");

    EXPECT_EQ(gauge.read().available, gib);
}

TEST(MemoryState, GaugeFindsTheGroupThatTheProcessIsMovedTo) {
    const fake_root root;
    root.write(meminfo, eight_gibibytes_free);
    root.use_v2("/a");
    root.write("/sys/fs/cgroup/b/memory.max", "1073741824");
    root.write("/sys/fs/cgroup/b/memory.current", "0");
    memory_gauge gauge{root.path()};
    ASSERT_EQ(gauge.read().available, 8 * gib);

    root.use_v2("/b");
    for (int i = 0; i < 256; ++i) (void)gauge.read();

    EXPECT_EQ(gauge.read().available, gib);
}

// ---- pressure

TEST(Pressure, AverageOfTenSecondsIsRead) {
    const fake_root root;
    root.write("/proc/pressure/memory",
               "some avg10=6.93 avg60=18.72 avg300=27.12 total=11599159660\n"
               "full avg10=0.50 avg60=0.00 avg300=0.00 total=0\n");

    const auto waiting = read_pressure("memory", root.path());

    EXPECT_EQ(waiting.some, 6.93);
    EXPECT_EQ(waiting.full, 0.5);
}

TEST(Pressure, KernelThatDoesNotCountItHasNone) {
    const fake_root root;
    EXPECT_EQ(read_pressure("cpu", root.path()).some, std::nullopt);

    for (const char* text : {"", "some\n", "some avg10=\n", "some avg60=1.0\n", "avg10=3\n"}) {
        root.write("/proc/pressure/cpu", text);
        EXPECT_EQ(read_pressure("cpu", root.path()).some, std::nullopt) << text;
    }
}

// ---- processes

TEST(ResidentMemory, IsWhatAProcessHasTouched) {
    constexpr auto size = 64 * mib;
    const auto before = resident_bytes(::getpid());
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);

    const auto with = resident_bytes(::getpid());
    ::munmap(memory, size);
    const auto peak = peak_resident_bytes(::getpid());

    ASSERT_TRUE(before && with && peak);
    // The kernel counts pages in batches, per thread or processor.
    EXPECT_GT(*with, *before + size - 4 * mib);
    EXPECT_GT(*peak, *before + size - 4 * mib);
    EXPECT_LT(*resident_bytes(::getpid()), *with - size / 2);
}

TEST(ResidentMemory, OfAProcessThatIsGoneIsNotKnown) {
    const auto child = ::fork();
    if (child == 0) ::_exit(0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);

    EXPECT_EQ(resident_bytes(child), std::nullopt);
    EXPECT_EQ(peak_resident_bytes(child), std::nullopt);
}

TEST(MemoryState, ThisMachineHasSomeAvailable) { EXPECT_GT(available_memory_bytes(), 16 * mib); }

} // namespace
} // namespace tandem::runtime
