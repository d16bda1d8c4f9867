// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace tandem::runtime {

/// How many threads a library may start in each of `workers` workers of this process: its share of
/// the processors that this process may use, or of the threads that it may start if it is a worker
/// itself. At least 1.
[[nodiscard]] int library_threads_for(int workers, int usable_cpus);

/// In a worker, before it runs anything: libraries that start threads of their own (OpenMP,
/// OpenBLAS, MKL, BLIS) start `threads` at the most, unless the user has set their variable, such
/// as OMP_NUM_THREADS. Those that are loaded, and so may have read it, are told as well; others
/// read it.
void cap_library_threads(int threads);

/// In a forkserver: its children need not look for them then.
void find_libraries_with_threads();

/// In a process that is a fork of a forkserver, where libraries were loaded without threads: they
/// start as many as they would have by themselves.
void uncap_library_threads();

} // namespace tandem::runtime
