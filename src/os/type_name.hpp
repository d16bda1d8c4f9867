// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <typeinfo>

namespace tandem::os {

/// The name of a type as written in C++.
[[nodiscard]] std::string type_name(const std::type_info& type);

/// A name of the linker's as written in C++; as it is, if it is none of C++.
[[nodiscard]] std::string demangled(const char* name);

/// The type of the exception being handled; "unknown" if it is none of C++.
[[nodiscard]] std::string current_exception_type_name();

} // namespace tandem::os
