// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/shared_region.hpp"

namespace tandem::test {

/// A plain number that forks of the test share: who changes it without a lock loses some changes.
class shared_number {
public:
    [[nodiscard]] int& operator*() const { return *reinterpret_cast<int*>(region_.bytes().data()); }

private:
    detail::shared_region region_ =
        detail::shared_region::create("test", sizeof(int), detail::shared_region::pages::reserved);
};

} // namespace tandem::test
