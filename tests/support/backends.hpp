// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tandem/pool_options.hpp"

namespace tandem::test {

/// For INSTANTIATE_TEST_SUITE_P: a test that every backend has to pass.
inline auto each_backend() {
    return testing::Values(backend::processes, backend::threads, backend::inline_);
}

inline std::string name_of_backend(const testing::TestParamInfo<backend>& tested) {
    switch (tested.param) {
        case backend::processes:
            return "Processes";
        case backend::threads:
            return "Threads";
        case backend::inline_:
            return "Inline";
    }
    return "";
}

} // namespace tandem::test
