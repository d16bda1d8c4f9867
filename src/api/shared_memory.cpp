// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/shared_memory.hpp"

#include <atomic>
#include <cstdint>
#include <random>
#include <stdexcept>

#include "os/fork_generation.hpp"
#include "os/memory_object.hpp"
#include "os/named_memory.hpp"
#include "runtime/memory_state.hpp"

namespace tandem {

namespace {

constexpr const char* memory_name = "tandem-shared"; // in /proc/<pid>/maps

void require_bytes(std::size_t bytes) {
    if (bytes == 0)
        throw std::invalid_argument{
            "creating shared memory: it needs one byte at least, and none was asked for"};
}

/// What is wrong with a name; empty if nothing is.
std::string fault_of_name(const std::string& name) {
    using namespace std::string_literals;
    if (name.empty()) return "is empty";
    if (name == "." || name == "..") return "is a directory's";
    if (name.size() > os::longest_memory_name)
        return "has " + std::to_string(name.size()) + " bytes, and the system takes " +
               std::to_string(os::longest_memory_name);
    if (name.find_first_of("/\0"s) != std::string::npos)
        return "has a '/' or a zero byte in it; a name has no slash, not at its beginning either";
    return {};
}

void require_name(const std::string& name) {
    if (const auto fault = fault_of_name(name); !fault.empty())
        throw std::invalid_argument{"naming shared memory: \"" + name + "\" " + fault};
}

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

[[noreturn]] void fail_to_create(const std::string& name, std::size_t bytes, std::error_code code) {
    auto what = "creating shared memory " + quoted(name) + " of " + std::to_string(bytes) +
                " bytes in " + os::named_memory_directory;
    if (code == std::errc::no_space_on_device || code == std::errc::not_enough_memory) {
        if (const auto room = os::free_named_memory())
            what += ", where " + std::to_string(*room) + " are free";
        what += ", on a machine where " + std::to_string(runtime::memory_gauge{}.read().available) +
                " can be had";
        what += " (shared memory without a name needs no room there)";
    } else if (code == std::errc::file_exists) {
        what += ": somebody has this name; open it, unlink it or take another one";
    }
    throw resource_error{what, code};
}

/// The kernel would kill processes to get this memory, and not refuse it.
void require_memory(const std::string& name, std::size_t bytes) {
    constexpr std::size_t never_missed = std::size_t{1} << 20;
    if (bytes > never_missed && bytes > runtime::memory_gauge{}.read().available)
        fail_to_create(name, bytes, std::make_error_code(std::errc::not_enough_memory));
}

std::string random_name() {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t digit_count = 8;
    std::random_device source;
    std::string name = "psm_";
    for (std::size_t i = 0; i < digit_count; ++i) name += digits[source() % digits.size()];
    return name;
}

} // namespace

/// A name, and whether the last handle here takes it away.
struct shared_memory::label {
    std::string name;
    detail::descriptor object; // what it has to show then
    unsigned maker = 0;        // the process that made it, forks of it left out
    mutable std::atomic<bool> is_ours;

    label(std::string called, detail::descriptor shown, bool made_here)
        : name{std::move(called)},
          object{std::move(shown)},
          maker{os::fork_generation()},
          is_ours{made_here} {}
    label(const label&) = delete;
    label& operator=(const label&) = delete;
    ~label() {
        // Relaxed: nobody else has this object any more.
        if (!is_ours.load(std::memory_order_relaxed) || maker != os::fork_generation()) return;
        try {
            (void)os::remove_named_memory(name, object.fd());
        } catch (const std::exception&) {
            (void)0; // no memory for a path: the name stays, as after a crash
        }
    }
};

shared_memory::shared_memory(detail::shared_region region,
                             std::shared_ptr<const label> called) noexcept
    : region_{std::move(region)}, label_{std::move(called)} {}

shared_memory::shared_memory(std::size_t bytes) {
    require_bytes(bytes);
    region_ =
        detail::shared_region::create(memory_name, bytes, detail::shared_region::pages::reserved);
}

shared_memory shared_memory::make(const std::string& name, std::size_t bytes) {
    auto fd = os::create_named_memory(name, bytes);
    if (!fd) fail_to_create(name, bytes, fd.error());
    detail::descriptor object{std::move(*fd)};
    auto owner = std::make_shared<const label>(name, object, true); // from here on it is removed
    return {detail::shared_region::open_unsealed(std::move(object)), std::move(owner)};
}

shared_memory shared_memory::create(const std::string& name, std::size_t bytes) {
    require_name(name);
    require_bytes(bytes);
    require_memory(name, bytes);
    return make(name, bytes);
}

shared_memory shared_memory::create(std::size_t bytes) {
    require_bytes(bytes);
    constexpr int tries = 100; // of four thousand million names
    auto name = random_name();
    require_memory(name, bytes);
    for (int i = 0; i < tries; ++i, name = random_name()) {
        try {
            return make(name, bytes);
        } catch (const resource_error& failed) {
            if (failed.code() != std::errc::file_exists) throw;
        }
    }
    fail_to_create(name, bytes, std::make_error_code(std::errc::file_exists));
}

shared_memory shared_memory::open(const std::string& name) {
    require_name(name);
    auto fd = os::open_named_memory(name);
    if (!fd) {
        const bool is_missing = fd.error() == std::errc::no_such_file_or_directory;
        throw resource_error{"opening shared memory " + quoted(name) + " in " +
                                 os::named_memory_directory +
                                 (is_missing ? ": nobody has made it, or it was removed" : ""),
                             fd.error()};
    }
    if (os::memory_object_bytes(*fd).value_or(0) == 0)
        throw resource_error{"opening shared memory " + quoted(name) +
                                 ": it is empty; its maker may not have given it its size yet",
                             std::make_error_code(std::errc::resource_unavailable_try_again)};
    return receive(detail::descriptor{std::move(*fd)}, name);
}

shared_memory shared_memory::receive(detail::descriptor object, const std::string& name) {
    if (!object) return {};
    if (name.empty()) return {detail::shared_region::open(std::move(object)), nullptr};
    if (const auto fault = fault_of_name(name); !fault.empty())
        throw codec_error{"reading shared memory: its name " + fault};
    auto shown = std::make_shared<const label>(name, object, false);
    return {detail::shared_region::open_unsealed(std::move(object)), std::move(shown)};
}

const std::string& shared_memory::name() const {
    static const auto& none = *new std::string; // handles that are static objects may outlive it
    return label_ ? label_->name : none;
}

void shared_memory::keep() const noexcept {
    // Relaxed: whoever drops the last handle is told by its count.
    if (label_) label_->is_ours.store(false, std::memory_order_relaxed);
}

bool shared_memory::unlink() const {
    if (!label_) return false;
    const auto removed = os::remove_named_memory(label_->name, label_->object.fd());
    if (!removed)
        throw resource_error{
            "removing the name " + quoted(label_->name) + " from " + os::named_memory_directory,
            removed.error()};
    keep();
    return *removed;
}

} // namespace tandem
