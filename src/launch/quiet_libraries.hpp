// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// OpenBLAS starts a thread per processor when it is loaded, and a forkserver must have none. So the
// server is executed with OPENBLAS_NUM_THREADS=1, and sets the variable back before anybody sees
// it. Its forks tell the library how many threads it may have, see runtime/thread_caps.hpp.

#include <string>
#include <vector>

namespace tandem::launch {

/// In the program: changes the environment that its forkserver is executed with.
void keep_libraries_quiet(std::vector<std::string>& environment);

/// In the server: sets back what the program has changed.
void restore_environment();

/// True in a forkserver and in its forks.
[[nodiscard]] bool libraries_were_quiet() noexcept;

} // namespace tandem::launch
