// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "terminal.hpp"

namespace traffic {

progress::progress(std::uint64_t total_bytes)
    : total_bytes_{std::max<std::uint64_t>(total_bytes, 1)}, enabled_{stderr_is_terminal()} {}

progress::~progress() { hide(); }

void progress::show(std::uint64_t packets, std::uint64_t bytes) {
    constexpr std::chrono::milliseconds pause{100};
    const auto now = clock::now();
    if (!enabled_ || now - drawn_ < pause) return;
    const std::chrono::duration<double> elapsed = now - begin_;
    drawn_ = now;
    visible_ = true;
    fmt::print(stderr, "\r\x1b[K{:3} %  {:.1f} M packets/s", bytes * 100 / total_bytes_,
               static_cast<double>(packets) / 1e6 / std::max(elapsed.count(), 1e-6));
    (void)std::fflush(stderr);
}

void progress::hide() {
    if (!visible_) return;
    visible_ = false;
    (void)std::fputs("\r\x1b[K", stderr);
    (void)std::fflush(stderr);
}

} // namespace traffic
