// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <dlfcn.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "plugin.hpp"

namespace tandem::test {

/// A plugin as any program opens one; closes it at the end.
class opened_plugin {
public:
    explicit opened_plugin(const std::filesystem::path& path)
        : handle_{::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)} {
        if (handle_ == nullptr) throw std::runtime_error{::dlerror()};
    }
    opened_plugin(const opened_plugin&) = delete;
    opened_plugin& operator=(const opened_plugin&) = delete;
    ~opened_plugin() { ::dlclose(handle_); }

    template <class Function>
    [[nodiscard]] Function* find(const char* name) const {
        void* const address = ::dlsym(handle_, name);
        if (address == nullptr) throw std::runtime_error{::dlerror()};
        return reinterpret_cast<Function*>(address);
    }
    [[nodiscard]] auto* function() const {
        return find<decltype(plugin_function)>("plugin_function");
    }

    [[nodiscard]] std::vector<long> map(const pool& workers, std::vector<long> values) const {
        find<decltype(plugin_map)>("plugin_map")(workers, values);
        return values;
    }
    [[nodiscard]] std::vector<long> submit(const pool& workers, std::vector<long> values) const {
        find<decltype(plugin_submit)>("plugin_submit")(workers, values);
        return values;
    }

private:
    void* handle_;
};

/// True while a library of that path is loaded into this process.
inline bool is_loaded(const std::filesystem::path& path) {
    void* const handle = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle != nullptr) ::dlclose(handle);
    return handle != nullptr;
}

} // namespace tandem::test
