// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/spawn.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cstring>
#include <string_view>
#include <vector>

namespace tandem::os {

namespace {

constexpr const char* running_program = "/proc/self/exe";

class spawn_actions {
public:
    spawn_actions() { ::posix_spawn_file_actions_init(&actions_); }
    spawn_actions(const spawn_actions&) = delete;
    spawn_actions& operator=(const spawn_actions&) = delete;
    ~spawn_actions() { ::posix_spawn_file_actions_destroy(&actions_); }

    [[nodiscard]] int fill(int descriptor) noexcept {
        // The descriptor first: opening 0 or closing the rest could hit it.
        if (const int e =
                ::posix_spawn_file_actions_adddup2(&actions_, descriptor, inherited_descriptor))
            return e;
        if (const int e = ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null",
                                                             O_RDONLY, 0))
            return e;
        return ::posix_spawn_file_actions_addclosefrom_np(&actions_, inherited_descriptor + 1);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

class spawn_attributes {
public:
    spawn_attributes() {
        ::posix_spawnattr_init(&attributes_);
        sigset_t all;
        sigset_t none;
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    spawn_attributes(const spawn_attributes&) = delete;
    spawn_attributes& operator=(const spawn_attributes&) = delete;
    ~spawn_attributes() { ::posix_spawnattr_destroy(&attributes_); }

    [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

std::vector<char*> environment_with(const std::string& setting) {
    const std::string_view name_and_equals{setting.data(), setting.find('=') + 1};
    std::vector<char*> variables;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        if (!std::string_view{*variable}.starts_with(name_and_equals))
            variables.push_back(*variable);
    }
    variables.push_back(const_cast<char*>(setting.c_str()));
    variables.push_back(nullptr);
    return variables;
}

} // namespace

result<int> spawn_self(const std::string& setting, const unique_fd& descriptor) {
    const spawn_attributes attributes;
    spawn_actions actions;
    if (const int e = actions.fill(descriptor.get())) return std::unexpected{error_from(e)};
    auto environment = environment_with(setting);
    // The name that the program was started with: some programs look at it before main.
    char* arguments[] = {program_invocation_name, nullptr};
    pid_t child = -1;
    if (const int e = ::posix_spawn(&child, running_program, actions.get(), attributes.get(),
                                    arguments, environment.data()))
        return std::unexpected{error_from(e)};
    return child;
}

} // namespace tandem::os
