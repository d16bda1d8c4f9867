// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a worker writes to one of its streams, put together again so that it can be shown in pieces
// that make sense: whole lines, or all that one task wrote.
//
// Marks     when output is grouped by task, the worker writes its `mark` to both streams when a
// task
//           is finished. It is random, so that no output looks like it by chance.
// Bounds    held back: a line up to 64 KiB, or a task's output up to 1 MiB; what is longer is shown
//           in pieces.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::runtime {

/// All zero: output is not grouped.
using output_mark = std::array<char, 16>;

/// Random, and without a line's end in it.
[[nodiscard]] output_mark make_output_mark();
/// In a worker: what it wrote so far is out, and belongs to what is finished.
void write_output_mark(const output_mark& mark) noexcept;

class output_text {
public:
    static constexpr std::size_t longest_line = std::size_t{64} << 10;
    static constexpr std::size_t largest_group = std::size_t{1} << 20;
    static constexpr std::size_t tail_bytes = 4096;

    /// `prefix`: put before each line.
    explicit output_text(std::string prefix = {}, const output_mark& mark = {});

    /// Takes what was read; appends to `shown` what may be shown now.
    void add(std::string_view bytes, std::string& shown);
    /// No more will come: appends what was held back, and ends its last line.
    void finish(std::string& shown);

    /// The last bytes of all that was shown, without prefixes and marks.
    [[nodiscard]] const std::string& tail() const noexcept { return tail_; }

private:
    void take_lines(std::size_t most, std::string& shown);
    void take_groups(std::size_t from, std::string& shown);
    void end_line(std::string& shown);
    void show(std::string_view text, std::string& shown);
    void keep_tail(std::string_view text);

    std::string prefix_;
    std::string mark_; // empty: none
    std::string held_;
    std::string tail_;
    bool line_is_open_ = false; // the last that was shown was no line's end
};

} // namespace tandem::runtime
