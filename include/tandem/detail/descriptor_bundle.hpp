// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tandem/detail/descriptor.hpp"

namespace tandem::detail {

/// The descriptors that belong to some encoded values. Encodings that lie one behind the other have
/// their bundles joined: a number stands for one descriptor in all bundles of a process.
class TANDEM_EXPORT descriptor_bundle final : public descriptor_sink, public descriptor_source {
public:
    struct entry {
        std::uint64_t number = 0;
        descriptor content;
    };

    [[nodiscard]] std::uint64_t put(const descriptor& sent) override;
    void put_as(std::uint64_t number, const descriptor& sent) override;
    [[nodiscard]] descriptor take(std::uint64_t number) override;

    /// One that another process has numbered.
    void add(std::uint64_t number, descriptor content);
    /// Gives what is here to `sink`, under the same numbers.
    void append_to(descriptor_sink* sink) const {
        for (const auto& each : entries_) sink->put_as(each.number, each.content);
    }
    void clear() noexcept { entries_.clear(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] const std::vector<entry>& entries() const noexcept { return entries_; }

private:
    std::vector<entry> entries_;
};

/// Encoded values with what belongs to them.
struct parcel {
    std::vector<std::byte> bytes;
    descriptor_bundle descriptors;
};

} // namespace tandem::detail
