// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tandem::runtime {

/// What a local engine shares with its workers; a task keeps what there was when it began.
using shared_bytes_ptr = std::shared_ptr<const std::vector<std::byte>>;
using shared_values = std::shared_ptr<const std::unordered_map<std::uint64_t, shared_bytes_ptr>>;

/// While it lives, local_shared_bytes() of this thread looks there.
class use_shared_values {
public:
    explicit use_shared_values(const shared_values& values) noexcept
        : outer_{std::exchange(current_, values.get())} {}
    use_shared_values(const use_shared_values&) = delete;
    use_shared_values& operator=(const use_shared_values&) = delete;
    ~use_shared_values() { current_ = outer_; }

private:
    friend const std::vector<std::byte>* local_shared_bytes(std::uint64_t id) noexcept;

    static thread_local const shared_values::element_type* current_;
    const shared_values::element_type* outer_; // of a task whose call this one is part of
};

/// In a task of a local engine: the bytes shared under this number; null: none.
[[nodiscard]] const std::vector<std::byte>* local_shared_bytes(std::uint64_t id) noexcept;

} // namespace tandem::runtime
