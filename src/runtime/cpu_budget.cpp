// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Processors that this process may use: the least of its affinity mask and of the cgroup quotas on
// the way up from its own group, unless TANDEM_CPUS says otherwise.
// Source  cgroup v2: Documentation/admin-guide/cgroup-v2.rst, cpu.max; v1: cpu.cfs_quota_us.

#include "runtime/cpu_budget.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "os/cpus.hpp"

namespace tandem::runtime {

namespace {

constexpr const char* v2_root = "/sys/fs/cgroup";
constexpr const char* v1_root = "/sys/fs/cgroup/cpu";

std::optional<double> quota(double microseconds, double period) {
    if (microseconds <= 0 || period <= 0) return std::nullopt;
    return microseconds / period;
}

std::optional<double> quota_v2(const std::filesystem::path& group) {
    std::istringstream line{os::first_line(group / "cpu.max")}; // "max 100000" or "150000 100000"
    double microseconds = 0;
    double period = 0;
    line >> microseconds >> period;
    return quota(microseconds, period);
}

std::optional<double> quota_v1(const std::filesystem::path& group) {
    const auto number = [&](const char* file) {
        return std::strtod(os::first_line(group / file).c_str(), nullptr);
    };
    return quota(number("cpu.cfs_quota_us"), number("cpu.cfs_period_us"));
}

/// The least quota from `group` up to `root`.
template <class Read>
double least_on_the_way(const std::string& root, const std::string& group, Read read) {
    double least = std::numeric_limits<double>::infinity();
    auto path = std::filesystem::path{group}.relative_path();
    for (;;) {
        if (const auto cpus = read(root / path)) least = std::min(least, *cpus);
        if (path.empty()) return least;
        path = path.parent_path();
    }
}

double cgroup_limit() {
    double least = std::numeric_limits<double>::infinity();
    std::ifstream groups{"/proc/self/cgroup"}; // "0::/a/b" for v2, "4:cpu,cpuacct:/a/b" for v1
    for (std::string line; std::getline(groups, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const auto group = line.substr(second + 1);
        if (controllers == ",,")
            least = std::min(least, least_on_the_way(v2_root, group, quota_v2));
        else if (controllers.find(",cpu,") != std::string::npos)
            least = std::min(least, least_on_the_way(v1_root, group, quota_v1));
    }
    return least;
}

std::optional<int> override_by_user() {
    const char* variable = std::getenv("TANDEM_CPUS");
    if (variable == nullptr) return std::nullopt;
    const std::string_view text{variable};
    int cpus = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpus);
    if (error != std::errc{} || end != text.data() + text.size() || cpus < 1) return std::nullopt;
    return cpus;
}

} // namespace

int usable_cpu_count() {
    if (const auto cpus = override_by_user()) return *cpus;
    const int allowed = os::cpus_in_affinity_mask();
    const auto limit = std::ceil(cgroup_limit()); // half a processor is worth a worker
    return limit < allowed ? std::max(1, static_cast<int>(limit)) : allowed;
}

} // namespace tandem::runtime
