// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/type_name.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace tandem::os {

std::string demangled(const char* name) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> readable{
        abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free};
    return status == 0 ? readable.get() : name;
}

std::string type_name(const std::type_info& type) { return demangled(type.name()); }

std::string current_exception_type_name() {
    const auto* type = abi::__cxa_current_exception_type();
    return type == nullptr ? "unknown" : type_name(*type);
}

} // namespace tandem::os
