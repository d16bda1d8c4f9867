// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

namespace tandem {

/// Where a standard stream of a process leads. Files are opened by the program that starts it, when
/// it does: relative paths are relative to its directory, and what fails is a launch_error.
class standard_stream {
public:
    enum class target : std::uint8_t { inherited, null, file, appended_file, descriptor };

    /// To where that of this process leads now. If it is closed here, nothing is promised but that
    /// the process has one.
    [[nodiscard]] static standard_stream inherit() { return standard_stream{target::inherited}; }
    /// Nowhere: reads find the end at once, what is written is dropped.
    [[nodiscard]] static standard_stream null() { return standard_stream{target::null}; }
    /// To a file. For reading it must be there; for writing it is created, or emptied.
    [[nodiscard]] static standard_stream file(std::filesystem::path path) {
        standard_stream stream{target::file};
        stream.path_ = std::move(path);
        return stream;
    }
    /// To the end of a file, which is created if it is not there. For reading as file().
    [[nodiscard]] static standard_stream append_to(std::filesystem::path path) {
        standard_stream stream{target::appended_file};
        stream.path_ = std::move(path);
        return stream;
    }
    /// To an open descriptor of this process, of a pipe for instance. It stays the caller's, who
    /// may close it once the process has started.
    [[nodiscard]] static standard_stream descriptor(int number) {
        standard_stream stream{target::descriptor};
        stream.number_ = number;
        return stream;
    }

    [[nodiscard]] target kind() const noexcept { return target_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    explicit standard_stream(target kind) : target_{kind} {}

    target target_;
    int number_ = -1;
    std::filesystem::path path_;
};

} // namespace tandem
