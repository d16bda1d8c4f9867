// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A process is killed at each interesting instruction of a queue; another one goes on with it.
//
// All of a test happens in a fork, the stage: the plan of a fault is read at the first fault point
// that a process comes to, and the stage comes to none before the victim is dead.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "support/scratch.hpp"
#include "tandem/queue.hpp"

namespace tandem::test {
namespace {

using namespace std::chrono_literals;
using text_queue = queue<std::string>;

/// What the victim has come back from.
struct tally {
    std::atomic<std::uint64_t> pushed{0};
    std::atomic<std::uint64_t> popped{0};
    std::atomic<std::uint64_t> done{0};
};

std::string record_of(std::uint64_t number) {
    return std::to_string(number) + ':' + std::string(number % 150, 'x');
}

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    ::_exit(1);
}

int status_of(pid_t process) {
    int status = 0;
    require(::waitpid(process, &status, 0) == process, "the process is there");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void take(text_queue& from, tally& so_far) {
    (void)from.pop();
    ++so_far.popped;
    from.task_done();
    ++so_far.done;
}

// ---- victims
// -------------------------------------------------------------------------------------

void push_and_pop(text_queue& records, tally& so_far) {
    for (std::uint64_t number = 0;; ++number) {
        records.push(record_of(number));
        ++so_far.pushed;
        if (number % 3 == 2) take(records, so_far);
        if (number % 3 == 2) take(records, so_far);
    }
}

/// Begins with records that a dead process has had.
void take_over(text_queue& records, tally& so_far) {
    for (;;) take(records, so_far);
}

void sleep_for_news(text_queue& records, tally& /*so_far*/) { (void)records.pop(); }

void sleep_for_room(text_queue& records, tally& so_far) {
    for (std::uint64_t number = 0;; ++number) {
        records.push(record_of(number));
        ++so_far.pushed;
    }
}

void close_it(text_queue& records, tally& so_far) {
    records.push(record_of(0));
    ++so_far.pushed;
    records.close();
}

struct fault_case {
    const char* point;
    int nth;
    bool leases;
    void (*victim)(text_queue&, tally&);
};

constexpr fault_case cases[] = {
    {"queue.push_locked", 20, false, &push_and_pop},
    {"queue.record_half_written", 20, false, &push_and_pop},
    {"queue.record_written", 20, false, &push_and_pop},
    {"queue.record_pushed", 20, false, &push_and_pop},
    {"queue.before_wake", 20, false, &push_and_pop},
    {"queue.pop_locked", 9, false, &push_and_pop},
    {"queue.record_copied", 9, false, &push_and_pop},
    {"queue.record_popped", 9, false, &push_and_pop},
    {"queue.before_done", 9, false, &push_and_pop},
    {"queue.task_done", 9, false, &push_and_pop},
    {"queue.before_sleep", 1, false, &sleep_for_news},
    {"queue.before_sleep", 1, false, &sleep_for_room},
    {"queue.closed", 1, false, &close_it},
    {"queue.push_locked", 20, true, &push_and_pop},
    {"queue.record_written", 20, true, &push_and_pop},
    {"queue.record_pushed", 20, true, &push_and_pop},
    {"queue.pop_locked", 9, true, &push_and_pop},
    {"queue.record_copied", 9, true, &push_and_pop},
    {"queue.holder_noted", 9, true, &push_and_pop},
    {"queue.record_popped", 9, true, &push_and_pop},
    {"queue.before_done", 9, true, &push_and_pop},
    {"queue.task_done", 9, true, &push_and_pop},
    {"queue.record_freed", 9, true, &push_and_pop},
    {"queue.record_returned", 1, true, &take_over},
    {"queue.consumer_reclaimed", 1, true, &take_over},
    {"queue.returned_taken", 1, true, &take_over},
    {"queue.returned_taken", 2, true, &take_over},
    {"queue.task_done", 1, true, &take_over},
};

// ---- the stage
// -----------------------------------------------------------------------------------

/// Pushes four records, takes two of them, and is killed.
void run_holder(text_queue& records, tally& so_far) {
    const pid_t holder = ::fork();
    if (holder == 0) {
        for (std::uint64_t number = 0; number < 4; ++number) records.push(record_of(number));
        (void)records.pop();
        (void)records.pop();
        (void)::raise(SIGKILL);
    }
    require(status_of(holder) == -SIGKILL, "the holder was killed");
    so_far.pushed = 4;
}

/// None if it is empty.
std::optional<std::string> next_of(text_queue& records) {
    try {
        return records.try_pop();
    } catch (const queue_closed&) {
        return std::nullopt;
    }
}

/// Checks the records that are left: they are whole and in order.
void drain(text_queue& records, const tally& before, bool leases) {
    auto left = records.size();
    std::optional<std::uint64_t> last;
    const auto first_possible = leases ? before.done.load() : before.popped.load();
    while (const auto text = next_of(records)) {
        const auto number = std::stoull(*text);
        require(*text == record_of(number), "the record is whole");
        if (!last)
            require(number == first_possible || number == first_possible + 1,
                    "at most the record in hand is missing");
        else
            require(number == *last + 1, "records are in order, and none is missing");
        last = number;
        require(left-- != 0, "size() counted it");
        records.task_done();
    }
    require(left == 0, "size() counted no more than there is");
    const auto end = last ? *last + 1 : before.pushed.load();
    require(end == before.pushed || end == before.pushed + 1, "all that was pushed is there");
}

void check_that_it_works(text_queue& records, const fault_case& tested) {
    if (records.is_closed()) return;
    if (tested.leases) require(records.join_for(20s), "all are done");
    const pid_t other = ::fork();
    if (other == 0) {
        for (int i = 0; i < 100; ++i) records.push(std::to_string(i));
        ::_exit(0);
    }
    for (int i = 0; i < 100; ++i) {
        const auto text = records.pop_for(20s);
        require(text && *text == std::to_string(i), "it works");
        records.task_done();
    }
    require(status_of(other) == 0, "others can push");
}

void play(const fault_case& tested, const std::string& once) {
    constexpr int protection = PROT_READ | PROT_WRITE;
    auto* const so_far =
        ::new (::mmap(nullptr, sizeof(tally), protection, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) tally;
    text_queue records{{.capacity = 64, .leases = tested.leases}};
    if (tested.victim == &take_over) run_holder(records, *so_far);
    const auto plan = std::string{tested.point} + ":" + std::to_string(tested.nth) + ":" + once;
    ::setenv("TANDEM_FAULT", plan.c_str(), 1);
    const pid_t victim = ::fork();
    if (victim == 0) {
        tested.victim(records, *so_far);
        ::_exit(0);
    }
    require(status_of(victim) == -SIGKILL, "the victim was killed");
    require(std::filesystem::exists(once), "the fault point was reached");
    drain(records, *so_far, tested.leases);
    check_that_it_works(records, tested);
}

class QueueFault : public testing::TestWithParam<fault_case> {};

TEST_P(QueueFault, OthersGoOnWithWholeRecords) {
    const scratch folder;
    const pid_t stage = ::fork();
    if (stage == 0) {
        ::alarm(25);
        try {
            play(GetParam(), folder.path() + "/once");
        } catch (const std::exception& error) {
            std::fprintf(stderr, "thrown: %s\n", error.what());
            ::_exit(1);
        }
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(stage, &status, 0), stage);
    EXPECT_EQ(status, 0);
}

std::string name_of(const testing::TestParamInfo<fault_case>& tested) {
    std::string name = tested.param.point;
    name[name.find('.')] = '_';
    return name + (tested.param.leases ? "_leases_" : "_") + std::to_string(tested.index);
}

INSTANTIATE_TEST_SUITE_P(AllPoints, QueueFault, testing::ValuesIn(cases), name_of);

} // namespace
} // namespace tandem::test
