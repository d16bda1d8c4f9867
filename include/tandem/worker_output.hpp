// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

namespace tandem {

/// What becomes of that which the workers of a pool write to standard output and error.
///
/// But for `inherit`, it goes through pipes to this program, whose threads write it out: a worker
/// then does not see a terminal, its output may appear a little later than the result of the task,
/// and the two streams are each in order, but not one against the other. A worker whose program
/// cannot get rid of output waits for it when 64 KiB are pending. What a worker wrote before it
/// crashed is not lost; what it has left in a buffer of stdio is, but lines are not left there.
/// What it has started and left behind can write no more once the worker has ended (SIGPIPE).
enum class worker_output : std::uint8_t {
    lines,   ///< Lines come out whole, up to 64 KiB; a last one without its end gets one.
    tagged,  ///< As `lines`, each with the name and the process id of its worker in front.
    grouped, ///< What a task wrote comes out in one piece, up to 1 MiB, when the task has finished.
    inherit, ///< Workers have the descriptors of this program; errors tell no stderr_tail().
    discard, ///< Nothing comes out; errors tell the stderr_tail() all the same.
};

} // namespace tandem
