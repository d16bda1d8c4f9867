// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "launch/child_start.hpp"
#include "launch/protocol.hpp"
#include "os/unique_fd.hpp"

namespace tandem::launch {

/// A request as the server reads it.
struct request {
    request_kind kind = request_kind::start;
    bool executes = false;
    child_start start;
    std::string problem; // why it cannot be done; empty: it can
};

/// Reads a message from the program; what it shows is valid as long as `message` is. nullopt: it
/// comes from no program of ours.
[[nodiscard]] std::optional<request> parse_request(std::span<const std::byte> message,
                                                   std::vector<os::unique_fd> descriptors);

/// What a child that is executed gets beside the memory object, which is the first, and the
/// program's pidfd, which is the last.
inline constexpr std::array uses_of_executed_child{descriptor_use::status, descriptor_use::first,
                                                   descriptor_use::second, descriptor_use::handles,
                                                   descriptor_use::slots};

/// Finds what this process was executed for among its descriptors, from number `first` on. nullopt:
/// they are no start.
[[nodiscard]] std::optional<child_start> inherited_start(int first);

} // namespace tandem::launch
