// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/child_start.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "os/cpus.hpp"
#include "os/directory.hpp"
#include "os/environment.hpp"
#include "os/fork.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"

namespace tandem::launch {

namespace {

constexpr std::size_t longest_text = 8192;

constexpr auto all_uses = [] {
    std::array<descriptor_use, static_cast<std::size_t>(descriptor_use::count)> uses{};
    for (std::size_t i = 0; i < uses.size(); ++i) uses[i] = static_cast<descriptor_use>(i);
    return uses;
}();

std::vector<std::byte> message_of(const status_head& head, std::span<const std::byte> body) {
    std::vector<std::byte> message(sizeof head + body.size());
    std::memcpy(message.data(), &head, sizeof head);
    std::ranges::copy(body, message.begin() + sizeof head);
    return message;
}

const char* name_of(os::limited what) {
    switch (what) {
        case os::limited::address_space:
            return "address space";
        case os::limited::open_files:
            return "number of open files";
        case os::limited::cpu_time:
            return "CPU time";
        case os::limited::file_size:
            return "file size";
        case os::limited::core_size:
            return "core file size";
        case os::limited::stack_size:
            return "stack size";
        case os::limited::processes:
            return "number of processes";
    }
    return "resources";
}

std::string failure(const std::string& doing, const os::result<void>& done) {
    return done ? std::string{} : doing + ": " + done.error().message();
}

std::string redirect_streams(child_descriptors& descriptors) {
    constexpr std::pair<descriptor_use, const char*> streams[] = {
        {descriptor_use::input, "setting up its standard input"},
        {descriptor_use::output, "setting up its standard output"},
        {descriptor_use::errors, "setting up its standard error"}};
    for (int number = 0; const auto& [use, doing] : streams) {
        if (descriptors.has(use)) {
            const auto done = os::redirect_descriptor(descriptors.number(use), number);
            if (!done) return failure(doing, done);
            descriptors.close(use);
        }
        ++number;
    }
    return {};
}

std::string limit_resources(const child_settings& settings) {
    for (const auto& limit : settings.limits) {
        const auto done = os::limit_resource(limit.what, limit.most);
        if (!done)
            return failure("limiting its " + std::string{name_of(limit.what)} + " to " +
                               std::to_string(limit.most),
                           done);
    }
    return {};
}

std::string take_place(const child_settings& settings) {
    if (settings.niceness) {
        const auto done = os::set_niceness(*settings.niceness);
        if (!done)
            return failure("setting its niceness to " + std::to_string(*settings.niceness), done);
    }
    if (!settings.cpus.empty()) {
        const auto done = os::bind_to_cpus(settings.cpus);
        if (!done) return failure("binding it to the processors asked for", done);
    }
    return {};
}

} // namespace

descriptor_uses child_descriptors::uses() const noexcept {
    descriptor_uses uses;
    for (const auto use : all_uses)
        if (has(use)) uses.add(use);
    return uses;
}

std::vector<int> child_descriptors::numbers() const {
    std::vector<int> numbers;
    for (const auto& place : places_)
        if (place.number != none) numbers.push_back(place.number);
    return numbers;
}

bool child_descriptors::place(descriptor_uses uses, std::span<os::unique_fd> given) noexcept {
    if (uses.size() != given.size()) return false;
    auto next = given.begin();
    for (const auto use : all_uses)
        if (uses.contains(use)) set(use, std::move(*next++));
    return true;
}

std::string settle_in(child_start& start) {
    auto& descriptors = start.descriptors;
    if (descriptors.has(descriptor_use::status)) {
        auto process = os::open_process(os::current_process());
        if (!process) return "opening its own pidfd: " + process.error().message();
        start.process = *std::move(process);
    }
    if (auto problem = redirect_streams(descriptors); !problem.empty()) return problem;
    if (descriptors.has(descriptor_use::directory)) {
        const auto done = os::enter_directory(descriptors[descriptor_use::directory]);
        if (!done) return failure("entering its working directory", done);
        descriptors.close(descriptor_use::directory);
    }
    if (start.settings.environment) os::replace_environment(*start.settings.environment);
    if (auto problem = take_place(start.settings); !problem.empty()) return problem;
    return limit_resources(start.settings);
}

bool may_fail_to_settle(const child_start& start) noexcept {
    const auto& settings = start.settings;
    return settings.niceness || !settings.cpus.empty() || !settings.limits.empty() ||
           start.descriptors.has(descriptor_use::directory);
}

bool report_started(child_start& start) {
    if (!start.descriptors.has(descriptor_use::status)) return true; // nobody waits for it
    const status_head head{.kind = status_kind::started, .value = os::current_process(), .end = {}};
    const std::array<int, 1> passed{start.process.get()};
    const auto sent = os::send_message(start.descriptors[descriptor_use::status],
                                       os::message_bytes(head), passed);
    start.process.reset();
    return sent.has_value();
}

void report_failed(const os::unique_fd& status, const std::string& reason) {
    const std::string_view text{reason.data(), std::min(reason.size(), longest_text)};
    const auto message = message_of({.kind = status_kind::failed}, std::as_bytes(std::span{text}));
    (void)os::send_message(status, message); // a program that is gone needs no answer
}

} // namespace tandem::launch
