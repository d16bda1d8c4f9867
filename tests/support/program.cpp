// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "support/program.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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
    int input[2]; // a socket: writing to one that nobody reads is no signal
    if (::pipe2(ends, O_CLOEXEC) == -1 ||
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) == -1)
        throw std::runtime_error{"creating the streams of a program"};
    const auto test = ::getpid();
    arguments.insert(arguments.begin(), path);
    settings.push_back(mark_);
    for (char** variable = environ; *variable != nullptr; ++variable)
        settings.emplace_back(*variable);
    auto argument_pointers = pointers_to(arguments);
    auto setting_pointers = pointers_to(settings);
    id_ = ::fork();
    if (id_ == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != test) ::_exit(127);
        ::dup2(input[1], STDIN_FILENO);
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        ::execve(path.c_str(), argument_pointers.data(), setting_pointers.data());
        ::_exit(127);
    }
    ::setpgid(id_, id_);
    ::close(ends[1]);
    ::close(input[1]);
    output_ = ends[0];
    input_ = input[0];
}

program::~program() {
    // Again, since those that it finds may be starting others.
    for (auto left = running(); !left.empty(); left = running())
        for (const int process : left) ::kill(process, SIGKILL);
    if (!reaped_) (void)wait();
    ::close(output_);
    ::close(input_);
}

void program::write_line(const std::string& line) const {
    const auto text = line + "\n";
    (void)::send(input_, text.data(), text.size(), MSG_NOSIGNAL);
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
