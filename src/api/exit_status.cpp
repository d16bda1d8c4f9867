// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/exit_status.hpp"

#include "os/signal_name.hpp"

namespace tandem {

exit_status exit_status::exited(int code, const resource_usage& usage) noexcept {
    exit_status status;
    status.cause_ = cause::exited;
    status.value_ = code;
    status.usage_ = usage;
    return status;
}

exit_status exit_status::killed_by(int signal, bool core_dumped,
                                   const resource_usage& usage) noexcept {
    exit_status status;
    status.cause_ = cause::signalled;
    status.value_ = signal;
    status.usage_ = usage;
    status.core_dumped_ = core_dumped;
    return status;
}

std::optional<int> exit_status::code() const noexcept {
    return cause_ == cause::exited ? std::optional{value_} : std::nullopt;
}

std::optional<int> exit_status::signal() const noexcept {
    return cause_ == cause::signalled ? std::optional{value_} : std::nullopt;
}

std::string exit_status::describe() const {
    switch (cause_) {
        case cause::unknown:
            return "ended in an unknown way";
        case cause::exited:
            return "exited with code " + std::to_string(value_);
        case cause::signalled:
            break;
    }
    return "killed by signal " + std::to_string(value_) + " (" + os::signal_name(value_) + ")" +
           (core_dumped_ ? ", core dumped" : "");
}

} // namespace tandem
