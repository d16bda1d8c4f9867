// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The values that the engines of bench/codec encode and decode, and how that is timed.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/report.hpp"

namespace bench {

struct reading { // with padding, so that it cannot be copied as one block
    std::uint32_t sensor;
    std::uint16_t channel;
    bool valid;
    double value;

    friend bool operator==(const reading&, const reading&) = default;
};

struct codec_values {
    std::vector<int> ints;
    std::vector<std::string> strings;
    std::vector<reading> structs;
    std::map<std::string, std::vector<int>> map;
};

inline codec_values make_codec_values() {
    codec_values made;
    std::uint32_t state = 1;
    const auto next = [&state] { return state = state * 1664525 + 1013904223; };
    for (int i = 0; i < 1'000'000; ++i) made.ints.push_back(static_cast<int>(next()));
    for (int i = 0; i < 100'000; ++i) made.strings.emplace_back(next() >> 27, 'x'); // 0 to 31
    for (int i = 0; i < 100'000; ++i) {
        const auto number = next();
        made.structs.push_back({number, static_cast<std::uint16_t>(number >> 16),
                                (number & 1024) != 0, static_cast<double>(number) / 3});
    }
    for (int i = 0; i < 20'000; ++i) {
        auto& row = made.map["row " + std::to_string(next())];
        for (std::uint32_t left = next() >> 27; left > 0; --left)
            row.push_back(static_cast<int>(next()));
    }
    return made;
}

// ---- bytes of content, which all engines have to move at least
// -----------------------------------

inline std::size_t content_bytes(const std::vector<char>& values) { return values.size(); }
inline std::size_t content_bytes(const std::vector<int>& values) { return values.size() * 4; }
inline std::size_t content_bytes(const std::vector<reading>& values) { return values.size() * 15; }
inline std::size_t content_bytes(const std::string& text) { return text.size(); }
inline std::size_t content_bytes(const std::vector<std::string>& values) {
    std::size_t bytes = 0;
    for (const auto& value : values) bytes += content_bytes(value);
    return bytes;
}
inline std::size_t content_bytes(const std::map<std::string, std::vector<int>>& values) {
    std::size_t bytes = 0;
    for (const auto& [key, row] : values) bytes += content_bytes(key) + content_bytes(row);
    return bytes;
}

/// Reports how fast `there_and_back(value)` encodes a value and decodes it to a new one. The check
/// of the outcome is not timed.
template <class T, class ThereAndBack>
void report_round_trips(figure named, const T& value, ThereAndBack there_and_back) {
    constexpr double shortest_s = 0.3;
    require(there_and_back(value) == value, named.question); // warms up, too
    int rounds = 0;
    const stopwatch watch;
    for (; watch.seconds() < shortest_s; ++rounds)
        require(there_and_back(value).size() == value.size(), named.question);
    const auto bytes = static_cast<double>(content_bytes(value)) * rounds;
    named.value = bytes / watch.seconds() / 1e9;
    report(named);
}

/// All figures of one engine.
template <class ThereAndBack>
void report_codec(const char* engine, ThereAndBack there_and_back) {
    const auto values = make_codec_values();
    report_round_trips({"codec_ints", engine, "GB/s", 0}, values.ints, there_and_back);
    report_round_trips({"codec_strings", engine, "GB/s", 0}, values.strings, there_and_back);
    report_round_trips({"codec_structs", engine, "GB/s", 0}, values.structs, there_and_back);
    report_round_trips({"codec_map", engine, "GB/s", 0}, values.map, there_and_back);
}

} // namespace bench
