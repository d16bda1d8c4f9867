// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/thread_caps.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>

#include "launch/quiet_libraries.hpp"
#include "os/environment.hpp"
#include "os/modules.hpp"
#include "runtime/cpu_budget.hpp"

namespace tandem::runtime {

namespace {

/// Has the number that a pool has set the variables to: what is set to another number is the
/// user's.
constexpr const char* cap_variable = "TANDEM_LIBRARY_THREADS";

struct library {
    const char* variable;
    const char* setter; // called if the library is loaded
    bool takes_long = false;
};

// OpenMP first: the others go by its variable if theirs is not set.
constexpr std::array libraries{library{"OMP_NUM_THREADS", "omp_set_num_threads"},
                               library{"OPENBLAS_NUM_THREADS", "openblas_set_num_threads"},
                               library{"MKL_NUM_THREADS", "MKL_Set_Num_Threads"},
                               library{"BLIS_NUM_THREADS", "bli_thread_set_num_threads", true}};
constexpr const char* openmp = libraries[0].variable;
constexpr std::size_t openblas = 1;

/// 0 if it is not set to a number.
int number_in(const char* variable) {
    const auto text = os::environment_variable(variable);
    int threads = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), threads);
    return std::max(threads, 0);
}

/// The setter of each library; null if it is not loaded. Looked for once: what is loaded later
/// reads its variable. In a child the first look costs 60 microseconds, of page faults.
const std::array<void*, libraries.size()>& setters() {
    static const auto found = [] {
        std::array<void*, libraries.size()> symbols{};
        std::ranges::transform(libraries, symbols.begin(),
                               [](const library& each) { return os::loaded_symbol(each.setter); });
        return symbols;
    }();
    return found;
}

void tell(std::size_t number, int threads) {
    void* setter = setters()[number];
    if (setter == nullptr) return;
    if (libraries[number].takes_long)
        reinterpret_cast<void (*)(long)>(setter)(threads);
    else
        reinterpret_cast<void (*)(int)>(setter)(threads);
}

} // namespace

int library_threads_for(int workers, int usable_cpus) {
    const int cap = number_in(cap_variable); // 0 outside of workers
    return std::max(1, (cap > 0 ? cap : usable_cpus) / std::max(1, workers));
}

void cap_library_threads(int threads) {
    if (threads < 1) return;
    const auto before = os::environment_variable(cap_variable);
    const auto is_users = [&](const char* variable) {
        const auto value = os::environment_variable(variable);
        return !value.empty() && value != before;
    };
    if (is_users(openmp) || is_users(libraries[openblas].variable)) uncap_library_threads();
    if (is_users(openmp)) return;
    const auto number = std::to_string(threads);
    for (std::size_t i = 0; i < libraries.size(); ++i) {
        if (is_users(libraries[i].variable)) continue;
        os::set_environment_variable(libraries[i].variable, number);
        tell(i, threads);
    }
    os::set_environment_variable(cap_variable, number);
}

void find_libraries_with_threads() { (void)setters(); }

void uncap_library_threads() {
    if (!launch::libraries_were_quiet() || setters()[openblas] == nullptr) return;
    const int own = number_in(libraries[openblas].variable);
    const int wanted = own > 0 ? own : number_in(openmp);
    tell(openblas, wanted > 0 ? wanted : usable_cpu_count());
}

} // namespace tandem::runtime
