// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/control_groups.hpp"

namespace tandem::runtime {

/// Memory of the machine, and how much of it this process may really have. Units: bytes.
struct memory_state {
    std::uint64_t total = 0;
    std::uint64_t available = 0;        // without swapping; see read_memory_state
    std::optional<std::uint64_t> limit; // the least of its control groups; nullopt: none has one
    std::uint64_t swap_total = 0;
    std::uint64_t swap_free = 0;
    std::string why; // what `available` comes from
};

/// Reads the state again and again, cheaply: it remembers where the control groups are, and looks
/// anew now and then, since a process may be moved to another one.
///
/// `available` is the least of what the machine has (MemAvailable) and of what each control group
/// on the way up leaves: its limit, less what it uses, plus the files' pages of that, which the
/// kernel takes back before anybody is killed. 0 where nothing can be read.
///
/// Sharing   one thread at a time.
/// Cost      some 30 microseconds, and some 20 more for each group with a limit.
/// Source    proc(5); cgroup v2: Documentation/admin-guide/cgroup-v2.rst, memory.max, memory.high,
///           memory.current, memory.stat; v1: Documentation/admin-guide/cgroup-v1/memory.rst
class memory_gauge {
public:
    /// `root` has the files of /proc and /sys in it.
    explicit memory_gauge(std::string root = {}) : root_{std::move(root)} {}

    [[nodiscard]] memory_state read();

private:
    void find_groups();

    std::string root_;
    std::vector<control_group> groups_; // those that can have a limit
    unsigned reads_ = 0;
};

/// Share of the last ten seconds in which tasks waited for something, in percent (pressure stall
/// information). nullopt where the kernel does not count it.
struct pressure {
    std::optional<double> some; // at least one task waited
    std::optional<double> full; // all of them did
};

/// `of`: "cpu", "memory" or "io".
/// Source  Documentation/accounting/psi.rst
[[nodiscard]] pressure read_pressure(const std::string& of, const std::string& root = {});

/// What a memory_gauge of the calling thread says is available.
[[nodiscard]] std::uint64_t available_memory_bytes();

/// Memory that process `id` has in use now; nullopt if it has ended.
[[nodiscard]] std::optional<std::uint64_t> resident_bytes(int id);

/// The most that it ever had.
[[nodiscard]] std::optional<std::uint64_t> peak_resident_bytes(int id);

} // namespace tandem::runtime
