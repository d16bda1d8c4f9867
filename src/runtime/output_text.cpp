// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/output_text.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "os/fork.hpp"
#include "os/pipe.hpp"

namespace tandem::runtime {

output_mark make_output_mark() {
    std::random_device random;
    output_mark mark{};
    for (auto& byte : mark) byte = static_cast<char>(0x80U | (random() & 0x7fU));
    return mark;
}

void write_output_mark(const output_mark& mark) noexcept {
    os::flush_output();
    for (const int stream : {1, 2}) os::write_all(stream, {mark.data(), mark.size()});
}

output_text::output_text(std::string prefix, const output_mark& mark)
    : prefix_{std::move(prefix)},
      mark_{mark == output_mark{} ? std::string{} : std::string{mark.begin(), mark.end()}} {}

void output_text::add(std::string_view bytes, std::string& shown) {
    // A mark may have come in two parts.
    const auto unsearched = held_.size() - std::min(held_.size(), mark_.size());
    held_ += bytes;
    if (!mark_.empty()) take_groups(unsearched, shown);
    const auto most = mark_.empty() ? longest_line : largest_group;
    if (mark_.empty() || held_.size() > most) take_lines(most, shown);
}

void output_text::finish(std::string& shown) {
    show(held_, shown);
    end_line(shown);
    held_.clear();
}

void output_text::take_groups(std::size_t from, std::string& shown) {
    std::size_t taken = 0;
    for (auto end = held_.find(mark_, from); end != held_.npos; end = held_.find(mark_, taken)) {
        show(std::string_view{held_}.substr(taken, end - taken), shown);
        end_line(shown);
        taken = end + mark_.size();
    }
    held_.erase(0, taken);
}

void output_text::take_lines(std::size_t most, std::string& shown) {
    auto taken = held_.rfind('\n') + 1; // 0 if there is none
    // A line that is too long; the beginning of a mark stays.
    if (held_.size() - taken > most) taken = held_.size() - mark_.size();
    show(std::string_view{held_}.substr(0, taken), shown);
    held_.erase(0, taken);
}

void output_text::show(std::string_view text, std::string& shown) {
    if (text.empty()) return;
    keep_tail(text);
    line_is_open_ = !text.ends_with('\n');
    if (prefix_.empty()) {
        shown += text;
        return;
    }
    while (!text.empty()) {
        const auto line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
        shown += prefix_;
        shown += line;
        text.remove_prefix(line.size());
    }
    end_line(shown); // or the next worker's line would stand behind it
}

void output_text::end_line(std::string& shown) {
    if (line_is_open_) shown += '\n';
    line_is_open_ = false;
}

void output_text::keep_tail(std::string_view text) {
    if (text.size() > tail_bytes) text.remove_prefix(text.size() - tail_bytes);
    const auto room = tail_bytes - text.size();
    if (tail_.size() > room) tail_.erase(0, tail_.size() - room);
    tail_ += text;
}

} // namespace tandem::runtime
