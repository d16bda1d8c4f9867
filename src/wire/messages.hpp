// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The kinds of records between a pool and its worker. Drawn in docs/protocol/worker_segment.md.

#include <cstdint>

namespace tandem::wire {

/// Parent to worker.
enum class task_kind : std::uint16_t {
    continuation = 0, // a further piece of the record before
    call,             // code_id of a call thunk, callable, arguments; one result
    open_job,         // code_id of a job thunk, callable, extra arguments; no result
    chunk,            // count, items of the job named in the header; one result per item
    close_job,        // the job named in the header gets no more chunks; no result
    stop,             // end the process
};

/// Worker to parent. Results come in the order of the items; each names its worker's count of items
/// begun, so that a lost or repeated one cannot pass unseen.
enum class result_kind : std::uint16_t {
    continuation = 0,
    value, // the encoded result
    error, // count, then type name and message of each exception in the chain
};

} // namespace tandem::wire
