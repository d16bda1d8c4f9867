// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/cpu_budget.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "os/cpus.hpp"
#include "os/environment.hpp"
#include "os/text_file.hpp"
#include "runtime/control_groups.hpp"
#include "runtime/kernel_text.hpp"

namespace tandem::runtime {

namespace {

constexpr const char* override_variable = "TANDEM_CPUS";

std::optional<double> quota_of(const control_group& group) {
    std::optional<std::uint64_t> microseconds;
    std::optional<std::uint64_t> period;
    if (group.is_v2) {
        const auto text = os::read_text(group.folder + "/cpu.max"); // "max 100000", "50000 100000"
        std::string_view rest{text};
        microseconds = leading_number(take_up_to(rest, ' '));
        period = leading_number(rest);
    } else {
        // -1 for none, which is no number here.
        microseconds = leading_number(os::read_text(group.folder + "/cpu.cfs_quota_us"));
        if (microseconds)
            period = leading_number(os::read_text(group.folder + "/cpu.cfs_period_us"));
    }
    if (microseconds.value_or(0) == 0 || period.value_or(0) == 0) return std::nullopt;
    return static_cast<double>(*microseconds) / static_cast<double>(*period);
}

struct group_quota {
    double cpus;
    std::string name;
};

std::optional<group_quota> least_quota(const std::string& root) {
    std::optional<group_quota> least;
    for (auto& group : control_groups_for("cpu", root))
        if (const auto cpus = quota_of(group); cpus && (!least || *cpus < least->cpus))
            least = group_quota{*cpus, std::move(group.name)};
    return least;
}

std::optional<int> override_by_user() {
    const auto text = os::environment_variable(override_variable);
    int cpus = 0;
    const auto* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, cpus);
    if (error != std::errc{} || end != last || cpus < 1) return std::nullopt;
    return cpus;
}

std::string as_text(double cpus) {
    char text[32];
    const auto written =
        std::to_chars(std::begin(text), std::end(text), cpus, std::chars_format::general, 3);
    return {std::begin(text), written.ptr};
}

} // namespace

cpu_budget read_cpu_budget(const std::string& root) {
    cpu_budget budget;
    budget.allowed = os::cpus_in_affinity_mask();
    budget.usable = budget.allowed;
    const int online = os::online_cpus();
    budget.why = budget.allowed < online
                     ? "the affinity mask allows " + std::to_string(budget.allowed) + " of " +
                           std::to_string(online) + " processors"
                     : "all " + std::to_string(online) + " processors of the machine";
    if (const auto least = least_quota(root)) {
        budget.quota = least->cpus;
        const auto limit = std::ceil(least->cpus); // half a processor is worth a worker
        if (limit < budget.allowed) {
            budget.usable = std::max(1, static_cast<int>(limit));
            budget.why = "control group " + least->name + " has a quota of " +
                         as_text(least->cpus) + " processors";
        }
    }
    if (const auto cpus = override_by_user()) {
        budget.usable = *cpus;
        budget.why = override_variable + ("=" + std::to_string(*cpus)) + " is set";
    }
    return budget;
}

int usable_cpu_count() {
    if (const auto cpus = override_by_user()) return *cpus;
    return read_cpu_budget().usable;
}

} // namespace tandem::runtime
