// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Processors on machines that are made up, and all resources of this one.

#include "tandem/resources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "os/topology.hpp"
#include "runtime/cpu_budget.hpp"
#include "support/fake_root.hpp"

namespace tandem::runtime {
namespace {

using test::fake_root;
using testing::HasSubstr;

TEST(CpuBudget, LeastQuotaOnTheWayUpCounts) {
    const fake_root root;
    root.use_v2("/a/b/c");
    root.write("/sys/fs/cgroup/a/cpu.max", "50000 100000\n");
    root.write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    root.write("/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");

    const auto budget = read_cpu_budget(root.path());

    EXPECT_EQ(budget.quota, 0.5);
    EXPECT_EQ(budget.usable, 1);
    if (budget.allowed > 1) {
        EXPECT_EQ(budget.why, "control group /a has a quota of 0.5 processors");
    }
}

TEST(CpuBudget, OldVersionHasTwoFiles) {
    const fake_root root;
    root.use_v1("/a");
    root.write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1\n");
    root.write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
    root.write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "25000\n");
    root.write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");

    EXPECT_EQ(read_cpu_budget(root.path()).quota, 0.25);
}

TEST(CpuBudget, QuotaAboveTheAffinityMaskDoesNotLimit) {
    const fake_root root;
    root.use_v2("/");
    root.write("/sys/fs/cgroup/cpu.max", "100000000 100000\n");

    const auto budget = read_cpu_budget(root.path());

    EXPECT_EQ(budget.quota, 1000.0);
    EXPECT_EQ(budget.usable, budget.allowed);
}

TEST(CpuBudget, NonsenseIsNoQuota) {
    const fake_root root;
    root.use_v2("/");
    for (const char* text :
         {"", "\n", "max", "max 100000", "0 100000", "100000 0", "100000", "-1 5", "a b"}) {
        root.write("/sys/fs/cgroup/cpu.max", text);
        EXPECT_EQ(read_cpu_budget(root.path()).quota, std::nullopt) << text;
    }
}

/// Sets an environment variable, and back.
class variable_set {
public:
    variable_set(const char* name, const char* value) : name_{name} {
        if (const char* old = std::getenv(name)) old_ = old;
        ::setenv(name, value, 1);
    }
    variable_set(const variable_set&) = delete;
    variable_set& operator=(const variable_set&) = delete;
    ~variable_set() {
        if (old_)
            ::setenv(name_, old_->c_str(), 1);
        else
            ::unsetenv(name_);
    }

private:
    const char* name_;
    std::optional<std::string> old_;
};

TEST(CpuBudget, VariableOverridesAll) {
    const fake_root root;
    root.use_v2("/");
    root.write("/sys/fs/cgroup/cpu.max", "50000 100000\n");
    const variable_set set{"TANDEM_CPUS", "7"};

    EXPECT_EQ(read_cpu_budget(root.path()).usable, 7);
    EXPECT_EQ(read_cpu_budget(root.path()).why, "TANDEM_CPUS=7 is set");
    EXPECT_EQ(usable_cpus(), 7);
}

TEST(CpuBudget, VariableThatIsNoNumberOfProcessorsIsIgnored) {
    const auto usable = [] {
        const variable_set unset{"TANDEM_CPUS", ""};
        return usable_cpus();
    }();
    for (const char* text : {"0", "-3", "two", "4x", "99999999999"}) {
        const variable_set set{"TANDEM_CPUS", text};
        EXPECT_EQ(usable_cpus(), usable) << text;
    }
}

TEST(CpuBudget, AffinityMaskCounts) {
    const variable_set unset{"TANDEM_CPUS", ""};
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);

    const auto report = resources();
    ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);

    EXPECT_EQ(report.processors.allowed, 1);
    EXPECT_EQ(report.processors.usable, 1);
    EXPECT_EQ(report.hardware.allowed_cores, 1);
    if (report.processors.online > 1) {
        EXPECT_THAT(report.processors.why, HasSubstr("affinity mask allows 1 of "));
    }
}

// ---- this machine

TEST(Resources, NumbersOfThisMachineFitTogether) {
    const variable_set unset{"TANDEM_CPUS", ""};
    const auto report = resources();

    EXPECT_EQ(report.processors.online, cpu_count());
    EXPECT_EQ(report.processors.usable, usable_cpus());
    EXPECT_LE(report.processors.usable, report.processors.allowed);
    EXPECT_LE(report.processors.allowed, report.processors.online);
    EXPECT_FALSE(report.processors.why.empty());
    EXPECT_GT(report.memory.total_bytes, std::uint64_t{16} << 20);
    EXPECT_GT(report.memory.available_bytes, 0U);
    EXPECT_LE(report.memory.available_bytes, report.memory.total_bytes);
    EXPECT_FALSE(report.memory.why.empty());
}

TEST(Resources, HardwareOfThisMachineIsKnown) {
    const auto hardware = resources().hardware;

    EXPECT_GE(hardware.cores, 1);
    EXPECT_LE(hardware.cores, cpu_count());
    EXPECT_LE(hardware.allowed_cores, hardware.cores);
    EXPECT_GE(hardware.packages, 1);
    EXPECT_GE(hardware.numa_nodes, 1);
}

TEST(Resources, HardwareOfAnotherMachineIsKnown) {
    // What hwloc makes up when it is told to: 2 packages with 4 cores of 2 threads each.
    const variable_set set{"HWLOC_SYNTHETIC",
                           "pack:2 [numa] l3:1(size=33554432) core:4 l1d:1(size=32768) pu:2"};

    const auto topology = os::read_topology();

    ASSERT_TRUE(topology.has_value()) << topology.error();
    EXPECT_EQ(topology->packages, 2);
    EXPECT_EQ(topology->numa_nodes, 2);
    EXPECT_EQ(topology->cores, 8);
    ASSERT_EQ(topology->caches.size(), 2U);
    EXPECT_EQ(topology->caches[0].level, 1);
    EXPECT_EQ(topology->caches[0].bytes, 32768U);
    EXPECT_EQ(topology->caches[0].count, 8);
    EXPECT_EQ(topology->caches[1].level, 3);
    EXPECT_EQ(topology->caches[1].count, 2);
}

TEST(Resources, MayBeCalledFromManyThreads) {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i)
        callers.emplace_back([] { EXPECT_GE(resources().processors.usable, 1); });
}

} // namespace
} // namespace tandem::runtime
