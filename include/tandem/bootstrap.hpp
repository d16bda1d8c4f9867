// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"

namespace tandem {

/// Makes this program able to run workers. Call it as the first line of main().
///
/// Workers are made by executing the program once more and forking that copy, which has one thread
/// and has inherited nothing. In the copy and in its workers bootstrap() does not return; in the
/// program itself it returns at once. What main() does before this call, and what initialisers of
/// static objects do, happens in the copy too.
///
/// Python spells it freeze_support(), together with `if __name__ == "__main__"`.
TANDEM_EXPORT void bootstrap();

} // namespace tandem
