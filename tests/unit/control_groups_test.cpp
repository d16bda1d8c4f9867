// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/control_groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/kernel_text.hpp"
#include "support/fake_root.hpp"

namespace tandem::runtime {
namespace {

using test::fake_root;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr const char* groups_file = "/proc/self/cgroup";
constexpr const char* mounts_file = "/proc/self/mountinfo";

TEST(KernelText, NumberIsReadUpToWhatIsNone) {
    EXPECT_EQ(leading_number("  12 kB"), 12U);
    EXPECT_EQ(leading_number("9223372036854771712\n"), 9'223'372'036'854'771'712U);
}

TEST(KernelText, WhatIsNoNumberIsNone) {
    for (const char* text : {"", "max", "-1", "\n", "99999999999999999999999"})
        EXPECT_EQ(leading_number(text), std::nullopt) << text;
}

TEST(KernelText, KeyIsFoundAsAWholeAtTheBeginningOfALine) {
    const char* text = "total_cache 1\ncache_more 2\nx cache 3\ncache 4\n";

    EXPECT_EQ(number_of(text, "cache"), 4U);
    EXPECT_EQ(number_of(text, "rss"), std::nullopt);
    EXPECT_EQ(number_of("cache", "cache"), std::nullopt);
}

TEST(KernelText, BytesAreInTheLargestUnit) {
    EXPECT_EQ(bytes_in_words(0), "0 bytes");
    EXPECT_EQ(bytes_in_words(1536), "1.5 KiB");
    EXPECT_EQ(bytes_in_words(std::uint64_t{512} << 20), "512 MiB");
    EXPECT_EQ(bytes_in_words(std::uint64_t{1} << 63), "8192 PiB");
}

auto group_is(const fake_root& root, const std::string& name, const std::string& folder,
              bool is_v2) {
    return AllOf(Field("name", &control_group::name, name),
                 Field("folder", &control_group::folder, root.path() + folder),
                 Field("is_v2", &control_group::is_v2, is_v2));
}

TEST(ControlGroups, WayUpIsFollowedToTheRoot) {
    const fake_root root;
    root.use_v2("/user.slice/app");

    EXPECT_THAT(
        control_groups_for("memory", root.path()),
        ElementsAre(group_is(root, "/user.slice/app", "/sys/fs/cgroup/user.slice/app", true),
                    group_is(root, "/user.slice", "/sys/fs/cgroup/user.slice", true),
                    group_is(root, "/", "/sys/fs/cgroup", true)));
}

TEST(ControlGroups, OldVersionHasAHierarchyForEachController) {
    const fake_root root;
    root.use_v1("/a");

    EXPECT_THAT(control_groups_for("cpu", root.path()),
                ElementsAre(group_is(root, "/a", "/sys/fs/cgroup/cpu,cpuacct/a", false),
                            group_is(root, "/", "/sys/fs/cgroup/cpu,cpuacct", false)));
    EXPECT_THAT(control_groups_for("memory", root.path()),
                ElementsAre(group_is(root, "/a", "/sys/fs/cgroup/memory/a", false),
                            group_is(root, "/", "/sys/fs/cgroup/memory", false)));
}

TEST(ControlGroups, BothVersionsMayBeThere) {
    const fake_root root;
    root.write(groups_file, "3:memory:/a\n0::/b\n");
    root.write(mounts_file, std::string{fake_root::v1_mounts} + fake_root::v2_mount);

    EXPECT_THAT(control_groups_for("memory", root.path()),
                ElementsAre(group_is(root, "/a", "/sys/fs/cgroup/memory/a", false),
                            group_is(root, "/", "/sys/fs/cgroup/memory", false),
                            group_is(root, "/b", "/sys/fs/cgroup/b", true),
                            group_is(root, "/", "/sys/fs/cgroup", true)));
}

TEST(ControlGroups, ContainerSeesItsPartOfTheHierarchy) {
    const fake_root root;
    root.write(groups_file, "4:memory:/docker/12ab/task\n");
    root.write(mounts_file, "9 1 0:5 /docker/12ab /sys/fs/cgroup/memory ro - cgroup c ro,memory\n");

    EXPECT_THAT(
        control_groups_for("memory", root.path()),
        ElementsAre(group_is(root, "/docker/12ab/task", "/sys/fs/cgroup/memory/task", false),
                    group_is(root, "/docker/12ab", "/sys/fs/cgroup/memory", false)));
}

TEST(ControlGroups, GroupThatTheMountDoesNotShowHasTheMountsRoot) {
    const fake_root root;
    root.write(groups_file, "0::/docker/12\n");
    root.write(mounts_file, "9 1 0:5 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup2 ro\n");

    EXPECT_THAT(control_groups_for("cpu", root.path()),
                ElementsAre(group_is(root, "/docker/1", "/sys/fs/cgroup", true)));
}

TEST(ControlGroups, MountThatShowsTheMostIsTaken) {
    const fake_root root;
    root.write(groups_file, "0::/a/b\n");
    root.write(mounts_file,
               "1 1 0:5 /elsewhere /mnt/x rw - cgroup2 cgroup2 rw\n"
               "2 1 0:5 /a /mnt/y rw - cgroup2 cgroup2 rw\n"
               "3 1 0:5 / /mnt/z rw - cgroup2 cgroup2 rw\n");

    EXPECT_THAT(
        control_groups_for("cpu", root.path()),
        ElementsAre(group_is(root, "/a/b", "/mnt/z/a/b", true),
                    group_is(root, "/a", "/mnt/z/a", true), group_is(root, "/", "/mnt/z", true)));
}

TEST(ControlGroups, EscapedBlanksInAMountPointAreRead) {
    const fake_root root;
    root.write(groups_file, "0::/\n");
    root.write(mounts_file, "1 1 0:5 / /mnt/two\\040words rw - cgroup2 cgroup2 rw\n");

    EXPECT_THAT(control_groups_for("cpu", root.path()),
                ElementsAre(group_is(root, "/", "/mnt/two words", true)));
}

TEST(ControlGroups, NonsenseIsNoGroup) {
    const fake_root root;
    EXPECT_THAT(control_groups_for("cpu", root.path()), IsEmpty()) << "no files";

    root.write(groups_file, "\n:\n0:\n0::\n0::relative\n::::\nno colon\n4:cpuset:/x\n");
    root.write(mounts_file, "\n-\n1 2\n1 1 0:5 relative /x rw - cgroup2 c rw\n" +
                                std::string{fake_root::v2_mount} + "33 32 0:30 / /c rw - cgroup");

    EXPECT_THAT(control_groups_for("cpu", root.path()), IsEmpty());
}

} // namespace
} // namespace tandem::runtime
