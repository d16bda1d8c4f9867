// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace bench {

/// One measured figure of one round, as bench/run.py reads it: a JSON object on a line of its own.
struct figure {
    const char* question;
    const char* engine;
    const char* unit;
    double value;
};

inline void print_line(const std::string& line) {
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
}

inline void report(const figure& f) {
    std::ostringstream line;
    line.precision(9);
    line << R"({"question": ")" << f.question << R"(", "engine": ")" << f.engine
         << R"(", "unit": ")" << f.unit << R"(", "value": )" << f.value << "}\n";
    print_line(line.str());
}

/// Where there is no number: what happened, and a remark.
struct outcome {
    const char* question;
    const char* engine;
    const char* what;
    std::string note;
};

inline void report(const outcome& o) {
    print_line(std::string{R"({"question": ")"} + o.question + R"(", "engine": ")" + o.engine +
               R"(", "outcome": ")" + o.what + R"(", "note": ")" + o.note + "\"}\n");
}

/// Ends the engine with status 1 unless `condition` holds: a wrong result must not become a figure.
inline void require(bool condition, const char* what) {
    if (condition) return;
    std::fputs("wrong result: ", stderr);
    std::fputs(what, stderr);
    std::fputs("\n", stderr);
    std::_Exit(EXIT_FAILURE);
}

class stopwatch {
public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The sample below which a share `q` of all samples lies. Reorders `samples`, which has to hold
/// one at least.
inline double quantile(std::vector<double>& samples, double q) {
    const auto rank = static_cast<std::size_t>(q * static_cast<double>(samples.size() - 1));
    const auto at = samples.begin() + static_cast<std::ptrdiff_t>(rank);
    std::ranges::nth_element(samples, at);
    return *at;
}

} // namespace bench
