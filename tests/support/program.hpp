// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

namespace tandem::test {

/// A program under test, in a process group of its own, with its standard output and error in a
/// pipe, and its standard input in another. Every process that comes from it carries a mark in its
/// environment, so that what it leaves behind can be found. Kills all of them in the end; the
/// program itself also ends with the test.
class program {
public:
    /// Starts `path` with `arguments` and further environment `settings` ("NAME=value").
    explicit program(const std::string& path, std::vector<std::string> arguments = {},
                     std::vector<std::string> settings = {});
    program(const program&) = delete;
    program& operator=(const program&) = delete;
    ~program();

    [[nodiscard]] int id() const noexcept { return id_; }

    /// Writes a line to its standard input.
    void write_line(const std::string& line) const;

    /// The next line of output; empty at its end.
    [[nodiscard]] std::string read_line();
    /// All output up to its end. The end comes when the last process that holds it has ended.
    [[nodiscard]] std::string read_all();

    void signal(int number) const;
    void signal_group(int number) const;

    /// Waits for the end: the exit code, or minus the number of the signal.
    int wait();

    /// Processes that come from the program, itself included, and that run.
    [[nodiscard]] std::vector<int> running() const;

private:
    std::string mark_;
    int id_ = -1;
    int input_ = -1;
    int output_ = -1;
    bool reaped_ = false;
};

} // namespace tandem::test
