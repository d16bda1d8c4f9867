// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "tandem/detail/export.hpp"

namespace tandem {

/// How a process ended: with an exit code, by a signal, or in a way that nobody could learn (its
/// server was killed with it).
class TANDEM_EXPORT exit_status {
public:
    /// The end is not known.
    exit_status() = default;
    [[nodiscard]] static exit_status exited(int code) noexcept;
    [[nodiscard]] static exit_status killed_by(int signal, bool core_dumped = false) noexcept;

    /// The exit code, unless a signal ended the process.
    [[nodiscard]] std::optional<int> code() const noexcept;
    /// The number of the signal that ended the process, if one did.
    [[nodiscard]] std::optional<int> signal() const noexcept;
    [[nodiscard]] bool core_dumped() const noexcept { return core_dumped_; }
    [[nodiscard]] bool success() const noexcept { return code() == 0; }

    /// Such as "exited with code 3" or "killed by signal 11 (SIGSEGV), core dumped".
    [[nodiscard]] std::string describe() const;

    friend bool operator==(const exit_status&, const exit_status&) = default;

private:
    enum class cause : unsigned char { unknown, exited, signalled };

    cause cause_ = cause::unknown;
    bool core_dumped_ = false;
    int value_ = 0;
};

} // namespace tandem
