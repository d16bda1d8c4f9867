// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "tandem/start_method.hpp"

namespace tandem::test {

/// For INSTANTIATE_TEST_SUITE_P: each start method, and the name of a test with it.
inline auto each_start_method() {
    return testing::Values(start_method::forkserver, start_method::spawn, start_method::fork);
}
inline std::string name_of(start_method method) {
    constexpr const char* names[] = {"forkserver", "spawn", "fork"};
    return names[static_cast<std::size_t>(method)];
}
inline std::string name_of_method(const testing::TestParamInfo<start_method>& tested) {
    return name_of(tested.param);
}

} // namespace tandem::test
