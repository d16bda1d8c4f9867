// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/resources.hpp"

#include <utility>

#include "os/cpus.hpp"
#include "os/topology.hpp"
#include "runtime/cpu_budget.hpp"
#include "runtime/memory_state.hpp"

namespace tandem {

namespace {

resource_report::processor_report processors_now() {
    auto budget = runtime::read_cpu_budget();
    return {.online = os::online_cpus(),
            .allowed = budget.allowed,
            .quota = budget.quota,
            .usable = budget.usable,
            .why = std::move(budget.why)};
}

resource_report::hardware_report hardware_now() {
    const auto topology = os::read_topology();
    if (!topology) return {};
    resource_report::hardware_report hardware{.cores = topology->cores,
                                              .allowed_cores = topology->cores_allowed,
                                              .packages = topology->packages,
                                              .numa_nodes = topology->numa_nodes,
                                              .caches = {}};
    for (const auto& cache : topology->caches)
        hardware.caches.push_back({cache.level, cache.bytes, cache.count});
    return hardware;
}

resource_report::memory_report memory_now() {
    auto state = runtime::memory_gauge{}.read();
    return {.total_bytes = state.total,
            .limit_bytes = state.limit,
            .available_bytes = state.available,
            .swap_bytes = state.swap_total,
            .swap_free_bytes = state.swap_free,
            .why = std::move(state.why)};
}

} // namespace

int cpu_count() noexcept { return os::online_cpus(); }

int usable_cpus() { return runtime::usable_cpu_count(); }

resource_report resources() {
    const auto memory = runtime::read_pressure("memory");
    return {.processors = processors_now(),
            .hardware = hardware_now(),
            .memory = memory_now(),
            .pressure = {.cpu_percent = runtime::read_pressure("cpu").some,
                         .memory_percent = memory.some,
                         .memory_full_percent = memory.full}};
}

} // namespace tandem
