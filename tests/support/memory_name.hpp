// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace tandem::test {

/// A name for shared memory that no other test has; it is gone in the end, whatever happens.
class memory_name {
public:
    explicit memory_name(const std::string& about = "memory")
        : text_{"tandem-test-" + std::to_string(::getpid()) + "-" + about} {}
    memory_name(const memory_name&) = delete;
    memory_name& operator=(const memory_name&) = delete;
    ~memory_name() {
        std::error_code ignored;
        std::filesystem::remove(path(), ignored);
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] std::string path() const { return "/dev/shm/" + text_; }
    [[nodiscard]] bool is_there() const { return std::filesystem::exists(path()); }

private:
    std::string text_;
};

} // namespace tandem::test
