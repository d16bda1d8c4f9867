// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/thread_caps.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <tuple>

#include "tandem/pool.hpp"
#include "tandem/process_result.hpp"

namespace {

int openmp_threads = 0;
int openblas_threads = 0;
long blis_threads = 0;

} // namespace

// This program stands for one that is linked with these libraries. None is linked with MKL.
extern "C" {
__attribute__((visibility("default"))) void omp_set_num_threads(int threads) {
    openmp_threads = threads;
}
__attribute__((visibility("default"))) void openblas_set_num_threads(int threads) {
    openblas_threads = threads;
}
__attribute__((visibility("default"))) void bli_thread_set_num_threads(long threads) {
    blis_threads = threads;
}
}

namespace tandem::runtime {
namespace {

std::string variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
}

/// What OpenBLAS would go by.
const std::string blas_when_loaded = variable("OPENBLAS_NUM_THREADS");

/// In a process of its own: true if `function` returns true there.
bool holds_in_child(bool (*function)()) {
    const auto child = ::fork();
    if (child == 0) {
        for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                                 "BLIS_NUM_THREADS", "TANDEM_LIBRARY_THREADS"})
            ::unsetenv(name);
        ::_exit(function() ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status == 0;
}

TEST(ThreadCaps, ProcessorsAreSharedOut) {
    EXPECT_EQ(library_threads_for(1, 8), 8);
    EXPECT_EQ(library_threads_for(3, 8), 2);
    EXPECT_EQ(library_threads_for(20, 8), 1);
    EXPECT_EQ(library_threads_for(0, 8), 8);
}

TEST(ThreadCaps, LibrariesThatAreLoadedLaterFindTheirVariables) {
    EXPECT_TRUE(holds_in_child([] {
        cap_library_threads(3);
        return variable("OMP_NUM_THREADS") == "3" && variable("OPENBLAS_NUM_THREADS") == "3" &&
               variable("MKL_NUM_THREADS") == "3" && variable("BLIS_NUM_THREADS") == "3";
    }));
}

TEST(ThreadCaps, LibrariesThatAreLoadedAreTold) {
    EXPECT_TRUE(holds_in_child([] {
        cap_library_threads(3);
        return openmp_threads == 3 && openblas_threads == 3 && blis_threads == 3;
    }));
}

TEST(ThreadCaps, VariableOfTheUserStays) {
    EXPECT_TRUE(holds_in_child([] {
        ::setenv("OPENBLAS_NUM_THREADS", "5", 1);
        cap_library_threads(3);
        return variable("OPENBLAS_NUM_THREADS") == "5" && openblas_threads == 0 &&
               variable("OMP_NUM_THREADS") == "3" && openmp_threads == 3;
    }));
}

TEST(ThreadCaps, VariableOfOpenMpIsForTheOthersToo) {
    EXPECT_TRUE(holds_in_child([] {
        ::setenv("OMP_NUM_THREADS", "5", 1);
        cap_library_threads(3);
        return variable("OMP_NUM_THREADS") == "5" && variable("OPENBLAS_NUM_THREADS").empty() &&
               openmp_threads == 0 && openblas_threads == 0;
    }));
}

TEST(ThreadCaps, WorkerOfAWorkerSharesWhatItMayStart) {
    EXPECT_TRUE(holds_in_child([] {
        cap_library_threads(4);
        const int shared = library_threads_for(2, 64);
        cap_library_threads(shared);
        return shared == 2 && variable("OMP_NUM_THREADS") == "2" && openmp_threads == 2;
    }));
}

TEST(ThreadCaps, NoCapChangesNothing) {
    EXPECT_TRUE(holds_in_child([] {
        cap_library_threads(0);
        return variable("OMP_NUM_THREADS").empty() && openmp_threads == 0;
    }));
}

TEST(ThreadCaps, WorkersOfAPoolHaveThem) {
    ::unsetenv("OMP_NUM_THREADS");
    ::unsetenv("OPENBLAS_NUM_THREADS");
    ::setenv("TANDEM_CPUS", "6", 1);
    const pool workers{{.processes = 2}};
    const auto openmp = [] { return openmp_threads; };

    EXPECT_EQ(workers.submit(openmp).get(), 3);
    EXPECT_EQ(workers.submit(&variable, std::string{"OMP_NUM_THREADS"}).get(), "3");
    EXPECT_EQ(openmp_threads, 0) << "those of the program are its own";
}

TEST(ThreadCaps, LibraryOfTheForkserverIsLoadedWithoutThreads) {
    ::unsetenv("OPENBLAS_NUM_THREADS");
    ::setenv("TANDEM_CPUS", "6", 1);
    const process_options forks{.method = start_method::forkserver};
    const auto what_it_sees = [] {
        return std::tuple{blas_when_loaded, variable("OPENBLAS_NUM_THREADS"), openblas_threads};
    };

    EXPECT_EQ((process_result{forks, what_it_sees}.get()), std::tuple("1", "", 6));
    EXPECT_EQ((process_result{process_options{.method = start_method::spawn}, what_it_sees}.get()),
              std::tuple("", "", 0));
}

TEST(ThreadCaps, VariableOfTheUserHoldsAlthoughTheForkserverHadAnother) {
    ::setenv("OPENBLAS_NUM_THREADS", "5", 1);
    const auto what_it_sees = [] {
        return std::tuple{blas_when_loaded, variable("OPENBLAS_NUM_THREADS"), openblas_threads};
    };
    const pool workers{{.processes = 1}};

    EXPECT_EQ(workers.submit(what_it_sees).get(), std::tuple("1", "5", 5));
    EXPECT_EQ(process_result{what_it_sees}.get(), std::tuple("1", "5", 5));
}

TEST(ThreadCaps, PoolOfAWorkerHasItsShare) {
    ::unsetenv("OMP_NUM_THREADS");
    ::setenv("TANDEM_CPUS", "8", 1);
    const pool workers{{.processes = 2}};

    const auto below = workers
                           .submit([] {
                               const pool nested{{.processes = 2}};
                               return nested.submit([] { return openmp_threads; }).get();
                           })
                           .get();

    EXPECT_EQ(below, 2);
}

} // namespace
} // namespace tandem::runtime
