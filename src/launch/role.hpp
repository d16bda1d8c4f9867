// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "launch/child_start.hpp"

namespace tandem::launch {

/// Runs what mp::forkserver_preload() was given, named by `payload`. Returns what went wrong, in
/// words; empty if nothing did.
using preload_main = std::string (*)(std::span<const std::byte> payload);

/// What this program may be executed once more for.
struct entry_points {
    child_main run_child;
    preload_main run_preload;
    void (*warm_up)(); // in a forkserver: does once what its children would each have to do
};

/// If this process was started as a forkserver, serves until the program that started it has ended
/// or closed its side; if it was started as a child, runs it. Never returns then, neither in the
/// server nor in the children that it forks. Returns at once in any other process.
void play_role(const entry_points& entries);

/// The life of a forkserver of the process `parent`. `keeps`: it ends all descendants of a child at
/// the child's end, those that have left its process group too.
[[noreturn]] void serve_as_forkserver(int parent, const entry_points& entries, bool keeps);

/// The life of a child of a forkserver, once its descriptors are in place.
[[noreturn]] void run_child(const entry_points& entries, child_start& start);

} // namespace tandem::launch
