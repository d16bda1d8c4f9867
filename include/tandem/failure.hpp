// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <utility>

namespace tandem {

/// The error of one item, as a value: what pool::try_map() has in the place of a result.
///
/// Sharing   copies refer to one exception object, which nobody may change.
class failure {
public:
    failure(std::exception_ptr error, std::size_t index) noexcept
        : error_{std::move(error)}, index_{index} {}

    /// Position of the item in its map.
    [[nodiscard]] std::size_t index() const noexcept { return index_; }
    /// The exception that pool::map() would have thrown.
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }
    [[noreturn]] void rethrow() const { std::rethrow_exception(error_); }

    /// What the exception says.
    [[nodiscard]] std::string what() const {
        const auto* exception = get_if<std::exception>();
        return exception == nullptr ? "unknown exception" : exception->what();
    }

    /// The exception, if it is an E or derived from it, else null:
    /// `if (const auto* crash = outcome.error().get_if<mp::worker_crashed>())`. Valid as long as a
    /// copy of this failure is.
    template <class E>
    [[nodiscard]] const E* get_if() const noexcept {
        try {
            std::rethrow_exception(error_);
        } catch (const E& exception) {
            return &exception; // the object itself: error_ keeps it
        } catch (...) {
            return nullptr;
        }
    }

private:
    std::exception_ptr error_;
    std::size_t index_;
};

} // namespace tandem
