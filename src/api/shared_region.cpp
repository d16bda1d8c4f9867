// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/shared_region.hpp"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "os/memory_object.hpp"
#include "os/named_memory.hpp"
#include "runtime/memory_state.hpp"

namespace tandem {

resource_error::resource_error(const std::string& what, std::error_code code)
    : error{what + ": " + code.message()}, code_{code} {}

resource_error::~resource_error() = default;

namespace detail {

namespace {

/// What this process has mapped of an object, and how much that is: an object without seals may be
/// another size by now.
struct known_object {
    std::weak_ptr<const void> content;
    std::size_t bytes = 0;
};

/// The regions of this process, by the identity of their objects.
struct known_regions {
    std::mutex mutex; // guards: all
    std::map<os::object_identity, known_object> all;
};

known_regions& known() {
    static auto& only = *new known_regions; // handles that are static objects may outlive it
    return only;
}

[[noreturn]] void fail_to_create(const char* name, std::size_t bytes, std::error_code code,
                                 const std::string& more = {}) {
    throw resource_error{
        "creating shared memory of " + std::to_string(bytes) + " bytes (" + name + ")" + more,
        code};
}

/// The kernel would kill processes to get this memory, and not refuse it.
void require_memory(const char* name, std::size_t bytes) {
    constexpr std::size_t never_missed = std::size_t{1} << 20;
    if (bytes <= never_missed) return;
    const auto available = runtime::memory_gauge{}.read().available;
    if (bytes <= available) return;
    fail_to_create(name, bytes, std::make_error_code(std::errc::not_enough_memory),
                   ", of which " + std::to_string(available) + " can be had");
}

constexpr const char* not_shared_memory =
    "reading shared memory: the descriptor that came along is no memory object of a fixed size";

constexpr const char* not_named_memory =
    "opening named memory: it is empty, or no memory; its maker may not have given it its size yet";

std::shared_ptr<const void> known_region(const os::object_identity& identity, std::size_t bytes) {
    const std::lock_guard guard{known().mutex};
    const auto found = known().all.find(identity);
    const bool fits = found != known().all.end() && found->second.bytes == bytes;
    return fits ? found->second.content.lock() : nullptr;
}

/// Or the one that another thread has made meanwhile.
std::shared_ptr<const void> keep_region(const os::object_identity& identity,
                                        std::shared_ptr<const void> made, std::size_t bytes) {
    const std::lock_guard guard{known().mutex};
    auto& place = known().all[identity];
    if (auto here = place.content.lock(); here && place.bytes == bytes) return here;
    place = {.content = made, .bytes = bytes};
    return made;
}

} // namespace

struct shared_region::content {
    descriptor object;
    os::mapping mapping;
    os::object_identity identity;

    content(descriptor whose, os::mapping where, os::object_identity which) noexcept
        : object{std::move(whose)}, mapping{std::move(where)}, identity{which} {}
    content(const content&) = delete;
    content& operator=(const content&) = delete;
    ~content() {
        const std::lock_guard guard{known().mutex};
        const auto found = known().all.find(identity);
        if (found != known().all.end() && found->second.content.expired()) known().all.erase(found);
    }
};

shared_region::shared_region(std::shared_ptr<const content> which) noexcept
    : content_{std::move(which)} {}

shared_region shared_region::create(const char* name, std::size_t bytes, pages when) {
    auto fd = os::create_memory_object(name, bytes);
    if (!fd) fail_to_create(name, bytes, fd.error());
    if (when == pages::reserved) {
        require_memory(name, bytes);
        const auto reserved = os::reserve_memory(*fd, bytes);
        if (!reserved) fail_to_create(name, bytes, reserved.error());
    }
    return open(descriptor{std::move(*fd)});
}

shared_region shared_region::open(descriptor object) {
    const auto size = os::memory_object_bytes(object.fd());
    if (!size || *size == 0 || !os::size_is_sealed(object.fd()))
        throw codec_error{not_shared_memory};
    return map(std::move(object), *size);
}

shared_region shared_region::open_unsealed(descriptor object) {
    const auto size = os::memory_object_bytes(object.fd());
    const auto missing = os::unreserved_bytes(object.fd());
    if (!size || *size == 0 || !missing) throw codec_error{not_named_memory};
    if (*missing > 0) {
        constexpr const char* name = "pages that its maker has not reserved";
        require_memory(name, *missing);
        if (const auto reserved = os::reserve_memory(object.fd(), *size); !reserved)
            fail_to_create(name, *missing, reserved.error());
    }
    return map(std::move(object), *size);
}

shared_region shared_region::map(descriptor object, std::size_t bytes) {
    const auto as_region = [](std::shared_ptr<const void> here) {
        return shared_region{std::static_pointer_cast<const content>(std::move(here))};
    };
    const auto identity = os::identify_object(object.fd());
    if (!identity) throw codec_error{not_shared_memory};
    if (auto here = known_region(*identity, bytes)) return as_region(std::move(here));
    auto where = os::mapping::map(object.fd(), 0, bytes);
    if (!where)
        throw resource_error{"mapping shared memory of " + std::to_string(bytes) + " bytes",
                             where.error()};
    auto made = std::make_shared<const content>(std::move(object), std::move(*where), *identity);
    return as_region(keep_region(*identity, std::move(made), bytes));
}

std::span<std::byte> shared_region::bytes() const noexcept {
    return content_ ? content_->mapping.bytes() : std::span<std::byte>{};
}

void shared_region::reserve(std::size_t count) const {
    constexpr const char* name = "more of one that is there";
    require_memory(name, count);
    const auto reserved = os::reserve_memory(content_->object.fd(), count);
    if (!reserved) fail_to_create(name, count, reserved.error());
}

descriptor shared_region::object() const noexcept {
    return content_ ? content_->object : descriptor{};
}

} // namespace detail
} // namespace tandem
