// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/role.hpp"

#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "fault/fault.hpp"
#include "launch/identity.hpp"
#include "launch/request.hpp"
#include "os/environment.hpp"
#include "os/fork.hpp"
#include "os/memory_object.hpp"
#include "os/process.hpp"
#include "os/resource_limit.hpp"
#include "os/socket.hpp"
#include "os/spawn.hpp"

namespace tandem::launch {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (;;) {
        const auto end = text.find(separator, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == std::string::npos) return parts;
        begin = end + 1;
    }
}

/// What the role variable says.
struct role {
    std::string name;
    std::string identity;
    int parent = 0;
    std::uint64_t descriptor_limit = 0; // of a child
};

std::optional<role> read_role() {
    const auto parts = split(os::environment_variable(role_variable), ':');
    if (parts.size() < 3) return std::nullopt;
    role read{parts[0], parts[1], std::atoi(parts[2].c_str())};
    if (parts.size() > 3) read.descriptor_limit = std::strtoull(parts[3].c_str(), nullptr, 10);
    return read;
}

/// A copy that hangs before it comes to bootstrap() must not outlive the program: while static
/// objects are initialised, this asks the kernel to see to it.
[[maybe_unused]] const bool is_guarded = [] {
    const auto played = read_role();
    if (!played || os::parent_process() != played->parent) return false; // none, or left over
    os::die_with_parent(played->parent);
    return true;
}();

/// A child that was executed, not forked: its descriptors are in the order in which the forkserver
/// lines them up.
[[noreturn]] void run_executed_child(int server, std::uint64_t descriptor_limit,
                                     const entry_points& entries) {
    os::die_with_parent(server);
    os::set_descriptor_limit(descriptor_limit);
    os::keep_ended_children();
    os::buffer_output_by_line();
    os::set_process_name("tandem-worker");
    auto start = inherited_start(os::first_inherited_descriptor);
    if (!start) os::end_process(1); // the program learns of it by the server
    run_child(entries, *start);
}

} // namespace

void run_child(const entry_points& entries, child_start& start) {
    fault::hit("child.before_handshake");
    int code = 1;
    try {
        const auto problem = settle_in(start);
        if (problem.empty())
            code = entries.run_child(start);
        else
            report_failed(start.descriptors[descriptor_use::status], problem);
    } catch (...) {
        code = 1; // what the child's function throws is reported: this is a shortage of memory
    }
    os::end_process(code);
}

void play_role(const entry_points& entries) {
    const auto played = read_role();
    // Another copy of this library in this program may be meant, and takes it up then.
    if (!played || played->identity != library_identity()) return;
    os::remove_environment_variable(role_variable);
    const bool has_socket = os::is_message_socket(os::first_inherited_descriptor);
    const bool has_memory = os::is_memory_object(os::first_inherited_descriptor);
    // A variable that was left over, in a program that somebody else has started.
    if (os::parent_process() != played->parent && !has_socket && !has_memory) return;
    os::fill_standard_descriptors();
    os::live_without_parent(); // that follows a thread of the program, which may end
    const bool keeps = played->name == keeper_role;
    if ((keeps || played->name == forkserver_role) && has_socket)
        serve_as_forkserver(played->parent, entries, keeps);
    if (played->name == child_role_name && has_memory)
        run_executed_child(played->parent, played->descriptor_limit, entries);
    os::end_process(1); // this copy was made for us: main() must not go on in it
}

} // namespace tandem::launch
