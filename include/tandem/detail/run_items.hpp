// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How a worker runs the items of a chunk.

#include <cstdint>
#include <type_traits>
#include <utility>

#include "tandem/codec.hpp"
#include "tandem/detail/call_job.hpp"
#include "tandem/detail/thunk.hpp"

namespace tandem::detail {

/// A result whose encoding is its bytes in memory, and that is small enough to travel with others.
template <class R>
inline constexpr bool packable = [] {
    if constexpr (std::is_void_v<R>)
        return false;
    else
        return bitwise<R> && sizeof(R) <= 1024;
}();

/// Runs items until the block is full, or `left` are done. An exception leaves the item begun.
template <class Call>
void fill_block(result_block& block, std::uint32_t left, Call& decode_and_call) {
    while (block.filled() < left && block.takes_more()) {
        block.begin_item();
        block.finish_item(decode_and_call());
    }
}

/// Runs up to `most` items as one block; how many they were, one that threw among them.
template <class Call>
std::uint32_t run_block(result_sink& results, result_block& block, std::uint32_t most,
                        Call& decode_and_call) {
    try {
        fill_block(block, most, decode_and_call);
    } catch (...) {
        results.close_block(block.filled());
        results.fail_item();
        return static_cast<std::uint32_t>(block.filled()) + 1;
    }
    results.close_block(block.filled());
    return static_cast<std::uint32_t>(block.filled());
}

/// Calls `count` times, and leaves each result or exception as the outcome of one item.
template <class Call>
void run_items(result_sink& results, std::uint32_t count, Call decode_and_call) {
    using result = std::decay_t<std::invoke_result_t<Call&>>;
    if constexpr (packable<result>) {
        while (count > 0) {
            auto block = results.open_block(sizeof(result), count);
            if (!block) break;
            count -= run_block(results, *block, count, decode_and_call);
        }
    }
    for (; count > 0; --count) run_item(results, decode_and_call);
}

} // namespace tandem::detail
