// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

namespace tandem::test {

/// Leads a stream of this process, by its number, into memory for as long as it lives.
class captured_stream {
public:
    explicit captured_stream(int number)
        : number_{number},
          previous_{::dup(number)},
          memory_{::memfd_create("captured", MFD_CLOEXEC)} {
        std::fflush(nullptr);
        EXPECT_NE(::dup2(memory_, number_), -1);
    }
    captured_stream(const captured_stream&) = delete;
    captured_stream& operator=(const captured_stream&) = delete;
    ~captured_stream() {
        std::fflush(nullptr);
        ::dup2(previous_, number_);
        ::close(previous_);
        ::close(memory_);
    }

    /// All that was written so far.
    [[nodiscard]] std::string text() const {
        std::string read;
        std::array<char, 65536> buffer{};
        for (;;) {
            const auto bytes =
                ::pread(memory_, buffer.data(), buffer.size(), static_cast<off_t>(read.size()));
            if (bytes <= 0) return read;
            read.append(buffer.data(), static_cast<std::size_t>(bytes));
        }
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::istringstream stream{text()};
        std::vector<std::string> all;
        for (std::string line; std::getline(stream, line);) all.push_back(line);
        return all;
    }

private:
    int number_;
    int previous_;
    int memory_;
};

} // namespace tandem::test
