// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The main() of every test program: as any program that uses Tandem, it starts with bootstrap().

#include <gtest/gtest.h>

#include "tandem/bootstrap.hpp"

int main(int argc, char** argv) {
    tandem::bootstrap();
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
