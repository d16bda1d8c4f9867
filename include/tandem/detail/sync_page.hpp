// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

#include "tandem/detail/export.hpp"
#include "tandem/detail/shared_region.hpp"

namespace tandem::detail {

/// What lies in the memory of an object that processes synchronise by.
enum class sync_kind : std::uint32_t {
    mutex = 1,
    recursive_mutex,
    shared_mutex,
    semaphore,
    bounded_semaphore,
    condition_variable,
    event,
    barrier,
    latch,
};

/// The memory of such an object: a header, so that one kind is not taken for another, and behind it
/// what the kind needs. Copies share it.
class TANDEM_EXPORT sync_page {
public:
    /// Zeros behind the header, on one page unless more is asked for.
    /// \throws resource_error
    explicit sync_page(sync_kind kind, std::size_t state_bytes = 0);
    /// Memory that came from another process.
    /// \throws codec_error unless it holds an object of this kind and version
    sync_page(sync_kind kind, shared_region region);

    [[nodiscard]] const shared_region& region() const noexcept { return region_; }
    [[nodiscard]] std::byte* state() const noexcept { return state_; }
    [[nodiscard]] std::size_t state_bytes() const noexcept;

    friend bool operator==(const sync_page& a, const sync_page& b) noexcept {
        return a.region_ == b.region_;
    }

private:
    shared_region region_;
    std::byte* state_;
};

} // namespace tandem::detail
