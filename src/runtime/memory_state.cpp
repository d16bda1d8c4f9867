// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/memory_state.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

#include "os/memory_object.hpp"
#include "os/text_file.hpp"
#include "runtime/control_groups.hpp"
#include "runtime/kernel_text.hpp"

namespace tandem::runtime {

namespace {

constexpr std::uint64_t kibibyte = 1024;
// v1 writes the largest number of pages for no limit. No machine has that much.
constexpr std::uint64_t no_limit = std::uint64_t{1} << 60;
constexpr unsigned reads_between_searches = 256;

std::uint64_t less(std::uint64_t amount, std::uint64_t taken) {
    return amount > taken ? amount - taken : 0;
}

std::optional<std::uint64_t> number_in(const std::string& path) {
    const auto text = os::read_text(path);
    return text.empty() ? std::nullopt : std::optional{leading_number(text).value_or(no_limit)};
}

/// no_limit if the group has none; nullopt if it cannot have one.
std::optional<std::uint64_t> limit_of(const control_group& group) {
    if (!group.is_v2) return number_in(group.folder + "/memory.limit_in_bytes");
    const auto most = number_in(group.folder + "/memory.max");
    if (!most) return most;
    // Above memory.high processes are not killed, but slowed down until they hardly move.
    return std::min(*most, number_in(group.folder + "/memory.high").value_or(no_limit));
}

/// What the group may still take. nullopt if it does not say what it uses.
std::optional<std::uint64_t> left_in(const control_group& group, std::uint64_t limit) {
    const auto used = leading_number(
        os::read_text(group.folder + (group.is_v2 ? "/memory.current" : "/memory.usage_in_bytes")));
    if (!used) return std::nullopt;
    const auto stat = os::read_text(group.folder + "/memory.stat");
    // In v1 the plain ones leave out what the groups below use.
    const char* active = group.is_v2 ? "active_file" : "total_active_file";
    const char* inactive = group.is_v2 ? "inactive_file" : "total_inactive_file";
    const auto files = number_of(stat, active).value_or(0) + number_of(stat, inactive).value_or(0);
    return less(limit, less(*used, files));
}

memory_state machine_state(const std::string& root) {
    const auto text = os::read_text(root + "/proc/meminfo");
    const auto bytes = [&](std::string_view key) {
        return number_of(text, key).value_or(0) * kibibyte;
    };
    memory_state state;
    state.total = bytes("MemTotal");
    state.swap_total = bytes("SwapTotal");
    state.swap_free = bytes("SwapFree");
    // Kernels and containers that leave it out: what is free, and the files' pages.
    state.available =
        number_of(text, "MemAvailable")
            ? bytes("MemAvailable")
            : less(bytes("MemFree") + bytes("Buffers") + bytes("Cached"), bytes("Shmem"));
    return state;
}

} // namespace

void memory_gauge::find_groups() {
    groups_ = control_groups_for("memory", root_);
    std::erase_if(groups_, [](const control_group& group) { return !limit_of(group); });
}

memory_state memory_gauge::read() {
    if (reads_++ % reads_between_searches == 0) find_groups();
    auto state = machine_state(root_);
    const control_group* tightest = nullptr;
    std::uint64_t its_limit = 0;
    for (const auto& group : groups_) {
        const auto limit = limit_of(group).value_or(no_limit);
        if (limit >= no_limit) continue;
        state.limit = std::min(limit, state.limit.value_or(limit));
        const auto left = left_in(group, limit);
        if (!left || *left >= state.available) continue;
        state.available = *left;
        tightest = &group;
        its_limit = limit;
    }
    const auto available = bytes_in_words(state.available);
    state.why = tightest == nullptr ? "the machine has " + available + " of " +
                                          bytes_in_words(state.total) + " left"
                                    : "control group " + tightest->name + " has " + available +
                                          " of " + bytes_in_words(its_limit) + " left";
    return state;
}

pressure read_pressure(const std::string& of, const std::string& root) {
    const auto text = os::read_text(root + "/proc/pressure/" + of);
    const auto average = [&](std::string_view share) -> std::optional<double> {
        for (std::string_view rest{text}; !rest.empty();) {
            auto line = take_up_to(rest, '\n'); // "some avg10=1.53 avg60=0.87 …"
            if (take_up_to(line, ' ') != share || take_up_to(line, '=') != "avg10") continue;
            double percent = 0;
            const auto [end, error] =
                std::from_chars(line.data(), line.data() + line.size(), percent);
            if (error == std::errc{}) return percent;
        }
        return std::nullopt;
    };
    return {average("some"), average("full")};
}

std::uint64_t available_memory_bytes() {
    static thread_local memory_gauge gauge;
    return gauge.read().available;
}

std::optional<std::uint64_t> resident_bytes(int id) {
    // In pages: size, resident, shared, …
    const auto text = os::read_text("/proc/" + std::to_string(id) + "/statm");
    std::string_view rest{text};
    (void)take_up_to(rest, ' ');
    const auto pages = leading_number(rest);
    if (!pages) return std::nullopt;
    return *pages * os::page_bytes();
}

std::optional<std::uint64_t> peak_resident_bytes(int id) {
    const auto text = os::read_text("/proc/" + std::to_string(id) + "/status");
    const auto kibibytes = number_of(text, "VmHWM");
    if (!kibibytes) return std::nullopt;
    return *kibibytes * kibibyte;
}

} // namespace tandem::runtime
