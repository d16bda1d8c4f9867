// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "launch/child_settings.hpp"
#include "launch/protocol.hpp"
#include "os/memory_object.hpp"
#include "os/unique_fd.hpp"

namespace tandem::launch {

/// Descriptors by their use; those that are not there are empty.
class child_descriptors {
public:
    /// Takes `descriptor`; an empty one is not there.
    void set(descriptor_use use, os::unique_fd descriptor) noexcept {
        auto& place = at(use);
        place.number = descriptor.get();
        place.owned = std::move(descriptor);
    }
    /// Shows `descriptor`, which stays somebody else's.
    void lend(descriptor_use use, int descriptor) noexcept { at(use).number = descriptor; }
    [[nodiscard]] os::unique_fd take(descriptor_use use) noexcept {
        at(use).number = none;
        return std::move(at(use).owned);
    }
    void close(descriptor_use use) noexcept { (void)take(use); }
    /// Takes what was lent: in a fork, where the copy that the owner has is never used.
    void adopt(descriptor_use use) noexcept {
        if (!at(use).owned) at(use).owned = os::unique_fd{number(use)};
    }

    /// -1: not there.
    [[nodiscard]] int number(descriptor_use use) const noexcept { return at(use).number; }
    [[nodiscard]] bool has(descriptor_use use) const noexcept { return number(use) != none; }
    /// One that is owned.
    [[nodiscard]] const os::unique_fd& operator[](descriptor_use use) const noexcept {
        return at(use).owned;
    }
    /// The uses that are there.
    [[nodiscard]] descriptor_uses uses() const noexcept;
    /// The numbers of those that are there, in the order of their uses.
    [[nodiscard]] std::vector<int> numbers() const;
    /// Puts `given`, which are in the order of `uses`, in their places; false if their number is
    /// wrong.
    [[nodiscard]] bool place(descriptor_uses uses, std::span<os::unique_fd> given) noexcept;

private:
    static constexpr int none = -1;
    struct place_of_use {
        int number = none;
        os::unique_fd owned;
    };
    [[nodiscard]] place_of_use& at(descriptor_use use) noexcept {
        return places_[static_cast<std::size_t>(use)];
    }
    [[nodiscard]] const place_of_use& at(descriptor_use use) const noexcept {
        return places_[static_cast<std::size_t>(use)];
    }

    std::array<place_of_use, static_cast<std::size_t>(descriptor_use::count)> places_;
};

/// What a child finds when it begins, whichever way it was made.
struct child_start {
    child_role role = child_role::process;
    child_settings settings;
    std::span<const std::byte> payload; // for the role: what a process is to call
    child_descriptors descriptors;
    os::mapping memory{};         // holds settings and payload, if they were not in the request
    os::unique_fd process{};      // the child's own pidfd, opened before limits are set
    bool outlives_parent = false; // the kernel does not end it with its parent
};

/// What a child runs; returns its exit code.
using child_main = int (*)(child_start& start);

/// Makes this process what `start` says: streams, directory, environment, limits, niceness and
/// processors. Returns what could not be done, in words; empty if all was.
[[nodiscard]] std::string settle_in(child_start& start);

/// False if settle_in() cannot fail for want of a permission or of what is asked for.
[[nodiscard]] bool may_fail_to_settle(const child_start& start) noexcept;

/// Tells the program that the child has started. False if the program is not there any more.
[[nodiscard]] bool report_started(child_start& start);
/// Tells the program why the child cannot start.
void report_failed(const os::unique_fd& status, const std::string& reason);
} // namespace tandem::launch
