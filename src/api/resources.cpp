// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/resources.hpp"

#include "os/cpus.hpp"
#include "runtime/cpu_budget.hpp"

namespace tandem {

int cpu_count() noexcept { return os::online_cpus(); }

int usable_cpus() { return runtime::usable_cpu_count(); }

} // namespace tandem
