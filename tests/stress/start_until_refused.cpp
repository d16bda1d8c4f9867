// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Starts processes that run for ever until one is refused, ends some, and starts as many again. The
// arguments are the method, and what there is little of: "files" (as the program has been started
// with), or "processes" (it gives up being root, and limits itself).

#include <sys/resource.h>
#include <unistd.h>
#include <tandem/tandem.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "../support/method_of.hpp"

namespace {

constexpr std::size_t most = 200;

void run_for_ever() {
    for (;;) ::pause();
}

/// What refuses another process; empty if nothing does.
std::string start_until_refused(tandem::start_method method,
                                std::vector<tandem::process>& running) {
    try {
        while (running.size() < most)
            running.emplace_back(tandem::process_options{.method = method}, run_for_ever);
        return {};
    } catch (const tandem::launch_error& e) {
        return e.what();
    }
}

/// A user that nobody else is, so that nobody else's processes count.
void become_somebody() {
    const auto somebody = static_cast<uid_t>(1'000'000 + ::getpid());
    if (::setresgid(somebody, somebody, somebody) != 0 ||
        ::setresuid(somebody, somebody, somebody) != 0)
        std::exit(77);
    const rlimit limit{.rlim_cur = 20, .rlim_max = 20};
    if (::setrlimit(RLIMIT_NPROC, &limit) != 0) std::exit(77);
}

} // namespace

int main(int argc, char** argv) {
    tandem::bootstrap();
    if (argc < 3) return 2;
    const auto method = tandem::test::method_of(argv[1]);
    if (std::string_view{argv[2]} == "processes") become_somebody();
    std::vector<tandem::process> running;
    const auto refusal = start_until_refused(method, running);
    const auto first = running.size();
    (void)std::printf("%zu started, then: %s\n", first, refusal.c_str());
    for (int i = 0; i < 5; ++i) {
        running.back().kill();
        running.pop_back();
    }
    const auto left = running.size();
    const auto second_refusal = start_until_refused(method, running);
    (void)std::printf("%zu ended, %zu started, then: %s\n", first - left, running.size() - left,
                      second_refusal.c_str());
    for (const auto& process : running) process.kill();
    running.clear();
    const bool works = tandem::process{{.method = method}, [] {}}.join().success();
    (void)std::printf("at the end it %s\n", works ? "works" : "does not work");
}
