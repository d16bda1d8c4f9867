// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Counts the bytes that operator new gives out, which codec_allocations.cpp replaces.

#include <cstddef>

namespace tandem::test {

extern std::size_t bytes_in_use;
extern std::size_t most_bytes_in_use;

/// The most memory in use at one time since the watch was made, above what was in use then.
class allocation_watch {
public:
    allocation_watch() { most_bytes_in_use = bytes_in_use; }
    [[nodiscard]] std::size_t peak_bytes() const { return most_bytes_in_use - before_; }

private:
    std::size_t before_ = bytes_in_use;
};

} // namespace tandem::test
