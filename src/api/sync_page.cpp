// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/sync_page.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "api/sync_state.hpp"
#include "tandem/barrier_broken.hpp"
#include "tandem/memory_corrupted.hpp"
#include "tandem/owner_died.hpp"
#include "tandem/released_too_often.hpp"

namespace tandem {

owner_died::~owner_died() = default;
memory_corrupted::~memory_corrupted() = default;
released_too_often::~released_too_often() = default;
barrier_broken::~barrier_broken() = default;

namespace detail {

namespace {

/// The first bytes of each page; drawn in docs/protocol/synchronisation.md.
struct sync_header {
    std::uint64_t magic = 0;
    std::uint32_t version = 0;
    std::uint32_t kind = 0;

    friend bool operator==(const sync_header&, const sync_header&) = default;
};
constexpr std::size_t state_offset = 64;
static_assert(sizeof(sync_header) <= state_offset);

constexpr sync_header header_of(sync_kind kind) noexcept {
    return {.magic = 0x746e'6d73'796e'6321ULL, // any constant
            .version = 1,
            .kind = static_cast<std::uint32_t>(kind)};
}

const char* name_of(sync_kind kind) noexcept {
    switch (kind) {
        case sync_kind::mutex:
            return "mutex";
        case sync_kind::recursive_mutex:
            return "recursive_mutex";
        case sync_kind::shared_mutex:
            return "shared_mutex";
        case sync_kind::semaphore:
            return "semaphore";
        case sync_kind::bounded_semaphore:
            return "bounded_semaphore";
        case sync_kind::condition_variable:
            return "condition_variable";
        case sync_kind::event:
            return "event";
        case sync_kind::barrier:
            return "barrier";
        case sync_kind::latch:
            return "latch";
    }
    return "object";
}

} // namespace

sync_page::sync_page(sync_kind kind, std::size_t state_bytes)
    : region_{shared_region::create((std::string{"tandem-"} + name_of(kind)).c_str(),
                                    state_offset + std::max(state_bytes, least_state_bytes),
                                    shared_region::pages::reserved)},
      state_{region_.bytes().data() + state_offset} {
    const auto header = header_of(kind);
    std::memcpy(region_.bytes().data(), &header, sizeof header);
}

sync_page::sync_page(sync_kind kind, shared_region region)
    : region_{std::move(region)}, state_{nullptr} {
    sync_header found;
    const auto bytes = region_.bytes();
    const bool is_large_enough = bytes.size() >= state_offset + least_state_bytes;
    if (is_large_enough) std::memcpy(&found, bytes.data(), sizeof found);
    if (!is_large_enough || found != header_of(kind))
        throw codec_error{std::string{"reading a "} + name_of(kind) +
                          ": the memory that came along holds none"};
    state_ = bytes.data() + state_offset;
}

std::size_t sync_page::state_bytes() const noexcept {
    return region_.bytes().size() - state_offset;
}

lock_outcome require_held(shm::lock_result result) {
    switch (result) {
        case shm::lock_result::locked:
            return lock_outcome::locked;
        case shm::lock_result::owner_died:
            return lock_outcome::owner_died;
        case shm::lock_result::own:
            throw std::system_error{std::make_error_code(std::errc::resource_deadlock_would_occur),
                                    "locking a mutex that this thread has already"};
        default:
            throw memory_corrupted{
                "locking a mutex: its memory holds none any more; a process that shares it has "
                "written over it"};
    }
}

void throw_owner_died() {
    throw owner_died{
        "locking a mutex: its owner ended while it held it, so what it guards may be half changed. "
        "The mutex is free again; lock_inheriting() holds it, for repairs"};
}

void throw_not_owner() {
    throw std::system_error{std::make_error_code(std::errc::operation_not_permitted),
                            "unlocking a mutex that this thread does not hold"};
}

} // namespace detail
} // namespace tandem
