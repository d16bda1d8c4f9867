// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/interruption.hpp"

#include <string>

#include "tandem/error.hpp"

namespace tandem::runtime {

std::exception_ptr interrupted_error(std::size_t done, std::optional<std::size_t> all) noexcept {
    try {
        const auto of = all ? " of " + std::to_string(*all) : std::string{};
        const auto* const items = all.value_or(done) == 1 ? " item was done" : " items were done";
        return std::make_exception_ptr(
            interrupted{"interrupted by SIGINT (Ctrl-C): " + std::to_string(done) + of + items});
    } catch (...) {
        return std::current_exception();
    }
}

} // namespace tandem::runtime
