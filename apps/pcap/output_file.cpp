// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "output_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <system_error>

namespace traffic {

namespace {

namespace fs = std::filesystem;

struct file_closer {
    void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
};
using file_handle = std::unique_ptr<std::FILE, file_closer>;

[[noreturn]] void fail(const std::string& path, int error) {
    throw std::runtime_error{
        fmt::format("{}: cannot write: {}", path, std::system_category().message(error))};
}

/// A new file that disappears with this object unless it is renamed before.
class temporary_file {
public:
    explicit temporary_file(const fs::path& beside) {
        std::random_device random;
        name_ = beside;
        name_ += fmt::format(".{:08x}.tmp", random());
        file_.reset(std::fopen(name_.c_str(), "wbx")); // x: never one that exists
        if (!file_) fail(beside.string(), errno);
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() {
        std::error_code ignored;
        fs::remove(name_, ignored); // after rename_to() there is none
    }

    [[nodiscard]] std::FILE* stream() const { return file_.get(); }

    void rename_to(const fs::path& target) {
        if (std::fclose(file_.release()) != 0) fail(target.string(), errno);
        std::error_code error;
        fs::rename(name_, target, error);
        if (error) fail(target.string(), error.value());
    }

private:
    fs::path name_;
    file_handle file_;
};

/// Writes and flushes; false if interrupted.
bool write_all(std::FILE* file, std::string_view text, bool (*interrupted)()) {
    constexpr std::size_t piece = std::size_t{1} << 20;
    while (!text.empty()) {
        if (interrupted()) return false;
        const auto length = std::min(piece, text.size());
        if (std::fwrite(text.data(), 1, length, file) != length) {
            throw std::system_error{errno, std::system_category()};
        }
        text.remove_prefix(length);
    }
    if (std::fflush(file) != 0) throw std::system_error{errno, std::system_category()};
    return !interrupted();
}

} // namespace

bool is_device(const std::string& path) {
    // /dev/stdout may lead to a regular file, which must not be replaced.
    if (path.starts_with("/dev/")) return true;
    std::error_code unknown;
    return fs::exists(path, unknown) && !fs::is_regular_file(path, unknown);
}

bool write_output(const std::string& path, std::string_view text, bool (*interrupted)()) try {
    std::error_code unknown; // a file that is not there is a file to create
    if (fs::is_directory(path, unknown)) fail(path, EISDIR);
    if (is_device(path)) {
        const file_handle device{std::fopen(path.c_str(), "ab")};
        if (!device) fail(path, errno);
        return write_all(device.get(), text, interrupted);
    }
    const fs::path target = fs::exists(path, unknown) ? fs::canonical(path) : fs::path{path};
    temporary_file temporary{target};
    if (!write_all(temporary.stream(), text, interrupted)) return false;
    temporary.rename_to(target);
    return true;
} catch (const std::system_error& error) {
    fail(path, error.code().value());
}

} // namespace traffic
