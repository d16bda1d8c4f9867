// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/surroundings.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "os/directory.hpp"
#include "os/environment.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "runtime/self.hpp"
#include "runtime/slot_budget.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

using launch::descriptor_use;

template <class T>
T opened(os::result<T>&& made, const std::string& name, const std::string& doing) {
    if (!made)
        throw launch_error{"starting process " + name + ": " + doing + ": " +
                           made.error().message()};
    return *std::move(made);
}

struct stream_place {
    descriptor_use use;
    int number;
    const char* name;
    bool is_input;
};

/// Puts the descriptor for a standard stream into `start`, if it needs one.
void set_stream(launch::child_start& start, const stream_place& place,
                const standard_stream& stream, bool forks) {
    using target = standard_stream::target;
    const auto open = [&](const std::string& path, os::file_use use) {
        start.descriptors.set(
            place.use, opened(os::open_file(path, place.is_input ? os::file_use::read : use),
                              start.settings.name, "opening " + path + " for " + place.name));
    };
    switch (stream.kind()) {
        case target::inherited:
            // A fork has it. One that is closed here leads to where it does in the forkserver.
            if (!forks && os::is_open(place.number))
                start.descriptors.lend(place.use, place.number);
            return;
        case target::null:
            // The forkserver's own standard input leads there already.
            if (forks || !place.is_input) open("/dev/null", os::file_use::append);
            return;
        case target::file:
            return open(stream.path(), os::file_use::overwrite);
        case target::appended_file:
            return open(stream.path(), os::file_use::append);
        case target::descriptor:
            break;
    }
    if (!os::is_open(stream.number()))
        throw launch_error{"starting process " + start.settings.name + ": using descriptor " +
                           std::to_string(stream.number()) + " for " + place.name +
                           ": it is not open"};
    if (forks) // in the child, another stream may take its number first
        start.descriptors.set(place.use,
                              opened(os::duplicate(stream.number()), start.settings.name,
                                     std::string{"copying a descriptor for "} + place.name));
    else
        start.descriptors.lend(place.use, stream.number());
}

constexpr stream_place input{descriptor_use::input, 0, "standard input", true};
constexpr stream_place output{descriptor_use::output, 1, "standard output", false};
constexpr stream_place errors{descriptor_use::errors, 2, "standard error", false};

std::vector<std::string> environment_of(const process_options& options) {
    auto settings =
        options.clean_environment ? std::vector<std::string>{} : os::current_environment();
    for (const auto& [name, value] : options.environment) {
        std::erase_if(settings,
                      [&](const std::string& setting) { return setting.starts_with(name + "="); });
        if (value) settings.push_back(name + "=" + *value);
    }
    return settings;
}

void check_environment(const process_options& options, const std::string& process) {
    for (const auto& [name, value] : options.environment) {
        const bool is_name = !name.empty() && name.find('=') == std::string::npos &&
                             name.find('\0') == std::string::npos;
        if (is_name && (!value || value->find('\0') == std::string::npos)) continue;
        std::string message = "starting process " + process + ": \"";
        message += name;
        message +=
            "\" cannot be an environment variable: a name has no '=', neither it nor its value "
            "a zero byte";
        throw launch_error{message};
    }
}

std::vector<launch::limit_setting> limits_of(const process_limits& limits) {
    std::vector<launch::limit_setting> settings;
    const auto add = [&](os::limited what, const std::optional<std::uint64_t>& most) {
        if (most) settings.push_back({what, *most});
    };
    add(os::limited::address_space, limits.address_space_bytes);
    add(os::limited::open_files, limits.open_files);
    add(os::limited::file_size, limits.file_bytes);
    add(os::limited::core_size, limits.core_bytes);
    add(os::limited::stack_size, limits.stack_bytes);
    add(os::limited::processes, limits.processes);
    if (limits.cpu_time) {
        const auto seconds = std::max<std::int64_t>(limits.cpu_time->count(), 0);
        settings.push_back({os::limited::cpu_time, static_cast<std::uint64_t>(seconds)});
    }
    return settings;
}

launch::child_start usual_start(const std::string& name, const std::string& prefix) {
    launch::child_start start;
    auto next = next_child_name(prefix);
    start.settings.name = name.empty() ? next.name : name;
    start.settings.path = std::move(next.path);
    start.settings.parent_name = self::instance().name;
    start.settings.parent_id = os::current_process();
    if (is_in_pool()) start.descriptors.lend(descriptor_use::slots, own_slot_budget().file().get());
    return start;
}

} // namespace

launch::child_start worker_start(int library_threads) {
    auto start = usual_start({}, "PoolWorker");
    start.role = launch::child_role::worker;
    start.settings.library_threads = library_threads;
    if (const auto& slots = own_slot_budget().file())
        start.descriptors.lend(descriptor_use::slots, slots.get());
    set_stream(start, output, standard_stream::inherit(), false);
    set_stream(start, errors, standard_stream::inherit(), false);
    return start;
}

launch::child_start start_with(const process_options& options, bool forks) {
    auto start = usual_start(options.name, "Process");
    auto& settings = start.settings;
    const auto& name = settings.name;
    if (!options.directory.empty())
        start.descriptors.set(
            descriptor_use::directory,
            opened(os::open_directory(options.directory), name,
                   "opening its working directory " + options.directory.string()));
    set_stream(start, input, options.input, forks);
    set_stream(start, output, options.output, forks);
    set_stream(start, errors, options.errors, forks);
    check_environment(options, name);
    if (!options.environment.empty() || options.clean_environment)
        settings.environment = environment_of(options);
    settings.niceness = options.niceness;
    settings.cpus = options.cpus;
    settings.limits = limits_of(options.limits);
    return start;
}

} // namespace tandem::runtime
