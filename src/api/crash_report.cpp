// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/crash_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "runtime/kernel_text.hpp"

namespace tandem {

namespace {

constexpr std::size_t longest_name = 200;                  // those of templates have no end
constexpr std::size_t large_peak = std::size_t{256} << 20; // worth a word: memory may be the cause

/// What calls the user's function: a compiler may put that in line here.
constexpr std::string_view caller = "tandem::detail::";
/// What a worker starts with: behind it is only the way to it, as main().
constexpr std::string_view launcher = "tandem::launch::";

bool is_library(std::string_view module) {
    static constexpr std::array<std::string_view, 9> names{"libc.so",      "libc-",   "libpthread",
                                                           "libstdc++.so", "libc++",  "libgcc_s.",
                                                           "ld-linux",     "libm.so", "libtandem"};
    const auto name = module.substr(module.rfind('/') + 1); // of the whole, if there is no '/'
    return std::ranges::any_of(names, [&](auto begin) { return name.starts_with(begin); });
}

/// With a static C library or Tandem its functions are the program's, known by their names alone.
bool is_internal(std::string_view function) {
    static constexpr std::array<std::string_view, 10> names{
        "tandem::runtime::", caller,  "tandem::os::", "std::",     "__gnu_cxx::",
        "__cxxabiv1::",      "raise", "abort",        "__pthread", "__libc"};
    return std::ranges::any_of(names, [&](auto begin) { return function.starts_with(begin); });
}

std::string hexadecimal(std::uint64_t number) {
    std::array<char, 16> digits{};
    const auto written = std::to_chars(digits.begin(), digits.end(), number, 16);
    return "0x" + std::string{digits.data(), written.ptr};
}

} // namespace

std::string stack_frame::describe() const {
    auto where = (module.empty() ? "unknown module" : module) + "+" + hexadecimal(offset);
    if (function.empty()) return where;
    const bool is_long = function.size() > longest_name;
    return function.substr(0, longest_name) + (is_long ? "..." : "") + " (" + where + ")";
}

const stack_frame* crash_report::place() const noexcept {
    const stack_frame* called_from = nullptr;
    for (const auto& frame : backtrace) {
        if (frame.module.empty() || is_library(frame.module)) continue;
        if (frame.function.starts_with(launcher)) break;
        if (!is_internal(frame.function)) return &frame;
        if (frame.function.starts_with(caller) && called_from == nullptr) called_from = &frame;
    }
    return called_from;
}

std::string crash_report::describe() const {
    auto text = status.describe();
    if (out_of_memory) text += " by the kernel, which was out of memory";
    if (const auto* frame = place()) text += " in " + frame->describe();
    if (const auto peak = status.usage().peak_rss_bytes; out_of_memory || peak >= large_peak)
        text += "; it had " + runtime::bytes_in_words(peak) + " resident at most";
    return text;
}

} // namespace tandem
