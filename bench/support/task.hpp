// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace bench {

/// The task of `dispatch_single` and `latency`: as little work as possible, so that what is
/// measured is the way there and back. Not inlined, so that every engine pays the same call.
[[gnu::noinline]] inline int task(int x) { return 3 * x + 1; }

} // namespace bench
