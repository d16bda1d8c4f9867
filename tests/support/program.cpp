// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "support/program.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/fd_census.hpp"

namespace tandem::test {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (auto& string : strings) pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::string make_mark() {
    static int count = 0;
    return "TANDEM_TEST_MARK=" + std::to_string(::getpid()) + "." + std::to_string(++count);
}

} // namespace

program::program(const std::string& path, std::vector<std::string> arguments,
                 std::vector<std::string> settings)
    : mark_{make_mark()} {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) == -1) throw std::runtime_error{"pipe2"};
    arguments.insert(arguments.begin(), path);
    settings.push_back(mark_);
    for (char** variable = environ; *variable != nullptr; ++variable)
        settings.emplace_back(*variable);
    auto argument_pointers = pointers_to(arguments);
    auto setting_pointers = pointers_to(settings);
    id_ = ::fork();
    if (id_ == 0) {
        ::setpgid(0, 0);
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        ::execve(path.c_str(), argument_pointers.data(), setting_pointers.data());
        ::_exit(127);
    }
    ::setpgid(id_, id_);
    ::close(ends[1]);
    output_ = ends[0];
}

program::~program() {
    for (const int process : running()) ::kill(process, SIGKILL);
    if (!reaped_) (void)wait();
    ::close(output_);
}

std::string program::read_line() {
    std::string line;
    for (char byte = 0; ::read(output_, &byte, 1) == 1 && byte != '\n';) line += byte;
    return line;
}

std::string program::read_all() {
    std::string all;
    for (char byte = 0; ::read(output_, &byte, 1) == 1;) all += byte;
    return all;
}

void program::signal(int number) const { ::kill(id_, number); }

void program::signal_group(int number) const { ::kill(-id_, number); }

int program::wait() {
    int status = 0;
    ::waitpid(id_, &status, 0);
    reaped_ = true;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

std::vector<int> program::running() const {
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        std::ifstream file{entry.path() / "environ"};
        const std::string text{std::istreambuf_iterator{file}, {}};
        const bool has_mark = (text + '\0').find(mark_ + '\0') != std::string::npos;
        if (!has_mark) continue;
        const int process = std::stoi(entry.path().filename());
        if (is_running(process)) found.push_back(process);
    }
    return found;
}

} // namespace tandem::test
