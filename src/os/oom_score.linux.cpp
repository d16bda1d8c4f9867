// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/oom_score.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "os/unique_fd.hpp"

namespace tandem::os {

void prefer_for_oom_kill() noexcept {
    constexpr int more = 300;
    constexpr int most = 1000;
    const unique_fd file{::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC)};
    std::array<char, 16> text{};
    if (!file || ::read(file.get(), text.data(), text.size()) <= 0) return;
    int score = 0; // what an administrator has set counts, too
    (void)std::from_chars(text.begin(), text.end(), score);
    const auto end = std::to_chars(text.begin(), text.end(), std::min(score + more, most)).ptr;
    (void)::pwrite(file.get(), text.data(), static_cast<std::size_t>(end - text.begin()), 0);
}

} // namespace tandem::os
