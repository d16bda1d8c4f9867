// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/spawn.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "os/unique_fd.hpp"

namespace tandem::os {

namespace {

constexpr const char* running_program = "/proc/self/exe";

class spawn_actions {
public:
    spawn_actions() { ::posix_spawn_file_actions_init(&actions_); }
    spawn_actions(const spawn_actions&) = delete;
    spawn_actions& operator=(const spawn_actions&) = delete;
    ~spawn_actions() { ::posix_spawn_file_actions_destroy(&actions_); }

    /// Each source has a number above all targets, so that no action hits the source of a later.
    [[nodiscard]] int fill(const spawn_request& request) noexcept {
        int target = first_inherited_descriptor;
        for (const int descriptor : request.descriptors)
            if (const int e = add_copy(descriptor, target++)) return e;
        for (int standard = 0; standard < 3; ++standard)
            if (const int e = add_standard(standard, request)) return e;
        if (request.directory != -1)
            if (const int e = ::posix_spawn_file_actions_addfchdir_np(&actions_, request.directory))
                return e;
        return ::posix_spawn_file_actions_addclosefrom_np(&actions_, target);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    [[nodiscard]] int add_copy(int source, int target) noexcept {
        return ::posix_spawn_file_actions_adddup2(&actions_, source, target);
    }
    [[nodiscard]] int add_standard(int number, const spawn_request& request) noexcept {
        const int source = request.standard[static_cast<std::size_t>(number)];
        if (source != -1) return add_copy(source, number);
        if (number != STDIN_FILENO) return 0;
        return ::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", O_RDONLY, 0);
    }

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

/// Copies of descriptors under numbers that no target has.
class parked_descriptors {
public:
    [[nodiscard]] result<int> park(int descriptor) {
        if (descriptor == -1) return -1;
        constexpr int behind =
            first_inherited_descriptor + static_cast<int>(most_inherited_descriptors);
        unique_fd copy{::fcntl(descriptor, F_DUPFD_CLOEXEC, behind)};
        if (!copy) return last_error();
        copies_.push_back(std::move(copy));
        return copies_.back().get();
    }

private:
    std::vector<unique_fd> copies_;
};

[[nodiscard]] result<void> park_all(spawn_request& request, parked_descriptors& parked) {
    const auto park = [&](int& descriptor) -> result<void> {
        const auto copy = parked.park(descriptor);
        if (!copy) return std::unexpected{copy.error()};
        descriptor = *copy;
        return {};
    };
    for (int& descriptor : request.descriptors)
        if (const auto done = park(descriptor); !done) return done;
    for (int& descriptor : request.standard)
        if (const auto done = park(descriptor); !done) return done;
    return park(request.directory);
}

std::vector<char*> pointers_to(const std::vector<std::string>& settings) {
    std::vector<char*> variables;
    variables.reserve(settings.size() + 1);
    for (const auto& setting : settings) variables.push_back(const_cast<char*>(setting.c_str()));
    variables.push_back(nullptr);
    return variables;
}

} // namespace

result<int> spawn_self(const spawn_request& request) {
    if (request.descriptors.size() > most_inherited_descriptors)
        return std::unexpected{error_from(EINVAL)};
    auto above = request;
    parked_descriptors parked;
    if (const auto done = park_all(above, parked); !done) return std::unexpected{done.error()};
    const spawn_attributes attributes;
    spawn_actions actions;
    if (const int e = actions.fill(above)) return std::unexpected{error_from(e)};
    // The name that the program was started with: some programs look at it before main.
    char* arguments[] = {program_invocation_name, nullptr};
    pid_t child = -1;
    if (const int e = ::posix_spawn(&child, running_program, actions.get(), attributes.get(),
                                    arguments, pointers_to(request.environment).data()))
        return std::unexpected{error_from(e)};
    return child;
}

} // namespace tandem::os
