// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/backtrace.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "os/function_names.hpp"

namespace tandem::runtime {

namespace {

/// The path at `place`, if a whole one lies there.
std::optional<std::string_view> path_at(const os::crash_note& note, std::uint32_t place) {
    const auto used = std::min<std::size_t>(note.path_bytes, note.paths.size());
    if (place >= used) return std::nullopt;
    const std::string_view rest{note.paths.data() + place, used - place};
    const auto end = rest.find('\0');
    if (end == rest.npos) return std::nullopt;
    return rest.substr(0, end);
}

/// Fills in the frames at `places`, which lie in one module: the program itself if its path is
/// empty.
void name_module(std::vector<stack_frame>& frames, const std::string& module,
                 const std::vector<std::size_t>& places) {
    std::vector<std::uint64_t> offsets;
    offsets.reserve(places.size());
    for (const auto place : places) offsets.push_back(frames[place].offset);
    // The file that runs, whatever lies under its name by now.
    auto names = os::function_names(module.empty() ? os::running_program : module, offsets);
    const auto shown = module.empty() ? os::running_program_path() : module;
    auto name = names.begin();
    for (const auto place : places) {
        frames[place].module = shown;
        frames[place].function = std::move(*name++);
    }
}

} // namespace

std::vector<stack_frame> read_backtrace(const os::crash_note& shared, const exit_status& end) {
    if (!end.signal()) return {};
    // A copy: a process that the worker left behind may still write to it.
    const auto note = std::make_unique<os::crash_note>(shared);
    if (note->signal != *end.signal()) return {};
    std::vector<stack_frame> frames(std::min<std::size_t>(note->frames_noted, note->frames.size()));
    std::map<std::string, std::vector<std::size_t>> places; // of frames, by module
    for (std::size_t i = 0; i < frames.size(); ++i) {
        frames[i].offset = note->frames[i].offset;
        if (const auto path = path_at(*note, note->frames[i].path))
            places[std::string{*path}].push_back(i);
    }
    for (const auto& [module, of_module] : places) name_module(frames, module, of_module);
    return frames;
}

} // namespace tandem::runtime
