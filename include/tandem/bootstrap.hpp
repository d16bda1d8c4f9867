// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"

namespace tandem {

/// Makes this program able to start processes and workers. Call it as the first line of main().
///
/// They are made by executing the program once more and forking that copy, which has one thread and
/// has inherited nothing, or by executing it for each (start_method::spawn). In these copies
/// bootstrap() does not return; in the program itself it returns at once, however often it is
/// called. What main() does before this call, and what initialisers of static objects do, happens
/// in each copy too, which has the program's name as its only argument.
///
/// Errors    none here. Without it, or if a copy ends before it comes here, starting anything but a
///           fork throws bootstrap_error; if the copy has threads by then, launch_error.
/// Source    Python's freeze_support(), together with `if __name__ == "__main__"`.
TANDEM_EXPORT void bootstrap();

} // namespace tandem
