// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/control_groups.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "os/text_file.hpp"
#include "runtime/kernel_text.hpp"

namespace tandem::runtime {

namespace {

/// A hierarchy that is mounted.
struct group_mount {
    std::string top;    // the group that the mount shows as its root
    std::string folder; // where it is mounted
};

bool lists(std::string_view names, std::string_view wanted) {
    while (!names.empty())
        if (take_up_to(names, ',') == wanted) return true;
    return false;
}

/// Blanks and backslashes are written in mountinfo as \040 and the like.
std::string unescaped(std::string_view text) {
    const auto is_octal = [](char digit) { return digit >= '0' && digit <= '7'; };
    std::string plain;
    while (!text.empty()) {
        const bool escaped =
            text.size() > 3 && text[0] == '\\' && std::ranges::all_of(text.substr(1, 3), is_octal);
        plain +=
            escaped
                ? static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'))
                : text[0];
        text.remove_prefix(escaped ? 4 : 1);
    }
    return plain;
}

/// True if `group` is `top` or below it.
bool is_below(std::string_view group, std::string_view top) {
    if (top == "/") return true;
    return group.starts_with(top) && (group.size() == top.size() || group[top.size()] == '/');
}

/// One line of mountinfo: id, parent, device, root, mount point, options, optional fields, "-",
/// type, source, options of the file system. nullopt unless it mounts the hierarchy.
std::optional<group_mount> mount_in(std::string_view line, std::string_view controller,
                                    bool is_v2) {
    for (int skipped = 0; skipped < 3; ++skipped) (void)take_up_to(line, ' ');
    const auto top = take_up_to(line, ' ');
    const auto folder = take_up_to(line, ' ');
    while (!line.empty() && take_up_to(line, ' ') != "-") {}
    const auto type = take_up_to(line, ' ');
    (void)take_up_to(line, ' ');
    const bool fits = is_v2 ? type == "cgroup2" : type == "cgroup" && lists(line, controller);
    if (!fits || !top.starts_with('/') || !folder.starts_with('/')) return std::nullopt;
    return group_mount{unescaped(top), unescaped(folder)};
}

/// Of several mounts that which shows the most groups above `group`.
std::optional<group_mount> find_mount(std::string_view mounts, std::string_view controller,
                                      std::string_view group, bool is_v2) {
    std::optional<group_mount> best;
    while (!mounts.empty()) {
        auto mount = mount_in(take_up_to(mounts, '\n'), controller, is_v2);
        if (!mount) continue;
        const bool shows = is_below(group, mount->top);
        const bool best_shows = best && is_below(group, best->top);
        if (!best || (shows && (!best_shows || mount->top.size() < best->top.size())))
            best = std::move(mount);
    }
    return best;
}

/// `group` and what is above it, as far as `mount` shows them.
std::vector<control_group> way_up(const group_mount& mount, std::string_view group, bool is_v2) {
    // A group outside of what is mounted: the mount's root is the nearest that can be seen.
    if (!is_below(group, mount.top)) group = mount.top;
    const std::size_t above = mount.top == "/" ? 0 : mount.top.size();
    while (group.ends_with('/')) group.remove_suffix(1);
    std::vector<control_group> groups;
    for (; group.size() > above; group = group.substr(0, group.rfind('/'))) {
        auto folder = mount.folder;
        folder += group.substr(above);
        groups.push_back({std::string{group}, std::move(folder), is_v2});
    }
    groups.push_back({mount.top, mount.folder, is_v2});
    return groups;
}

} // namespace

std::vector<control_group> control_groups_for(std::string_view controller,
                                              const std::string& root) {
    const auto memberships = os::read_text(root + "/proc/self/cgroup");
    const auto mounts = os::read_text(root + "/proc/self/mountinfo");
    std::vector<control_group> groups;
    for (std::string_view rest = memberships; !rest.empty();) {
        auto line = take_up_to(rest, '\n'); // "0::/a/b" for v2, "4:cpu,cpuacct:/a/b" for v1
        const auto number = take_up_to(line, ':');
        const auto controllers = take_up_to(line, ':');
        const bool is_v2 = number == "0" && controllers.empty();
        if (!line.starts_with('/') || (!is_v2 && !lists(controllers, controller))) continue;
        const auto mount = find_mount(mounts, controller, line, is_v2);
        if (!mount) continue;
        for (auto& group : way_up(*mount, line, is_v2)) {
            group.folder.insert(0, root);
            groups.push_back(std::move(group));
        }
    }
    return groups;
}

} // namespace tandem::runtime
