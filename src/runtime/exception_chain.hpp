// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <exception>
#include <string>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

/// What is being thrown, and what is nested in it, in words. Call it in a catch block.
[[nodiscard]] std::vector<task_error::thrown> describe_current_exception();

/// A chain on one line.
[[nodiscard]] std::string describe(const std::vector<task_error::thrown>& chain);

/// The error that `body` (of a result of kind error) tells of.
[[nodiscard]] std::exception_ptr decode_task_error(decoder& body, task_place place) noexcept;

} // namespace tandem::runtime
