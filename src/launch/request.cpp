// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/request.hpp"

#include <cstring>
#include <exception>
#include <utility>

#include "os/file.hpp"
#include "tandem/codec.hpp"

namespace tandem::launch {

namespace {

std::optional<request_head> read_head(std::span<const std::byte> message) {
    request_head head;
    if (message.size() < sizeof head) return std::nullopt;
    std::memcpy(&head, message.data(), sizeof head);
    if (head.magic != protocol_magic || head.version != protocol_version) return std::nullopt;
    return head;
}

/// Takes settings and payload, which make up all of `bytes`.
void read_body(const request_head& head, std::span<const std::byte> bytes, child_start& start) {
    if (head.settings_bytes > bytes.size() ||
        head.payload_bytes != bytes.size() - head.settings_bytes)
        throw codec_error{"reading a request: its parts do not add up to its size"};
    const auto settings = bytes.first(static_cast<std::size_t>(head.settings_bytes));
    if (!settings.empty()) start.settings = decode<child_settings>(settings);
    start.payload = bytes.subspan(settings.size());
}

void read_memory(const request_head& head, child_start& start) {
    auto memory = os::mapping::map_whole(start.descriptors[descriptor_use::memory]);
    if (!memory)
        throw codec_error{"mapping the memory object of a request: " + memory.error().message()};
    start.memory = *std::move(memory);
    read_body(head, std::as_const(start.memory).bytes().subspan(sizeof head), start);
}

/// Ours, and not that of programs that this one executes.
os::unique_fd inherited(int number) {
    os::close_on_exec(number);
    return os::unique_fd{number};
}

} // namespace

std::optional<request> parse_request(std::span<const std::byte> message,
                                     std::vector<os::unique_fd> descriptors) {
    const auto head = read_head(message);
    if (!head) return std::nullopt;
    request parsed{.kind = head->kind, .executes = head->executes != 0, .start = {}, .problem = {}};
    parsed.start.role = head->role;
    if (!parsed.start.descriptors.place(head->descriptors, descriptors)) return std::nullopt;
    try {
        if (head->descriptors.contains(descriptor_use::memory))
            read_memory(*head, parsed.start);
        else
            read_body(*head, message.subspan(sizeof *head), parsed.start);
    } catch (const std::exception& e) {
        parsed.problem = e.what();
    }
    return parsed;
}

std::optional<child_start> inherited_start(int first) {
    child_start start;
    start.descriptors.set(descriptor_use::memory, inherited(first));
    auto memory = os::mapping::map_whole(start.descriptors[descriptor_use::memory]);
    if (!memory) return std::nullopt;
    start.memory = *std::move(memory);
    const auto head = read_head(start.memory.bytes());
    if (!head) return std::nullopt;
    start.role = head->role;
    int number = first + 1;
    for (const auto use : uses_of_executed_child)
        if (head->descriptors.contains(use)) start.descriptors.set(use, inherited(number++));
    start.descriptors.set(descriptor_use::program, inherited(number));
    start.descriptors.close(descriptor_use::memory); // it is mapped
    try {
        read_body(*head, start.memory.bytes().subspan(sizeof *head), start);
    } catch (const std::exception& e) {
        report_failed(start.descriptors[descriptor_use::status], e.what());
        return std::nullopt;
    }
    start.settings.environment.reset(); // it was executed with that
    return start;
}

} // namespace tandem::launch
