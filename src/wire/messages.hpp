// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The kinds of records between a pool and its worker. Drawn in docs/protocol/worker_segment.md.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace tandem::wire {

/// Parent to worker.
enum class task_kind : std::uint16_t {
    continuation = 0, // a further piece of the record before
    call,             // code_id of a call thunk, callable, arguments; one result
    open_job,         // code_id of a job thunk, callable, extra arguments; no result
    chunk,            // count, flags, items of the job named in the header; one result per item
    close_job,        // the job named in the header gets no more chunks; no result
    stop,             // end the process
    share,            // a number, and the bytes to keep under it; no result
    unshare,          // the number of shared bytes that are needed no more; no result
    descriptors,      // numbers of the descriptors, sent beside, that the next record names
};

/// What is asked of a chunk or a call, beside its results.
struct run_flags {
    static constexpr std::uint32_t timed = 1;   // say with the last result how long all took
    static constexpr std::uint32_t packed = 2;  // results may come side by side
    static constexpr std::uint32_t watched = 4; // note when each item began, and what it used
};

/// Worker to parent. Results come in the order of the items; each has a number that says of which
/// task and item it is.
enum class result_kind : std::uint16_t {
    continuation = 0,
    value,       // the encoded result
    error,       // count, then type name and message of each exception in the chain
    block,       // the results of several items in a row, side by side; each as its bytes in memory
    descriptors, // as of a task, for the next result
};

/// Names a result, so that one that is lost, repeated, or of a task that the parent does not
/// expect, cannot pass unseen: the low halves of the worker's counts of tasks and of items begun.
[[nodiscard]] constexpr std::uint32_t result_number(std::uint64_t task,
                                                    std::uint64_t item) noexcept {
    return static_cast<std::uint32_t>((task & 0xffff) << 16 | (item & 0xffff));
}

/// The body of a record of kind `descriptors`. What is behind the last whole number is ignored.
[[nodiscard]] inline std::vector<std::uint64_t> read_numbers(std::span<const std::byte> body) {
    std::vector<std::uint64_t> numbers(body.size() / sizeof(std::uint64_t));
    if (!numbers.empty())
        std::memcpy(numbers.data(), body.data(), numbers.size() * sizeof(std::uint64_t));
    return numbers;
}

} // namespace tandem::wire
