// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Each test runs in a process of its own, which has no forkserver yet, and tells what it has seen.

#include "tandem/forkserver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "tandem/pool.hpp"
#include "tandem/process_result.hpp"

namespace tandem {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

int loaded = 0;

void load(int number) { loaded += number; }
int what_is_loaded() { return loaded; }
int what_is_loaded_by(start_method method) {
    return process_result{process_options{.method = method}, what_is_loaded}.get();
}
std::string failure_of_a_start() {
    try {
        const process started{[] {}};
    } catch (const launch_error& e) {
        return e.what();
    }
    return "it started";
}

class ForkserverPreload : public test::fd_census {};

TEST_F(ForkserverPreload, RunsOnceInTheServer) {
    process_result seen{[] {
        forkserver_preload(load, 7);
        const int first = what_is_loaded_by(start_method::forkserver);
        const int second = what_is_loaded_by(start_method::forkserver);
        const int worker = pool{{.processes = 1}}.submit(what_is_loaded).get();
        return std::vector{first, second, worker, loaded};
    }};

    EXPECT_THAT(seen.get(), ElementsAre(7, 7, 7, 0)) << "and not in the process that asks for it";
}

TEST_F(ForkserverPreload, DoesNotConcernSpawnedProcesses) {
    process_result seen{[] {
        forkserver_preload(load, 7);
        return what_is_loaded_by(start_method::spawn);
    }};

    EXPECT_EQ(seen.get(), 0);
}

TEST_F(ForkserverPreload, RunsInOrder) {
    process_result seen{[] {
        forkserver_preload(load, 7);
        forkserver_preload([] { loaded *= 2; });
        return what_is_loaded_by(start_method::forkserver);
    }};

    EXPECT_EQ(seen.get(), 14);
}

TEST_F(ForkserverPreload, RunsAgainInANewServer) {
    process_result seen{[] {
        forkserver_preload(load, 7);
        const int server = process_result{[] { return ::getppid(); }}.get();
        ::kill(server, SIGKILL);
        const auto [next, found] =
            process_result{[] { return std::pair{::getppid(), loaded}; }}.get();
        return std::pair{next != server, found};
    }};

    EXPECT_EQ(seen.get(), (std::pair{true, 7}));
}

TEST_F(ForkserverPreload, ExceptionIsToldByEachStart) {
    process_result seen{[] {
        forkserver_preload([] { throw std::runtime_error{"no such model"}; });
        return std::vector{failure_of_a_start(), failure_of_a_start()};
    }};

    const auto told = AllOf(HasSubstr("mp::forkserver_preload() failed: "),
                            HasSubstr("std::runtime_error"), HasSubstr("no such model"));
    EXPECT_THAT(seen.get(), ElementsAre(told, told));
}

void leave_a_thread() {
    std::thread{[] { ::pause(); }}.detach();
}

TEST_F(ForkserverPreload, ThreadThatItLeavesIsToldByEachStart) {
    process_result seen{[] {
        forkserver_preload(leave_a_thread);
        return failure_of_a_start();
    }};

    EXPECT_THAT(seen.get(), HasSubstr("left 1 threads running"));
}

TEST_F(ForkserverPreload, IsRefusedOnceTheServerRuns) {
    process_result seen{[] {
        process{[] {}}.join();
        try {
            forkserver_preload(load, 7);
        } catch (const launch_error& e) {
            return std::string{e.what()};
        }
        return std::string{"it was taken"};
    }};

    EXPECT_THAT(seen.get(), HasSubstr("it runs already"));
}

TEST(StartMethod, OfTheProgramMayBeSetAtAnyTime) {
    EXPECT_EQ(default_start_method(), start_method::forkserver);
    for (const auto method : {start_method::spawn, start_method::fork, start_method::forkserver}) {
        set_start_method(method);
        EXPECT_EQ(default_start_method(), method);
    }
}

} // namespace
} // namespace tandem
