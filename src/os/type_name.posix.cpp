// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/type_name.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace tandem::os {

std::string type_name(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name{
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free};
    return status == 0 ? name.get() : type.name();
}

std::string current_exception_type_name() {
    const auto* type = abi::__cxa_current_exception_type();
    return type == nullptr ? "unknown" : type_name(*type);
}

} // namespace tandem::os
