// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin.hpp"

extern "C" long thousands(long count);

namespace {

const long addend = thousands(PLUGIN_BUILD); // set by a static initialiser, so in workers, too

} // namespace

long plugin_function(long x) { return x + addend; }

void plugin_map(const tandem::pool& workers, std::vector<long>& values) {
    values = workers.map([](long x) { return x + addend; }, values);
}

void plugin_submit(const tandem::pool& workers, std::vector<long>& values) {
    for (auto& value : values)
        value = workers.submit(&plugin_function, static_cast<short>(value)).get();
}
