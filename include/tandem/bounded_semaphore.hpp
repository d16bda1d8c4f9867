// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <utility>

#include "tandem/detail/export.hpp"
#include "tandem/semaphore.hpp"

namespace tandem {

/// A semaphore whose value never gets above the one that it began with: release() throws
/// released_too_often instead, which finds programs that release what they have not acquired. All
/// else is as for mp::semaphore.
///
/// Source  Python's multiprocessing.BoundedSemaphore.
class TANDEM_EXPORT bounded_semaphore : public detail::counting_semaphore {
public:
    explicit bounded_semaphore(std::uint32_t initial = 1)
        : counting_semaphore{detail::sync_kind::bounded_semaphore, initial} {}

private:
    friend access;

    explicit bounded_semaphore(detail::sync_page page) noexcept
        : counting_semaphore{std::move(page)} {}

    template <class Archive>
    void serialize(Archive& archive) {
        archive(page().region());
    }
    template <class Archive>
    static bounded_semaphore deserialize(Archive& archive) {
        return bounded_semaphore{detail::sync_page{detail::sync_kind::bounded_semaphore,
                                                   archive.template read<detail::shared_region>()}};
    }
};

} // namespace tandem
