// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include "channel/process_page.hpp"
#include "os/per_process.hpp"

namespace tandem::runtime {

/// The page of a process that has ended, for the next one: making one takes a tenth of a start.
///
/// Sharing   any number of threads. A fork of this process has one of its own.
class spare_page {
public:
    [[nodiscard]] static std::optional<channel::process_page> take() {
        auto& only = os::of_this_process<spare_page>();
        const std::lock_guard guard{only.mutex_};
        return std::exchange(only.page_, std::nullopt);
    }

    static void keep(channel::process_page page) {
        auto& only = os::of_this_process<spare_page>();
        const std::lock_guard guard{only.mutex_};
        if (only.page_) return;
        page.clear();
        only.page_ = std::move(page);
    }

private:
    std::mutex mutex_; // guards: all below
    std::optional<channel::process_page> page_;
};

} // namespace tandem::runtime
