// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tandem::test {

/// A directory in which tasks leave notes, removed with all that is in it.
class scratch {
public:
    scratch() {
        auto name = (std::filesystem::temp_directory_path() / "tandem-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
        path_ = name;
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Names of the files, sorted.
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator{path_})
            names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream in{path_ + "/" + name};
        std::ostringstream content;
        content << in.rdbuf();
        return content.str();
    }
    /// From any process; true if it could be written.
    static bool append(const std::string& file, const std::string& text) {
        std::ofstream out{file, std::ios::app};
        out << text << std::flush;
        return out.good();
    }

private:
    std::string path_;
};

} // namespace tandem::test
