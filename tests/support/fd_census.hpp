// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <unistd.h>

namespace tandem::test {

/// The open descriptors of this process, and what they show.
inline std::map<int, std::string> open_descriptors() {
    std::map<int, std::string> open;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        std::error_code gone; // the directory's own descriptor
        const auto target = std::filesystem::read_symlink(entry.path(), gone);
        if (!gone) open[std::stoi(entry.path().filename())] = target;
    }
    std::erase_if(open, [](const auto& fd) { return fd.second.starts_with("/proc/"); });
    // One page of a process that has ended is kept for the next one.
    const auto spare = std::ranges::find_if(
        open, [](const auto& fd) { return fd.second.starts_with("/memfd:tandem-process"); });
    if (spare != open.end()) open.erase(spare);
    return open;
}

/// True while process `id` runs. One that has ended but that nobody has reaped does not: for an
/// orphan that is up to the machine's init.
inline bool is_running(int id) {
    std::ifstream stat{"/proc/" + std::to_string(id) + "/stat"};
    std::string line;
    if (!std::getline(stat, line)) return false;
    const char state = line.at(line.rfind(')') + 2);
    return state != 'Z' && state != 'X';
}

/// Processes whose parent is `parent` and that have not ended (zombies have, but are not reaped),
/// without the spare one that a forkserver keeps for the next start.
inline int count_children(int parent, bool with_zombies = true) {
    int children = 0;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        std::ifstream stat{entry.path() / "stat"};
        std::string line;
        if (!std::getline(stat, line) || line.find("(tandem-spare)") != line.npos) continue;
        const auto fields = line.substr(line.rfind(')') + 2); // "S 123 …": state, parent
        if (std::stoi(fields.substr(2)) == parent && (with_zombies || fields[0] != 'Z')) ++children;
    }
    return children;
}

/// Fails a test that leaves a descriptor or a child behind. The one child that may stay is the
/// program's forkserver with its socket: a fixture starts it before it counts.
class fd_census : public testing::Test {
protected:
    void SetUp() override {
        start_forkserver();
        before_ = open_descriptors();
        children_ = count_children(::getpid());
    }
    void TearDown() override {
        EXPECT_EQ(open_descriptors(), before_);
        EXPECT_EQ(count_children(::getpid()), children_);
    }

    virtual void start_forkserver();

private:
    std::map<int, std::string> before_;
    int children_ = 0;
};

} // namespace tandem::test
