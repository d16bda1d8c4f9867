// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/oom_watch.hpp"

#include "os/text_file.hpp"
#include "runtime/control_groups.hpp"
#include "runtime/kernel_text.hpp"

namespace tandem::runtime {

namespace {

constexpr std::chrono::seconds between_looks{1};
constexpr std::chrono::seconds stays_fresh{2}; // from the kill to the news of the worker's end

/// The file with the count of kills: "oom_kill 3" on a line of its own.
std::string find_count(const std::string& root) {
    for (const auto& group : control_groups_for("memory", root)) {
        auto file = group.folder + (group.is_v2 ? "/memory.events" : "/memory.oom_control");
        if (number_of(os::read_text(file), "oom_kill")) return file;
        if (!group.is_v2) break; // groups above count what was killed in themselves only
    }
    return root + "/proc/vmstat";
}

} // namespace

void oom_watch::look(time now) {
    if (now - looked_at_ >= between_looks) count_kills(now);
}

bool oom_watch::take_kill(time now) {
    count_kills(now);
    if (fresh_ == 0) return false;
    --fresh_;
    return true;
}

void oom_watch::count_kills(time now) {
    looked_at_ = now;
    const bool is_first = file_.empty();
    if (is_first) file_ = find_count(root_);
    if (now - fresh_since_ > stays_fresh) fresh_ = 0;
    const auto count = number_of(os::read_text(file_), "oom_kill").value_or(counted_);
    if (count > counted_ && !is_first) {
        fresh_ += count - counted_;
        fresh_since_ = now;
    }
    counted_ = count;
}

} // namespace tandem::runtime
