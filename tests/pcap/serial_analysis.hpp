// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "analysis.hpp"
#include "packets.hpp"
#include "range_cutter.hpp"

namespace traffic::test {

/// What the program computes, without its worker processes.
struct serial_result {
    analysis numbers;
    end_remark remark;
    std::size_t ranges = 0;
};

[[nodiscard]] serial_result analyse_serially(const bytes& capture,
                                             const std::string& interval = "10",
                                             const range_limits& limits = {});

} // namespace traffic::test
