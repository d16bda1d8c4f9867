// expect: tandem: this type is not portable
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <mutex>

#include "tandem/tandem.hpp"

void work(const std::shared_ptr<std::mutex>& lock);

void run(const tandem::pool& workers) {
    workers.submit(work, std::make_shared<std::mutex>()).get();
}
