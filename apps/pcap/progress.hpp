// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>

namespace traffic {

/// A line on standard error that says how far the analysis is; nothing where that is no terminal.
class progress {
public:
    explicit progress(std::uint64_t total_bytes);
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    ~progress();

    /// Draws at most ten times a second.
    void show(std::uint64_t packets, std::uint64_t bytes);

    /// Wipes the line, so that something else can be printed.
    void hide();

private:
    using clock = std::chrono::steady_clock;

    std::uint64_t total_bytes_;
    bool enabled_;
    bool visible_ = false;
    clock::time_point begin_ = clock::now();
    clock::time_point drawn_;
};

} // namespace traffic
