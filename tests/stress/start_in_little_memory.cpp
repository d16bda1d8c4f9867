// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Starts a process, with an argument of a mebibyte, in an address space that has little left. The
// arguments are the method, how many bytes are left, and "first", if no process has been started
// before.

#include <sys/resource.h>
#include <unistd.h>
#include <tandem/tandem.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string_view>
#include <vector>

namespace {

rlim_t used_address_space() {
    rlim_t pages = 0;
    std::ifstream{"/proc/self/statm"} >> pages;
    return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

tandem::start_method method_of(std::string_view name) {
    if (name == "spawn") return tandem::start_method::spawn;
    return name == "fork" ? tandem::start_method::fork : tandem::start_method::forkserver;
}

const char* outcome_of_a_start(tandem::start_method method) {
    try {
        const tandem::process_options options{.method = method};
        const tandem::process started{options, [](const std::vector<char>&) {},
                                      std::vector<char>(std::size_t{1} << 20)};
        return started.join().success() ? "success" : "failure";
    } catch (const tandem::launch_error& e) {
        (void)std::printf("%s\n", e.what());
        return "launch_error";
    } catch (const std::bad_alloc&) {
        return "bad_alloc";
    }
}

} // namespace

int main(int argc, char** argv) {
    tandem::bootstrap();
    if (argc < 3) return 2;
    const auto method = method_of(argv[1]);
    const bool is_first = argc == 4;
    if (!is_first) (void)std::printf("without a limit: %s\n", outcome_of_a_start(method));
    rlimit limit{};
    ::getrlimit(RLIMIT_AS, &limit);
    const auto before = limit.rlim_cur;
    limit.rlim_cur = used_address_space() + std::strtoull(argv[2], nullptr, 10);
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return 2;
    const char* outcome = outcome_of_a_start(method);
    limit.rlim_cur = before;
    ::setrlimit(RLIMIT_AS, &limit);
    (void)std::printf("with a limit: %s\n", outcome);
    if (!is_first) (void)std::printf("at the end: %s\n", outcome_of_a_start(method));
}
