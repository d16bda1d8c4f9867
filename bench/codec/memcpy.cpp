// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast does a value become bytes and another value again?
// Engine    std::memcpy() of as many bytes, there and back, into memory that is new on the way
// back:
//           the floor of what lies in one block; what is made of many pieces cannot be as fast.
// Reported  GB/s of content, see tandem.cpp

#include <cstring>

#include "support/codec.hpp"

namespace {

template <class T>
void report_copies(const char* question, const T& value) {
    const std::vector<char> content(bench::content_bytes(value), 'x');
    std::vector<char> buffer(content.size());
    bench::report_round_trips({question, "memcpy", "GB/s", 0}, content, [&](const auto& from) {
        std::memcpy(buffer.data(), from.data(), from.size());
        return std::vector<char>(buffer.begin(), buffer.end());
    });
}

} // namespace

int main() {
    const auto values = bench::make_codec_values();
    report_copies("codec_ints", values.ints);
    report_copies("codec_strings", values.strings);
    report_copies("codec_structs", values.structs);
    report_copies("codec_map", values.map);
}
