// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture_format.hpp"
#include "interval_row.hpp"
#include "port_sets.hpp"

namespace traffic {

/// All that is known of a capture in the end; what the output files are made from.
struct analysis {
    std::string path;
    std::uint64_t bytes = 0;
    std::string interval; // seconds, as given on the command line
    capture_format format;
    std::uint64_t packets = 0; // of any kind
    std::vector<interval_row> rows;
    port_sets ports;
};

} // namespace traffic
