// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/slot_budget.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include "os/file.hpp"
#include "os/unique_fd.hpp"
#include "support/fd_census.hpp"
#include "tandem/error.hpp"
#include "tandem/pool.hpp"
#include "tandem/process_result.hpp"

namespace tandem::runtime {
namespace {

class SlotBudget : public test::fd_census {};

/// A machine with 8 processors, before anything asks for their number.
[[maybe_unused]] const bool is_set = ::setenv("TANDEM_CPUS", "8", 1) == 0;

/// A process that has claimed slots, and does nothing else until it is killed.
class holder {
public:
    holder(const slot_budget& budget, int most) {
        int pipe[2];
        if (::pipe2(pipe, O_CLOEXEC) != 0) return;
        id_ = ::fork();
        if (id_ == 0) {
            const auto claim = budget.claim(most);
            const int slots = claim.slots();
            (void)!::write(pipe[1], &slots, sizeof slots);
            for (;;) ::pause();
        }
        ::close(pipe[1]);
        if (::read(pipe[0], &slots_, sizeof slots_) != sizeof slots_) slots_ = -1;
        ::close(pipe[0]);
    }
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    ~holder() { kill(); }

    [[nodiscard]] int slots() const noexcept { return slots_; }

    void kill() {
        if (id_ <= 0) return;
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
        id_ = -1;
    }

private:
    pid_t id_ = -1;
    int slots_ = -1;
};

TEST_F(SlotBudget, SlotsThatAreTakenAreNotTakenTwice) {
    const auto budget = slot_budget::create(4);

    const auto first = budget.claim(3);
    const auto second = budget.claim(3);
    const auto third = budget.claim(3);

    EXPECT_EQ(first.slots(), 3);
    EXPECT_EQ(second.slots(), 1);
    EXPECT_EQ(third.slots(), 0);
    EXPECT_EQ(budget.free_slots(), 0);
}

TEST_F(SlotBudget, SlotsComeBackWithTheEndOfTheClaim) {
    const auto budget = slot_budget::create(4);
    std::optional<slot_claim> first{budget.claim(3)};
    const auto second = budget.claim(1);
    ASSERT_EQ(budget.free_slots(), 0);

    first.reset();

    EXPECT_EQ(budget.free_slots(), 3);
    EXPECT_EQ(budget.claim(9).slots(), 3);
}

TEST_F(SlotBudget, MovedClaimKeepsItsSlots) {
    const auto budget = slot_budget::create(2);
    auto first = budget.claim(2);

    const auto moved = std::move(first);

    EXPECT_EQ(moved.slots(), 2);
    EXPECT_EQ(budget.free_slots(), 0);
}

TEST_F(SlotBudget, SlotsOfAnotherProcessAreTaken) {
    const auto budget = slot_budget::create(3);

    const holder other{budget, 2};

    EXPECT_EQ(other.slots(), 2);
    EXPECT_EQ(budget.free_slots(), 1);
    EXPECT_EQ(budget.claim(3).slots(), 1);
}

TEST_F(SlotBudget, SlotsOfAKilledProcessComeBack) {
    const auto budget = slot_budget::create(3);
    holder other{budget, 3};
    ASSERT_EQ(other.slots(), 3);
    ASSERT_EQ(budget.claim(1).slots(), 0);

    other.kill();

    EXPECT_EQ(budget.free_slots(), 3);
    EXPECT_EQ(budget.claim(3).slots(), 3);
}

TEST_F(SlotBudget, DescriptorIsAllThatAnotherProcessNeeds) {
    const auto made = slot_budget::create(5);
    auto received = os::duplicate(made.file().get());
    ASSERT_TRUE(received.has_value());

    const slot_budget same{*std::move(received)};
    const auto claim = made.claim(2);

    EXPECT_EQ(same.slots(), 5);
    EXPECT_EQ(same.free_slots(), 3);
}

TEST_F(SlotBudget, ImpossibleNumbersAreNoSlots) {
    const auto budget = slot_budget::create(2);

    EXPECT_EQ(budget.claim(0).slots(), 0);
    EXPECT_EQ(budget.claim(-1).slots(), 0);
    EXPECT_EQ(slot_budget::create(0).slots(), 0);
    EXPECT_EQ(slot_budget::create(-1).claim(1).slots(), 0);
    EXPECT_EQ(slot_budget{}.free_slots(), 0);
}

TEST_F(SlotBudget, DescriptorOfSomethingElseIsNoBudget) {
    auto null = os::open_file("/dev/null", os::file_use::read);
    ASSERT_TRUE(null.has_value());

    const slot_budget budget{*std::move(null)};

    EXPECT_EQ(budget.claim(1).slots(), 0);
}

TEST(PoolShare, OfAProgramIsOneWorkerPerUsableProcessor) {
    const auto all = share_for_pool(0);
    const auto again = share_for_pool(0);

    EXPECT_EQ(all.processes, 8);
    EXPECT_EQ(all.claim.slots(), 8);
    EXPECT_EQ(again.processes, all.processes) << "nobody is above a program";
    EXPECT_EQ(again.claim.slots(), 0);
}

TEST(PoolShare, ThatIsAskedForIsGiven) { EXPECT_EQ(share_for_pool(17).processes, 17); }

/// In a process of its own, as what a worker is cannot be undone.
int in_child(int (*function)()) {
    const auto child = ::fork();
    if (child == 0) ::_exit(function());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Makes this process a worker of a pool with `workers`.
slot_claim become_worker_of(int workers) {
    const auto budget = slot_budget::create(8);
    join_slot_budget(*os::duplicate(budget.file().get()));
    return budget.claim(workers);
}

TEST(PoolShare, OfAWorkerIsItsOwnPlaceAndWhatIsFree) {
    EXPECT_EQ(in_child([] {
                  const auto taken = become_worker_of(5);
                  return share_for_pool(0).processes;
              }),
              1 + 3);
}

TEST(PoolShare, OfAWorkerWhoseFellowsTakeAllProcessorsIsItsOwnPlace) {
    EXPECT_EQ(in_child([] {
                  const auto taken = become_worker_of(8);
                  return share_for_pool(0).processes;
              }),
              1);
}

TEST(PoolShare, OfAWorkerThatAsksForMoreIsWhatItAsksFor) {
    EXPECT_EQ(in_child([] {
                  const auto taken = become_worker_of(8);
                  return share_for_pool(3).processes;
              }),
              3);
}

TEST(PoolShare, OfAWorkerLeavesNothingToItsFellowsWhileItLasts) {
    EXPECT_EQ(in_child([] {
                  const auto taken = become_worker_of(4);
                  const int first = [] {
                      const auto mine = share_for_pool(0);
                      return mine.processes * 10 + share_for_pool(0).processes;
                  }();
                  return first == 51 ? share_for_pool(0).processes : -first;
              }),
              5);
}

// ---- pools in workers

TEST(NestedPool, HasItsWorkersPlaceAndWhatIsFree) {
    const pool outer{{.processes = 5}};

    EXPECT_EQ(outer.submit([] { return pool{}.processes(); }).get(), 1 + 3);
}

TEST(NestedPool, OfAPoolThatUsesAllProcessorsHasOneWorker) {
    const pool outer;

    EXPECT_EQ(outer.submit([] { return pool{}.processes(); }).get(), 1);
}

TEST(NestedPool, TakesFromThoseBelowIt) {
    const pool outer{{.processes = 5}};

    EXPECT_EQ(outer
                  .submit([] {
                      const pool nested;
                      return nested.submit([] { return pool{}.processes(); }).get();
                  })
                  .get(),
              1);
}

TEST(NestedPool, OfAProcessOfAWorkerHasWhatIsFree) {
    const pool outer{{.processes = 5}};

    EXPECT_EQ(
        outer.submit([] { return process_result{[] { return pool{}.processes(); }}.get(); }).get(),
        1 + 3);
}

TEST(NestedPool, OfAKilledWorkerGivesItsSlotsBack) {
    const pool outer{{.processes = 5}};
    auto killed = outer.submit([] {
        const pool nested;
        ::kill(::getpid(), SIGKILL);
    });
    EXPECT_THROW(killed.get(), worker_crashed);

    EXPECT_EQ(outer.submit([] { return pool{}.processes(); }).get(), 1 + 3);
}

TEST(NestedPool, PoolThatIsResizedTakesAndGivesBack) {
    const pool outer{{.processes = 2}};
    ASSERT_EQ(own_slot_budget().free_slots(), 6);

    outer.resize(7);
    EXPECT_EQ(own_slot_budget().free_slots(), 1);

    outer.resize(1);
    EXPECT_EQ(own_slot_budget().free_slots(), 7);
}

} // namespace
} // namespace tandem::runtime
