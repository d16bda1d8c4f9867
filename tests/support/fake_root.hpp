// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace tandem::test {

/// A folder that stands for the root of a machine; its files, say of /proc and /sys, are what the
/// test writes. Gone with the object.
class fake_root {
public:
    fake_root() {
        std::string name = std::filesystem::temp_directory_path() / "tandem-root-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp " + name};
        path_ = name;
    }
    fake_root(const fake_root&) = delete;
    fake_root& operator=(const fake_root&) = delete;
    ~fake_root() { std::filesystem::remove_all(path_); }

    void write(const std::string& file, const std::string& text) const {
        const auto full = path_ + file;
        std::filesystem::create_directories(std::filesystem::path{full}.parent_path());
        std::ofstream{full} << text;
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// A machine with cgroup v2, and this process in `group`.
    void use_v2(const std::string& group) const {
        write("/proc/self/cgroup", "0::" + group + "\n");
        write("/proc/self/mountinfo", v2_mount);
    }
    /// The same with v1.
    void use_v1(const std::string& group) const {
        write("/proc/self/cgroup", "5:cpuset:/other\n4:cpu,cpuacct:" + group +
                                       "\n3:memory:" + group + "\n1:name=systemd:/init\n");
        write("/proc/self/mountinfo", v1_mounts);
    }

    static constexpr const char* v2_mount =
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    static constexpr const char* v1_mounts =
        "33 32 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
        "34 32 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
        "35 32 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

private:
    std::string path_;
};

} // namespace tandem::test
