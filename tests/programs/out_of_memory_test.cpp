// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a pool says when the kernel kills a worker for want of memory. Needs a control group of its
// own, which is to be had as root, as a rule.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/control_groups.hpp"
#include "support/program.hpp"
#include "support/until.hpp"

namespace tandem {
namespace {

/// A control group with little memory; `folder()` is empty if there can be none.
class small_group {
public:
    small_group() {
        for (const auto& group : runtime::control_groups_for("memory")) {
            std::error_code failed;
            const auto folder = group.folder + "/tandem-test-" + std::to_string(::getpid());
            if (!std::filesystem::create_directory(folder, failed)) return;
            folder_ = folder;
            const auto* limit = group.is_v2 ? "/memory.max" : "/memory.limit_in_bytes";
            if (std::filesystem::exists(folder + limit) && // else the controller is not on
                (std::ofstream{folder + limit} << (std::size_t{200} << 20) << std::flush))
                return;
            remove();
            return;
        }
    }
    small_group(const small_group&) = delete;
    small_group& operator=(const small_group&) = delete;
    ~small_group() { remove(); }

    [[nodiscard]] const std::string& folder() const { return folder_; }

private:
    void remove() {
        if (folder_.empty()) return;
        EXPECT_TRUE(test::until([&] { return ::rmdir(folder_.c_str()) == 0; })); // once it is empty
        folder_.clear();
    }

    std::string folder_;
};

TEST(OutOfMemory, KilledWorkerIsToldFromOtherKillsAndThePoolGoesOn) {
    const small_group group;
    if (group.folder().empty()) GTEST_SKIP() << "no control group with a limit can be made";
    test::program program{TEST_PROGRAMS "/out_of_memory", {group.folder()}};

    EXPECT_THAT(program.read_line(),
                testing::MatchesRegex("1 the worker ended while it ran item 0 .*: killed by signal "
                                      "9 .SIGKILL. by the kernel, which was out of memory; it had "
                                      "[0-9]+ MiB resident at most"));
    EXPECT_EQ(program.read_line(), "5");
    EXPECT_EQ(program.wait(), 0);
}

} // namespace
} // namespace tandem
