// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a pool has beside its calls: initializers, shared values, its size and its end.

#include "tandem/pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "support/scratch.hpp"
#include "support/until.hpp"
#include "tandem/this_process.hpp"
#include "tandem/worker_state.hpp"

namespace tandem {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

long square(long x) { return x * x; }

/// A worker's state that leaves a note when it is destroyed. Not portable, not even movable.
class counter {
public:
    counter(int start, std::string note) : value{start}, note_{std::move(note)} {}
    counter(const counter&) = delete;
    counter& operator=(const counter&) = delete;
    ~counter() {
        if (!note_.empty())
            test::scratch::append(note_ + std::to_string(this_process::id()), "ended");
    }

    int value;

private:
    std::string note_;
};

counter make_counter(int start, const std::string& note) { return counter{start, note}; }

int count(int by) { return this_process::worker_state<counter>().value += by; }

class PoolState : public test::fd_census {
protected:
    pool_options one{.processes = 1};
    pool_options two{.processes = 2};
    test::scratch scratch;
};

TEST_F(PoolState, InitializerMakesTheStateThatTasksOfAWorkerShare) {
    const pool workers{one, make_counter, 10, std::string{}};

    EXPECT_EQ(workers.apply(count, 1), 11);
    EXPECT_EQ(workers.apply(count, 5), 16);
    EXPECT_THAT(workers.map(count, std::vector<int>{1, 1}), ElementsAre(17, 18));
}

TEST_F(PoolState, InitializerRunsOnceInEachWorkerBeforeItsTasks) {
    const auto note = [](const std::string& directory) {
        test::scratch::append(directory + "/" + std::to_string(this_process::id()), "x");
    };
    const pool workers{two, note, scratch.path()};
    const auto read_own_note = [](int, const std::string& directory) {
        return std::filesystem::file_size(directory + "/" + std::to_string(this_process::id()));
    };

    EXPECT_THAT(workers.map(read_own_note, std::vector<int>(1000), scratch.path()), Each(1U));
}

TEST_F(PoolState, WorkerThatReplacesAnotherIsInitializedToo) {
    const pool workers{one, make_counter, 10, std::string{}};
    const auto die = [] { std::_Exit(3); };

    EXPECT_THROW(workers.apply(die), worker_crashed);

    EXPECT_EQ(workers.apply(count, 1), 11);
}

TEST_F(PoolState, StateIsDestroyedWhenTheWorkerEndsInOrder) {
    {
        const pool workers{two, make_counter, 0, scratch.path() + "/"};
        (void)workers.map(count, std::vector<int>(1000, 1));
        workers.close();
        workers.join();
    }

    const auto notes = scratch.files();
    ASSERT_EQ(notes.size(), 2U);
    EXPECT_EQ(scratch.read(notes[0]), "ended");
}

TEST_F(PoolState, StateOfAnotherTypeOrNoneIsAnError) {
    const pool with_state{one, make_counter, 0, std::string{}};
    const pool without{one};
    const auto ask_for_int = [] { return this_process::worker_state<int>(); };

    EXPECT_THROW((void)this_process::worker_state<int>(), std::logic_error);
    EXPECT_THROW((void)without.apply(ask_for_int), task_error);
    try {
        (void)with_state.apply(ask_for_int);
        FAIL();
    } catch (const task_error& e) {
        EXPECT_EQ(e.type_name(), "std::logic_error");
        EXPECT_THAT(e.message(), HasSubstr("counter"));
        EXPECT_THAT(e.message(), HasSubstr("int"));
    }
}

TEST_F(PoolState, InitializerThatThrowsFailsTheCallsAndSaysWhy) {
    const pool workers{one, []() -> int { throw std::runtime_error{"no database"}; }};

    try {
        (void)workers.apply(square, 1L);
        FAIL();
    } catch (const launch_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("no database"));
    }
}

// ---- shared values ----

using table = std::map<int, std::string>;

std::string look_up(int key, const shared<table>& values) { return values->at(key); }

TEST_F(PoolState, SharedValueIsReadHereAndInTheWorkers) {
    const pool workers{two};

    const auto values = workers.share(table{{1, "one"}, {2, "two"}});

    EXPECT_EQ(values->at(1), "one");
    EXPECT_EQ((*values).size(), 2U);
    EXPECT_THAT(workers.map(look_up, std::vector<int>{2, 1}, values), ElementsAre("two", "one"));
    EXPECT_EQ(workers.apply(look_up, 2, values), "two");
    EXPECT_THAT(workers.map_async(look_up, std::vector<int>{1}, values).get(), ElementsAre("one"));
}

/// Counts in each process how often it is decoded.
struct counts_decodings {
    int value = 0;
    static inline int decoded = 0;

    void serialize(auto& archive) { archive(value); }
    static counts_decodings deserialize(auto& archive) {
        ++decoded;
        counts_decodings made;
        archive(made.value);
        return made;
    }
};

TEST_F(PoolState, SharedValueIsDecodedOnceInAWorker) {
    const pool workers{one};
    const auto value = workers.share(counts_decodings{7});
    const auto read = [](const shared<counts_decodings>& handle) {
        return handle->value + 100 * counts_decodings::decoded;
    };

    for (int i = 0; i < 5; ++i) EXPECT_EQ(workers.apply(read, value), 107);
}

TEST_F(PoolState, WorkerThatReplacesAnotherHasTheSharedValuesToo) {
    const pool workers{one};
    const auto values = workers.share(table{{1, "one"}});
    EXPECT_EQ(workers.apply(look_up, 1, values), "one");

    EXPECT_THROW(workers.apply([] { std::_Exit(3); }), worker_crashed);

    EXPECT_EQ(workers.apply(look_up, 1, values), "one");
}

/// Leaves a note in each process where one that was decoded is destroyed.
struct notes_its_end {
    std::string file;
    bool decoded = false;

    notes_its_end() = default;
    explicit notes_its_end(std::string name) : file{std::move(name)} {}
    notes_its_end(notes_its_end&& other) noexcept
        : file{std::move(other.file)}, decoded{std::exchange(other.decoded, false)} {}
    notes_its_end& operator=(notes_its_end&&) = default;
    ~notes_its_end() {
        if (decoded) test::scratch::append(file, "x");
    }

    void serialize(auto& archive) { archive(file); }
    static notes_its_end deserialize(auto& archive) {
        notes_its_end made;
        archive(made.file);
        made.decoded = true;
        return made;
    }
};

TEST_F(PoolState, SharedValueIsFreedInTheWorkersWithItsLastHandle) {
    const pool workers{one};
    const auto file = scratch.path() + "/freed";
    std::optional value{workers.share(notes_its_end{file})};
    const auto touch = [](const shared<notes_its_end>& handle) { return handle->file.size(); };
    EXPECT_EQ(workers.apply(touch, *value), file.size());
    auto copy = value;
    value.reset();
    EXPECT_EQ(workers.apply(touch, *copy), file.size());
    EXPECT_FALSE(std::filesystem::exists(file));

    copy.reset();
    (void)workers.apply(square, 1L); // whatever comes next brings the news

    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(PoolState, HandleOfAnotherPoolIsRefusedByTheWorker) {
    const pool here{one};
    const pool there{one};
    const auto here_shared = here.share(table{{1, "here"}});
    const auto there_shared = there.share(table{{1, "there"}});

    EXPECT_EQ(here.apply(look_up, 1, here_shared), "here");
    EXPECT_EQ(there.apply(look_up, 1, there_shared), "there");
    EXPECT_THROW((void)here.apply(look_up, 1, there_shared), task_error);
}

TEST_F(PoolState, HandleMayOutliveItsPool) {
    std::optional<shared<table>> values;
    {
        const pool workers{one};
        values = workers.share(table{{1, "one"}});
    }

    EXPECT_EQ((*values)->at(1), "one");
}

// ---- size and end ----

TEST_F(PoolState, ResizeAddsAndRemovesWorkers) {
    const pool workers{one};
    const auto id = [](int) { return this_process::id(); };
    const auto count_workers = [&] {
        const auto ids = workers.with({.chunk_size = 1}).map(id, std::vector<int>(300));
        return std::set<int>(ids.begin(), ids.end()).size();
    };
    EXPECT_EQ(count_workers(), 1U);

    workers.resize(3);
    EXPECT_EQ(workers.processes(), 3);
    EXPECT_TRUE(test::until([&] { return count_workers() == 3; }));

    workers.resize(1);
    EXPECT_EQ(workers.processes(), 1);
    EXPECT_TRUE(test::until([&] { return count_workers() == 1; }));
    EXPECT_THROW(workers.resize(-1), std::invalid_argument);
}

TEST_F(PoolState, ClosedPoolFinishesWhatItHasAndTakesNoMore) {
    const pool workers{two};
    auto squares = workers.map_async(square, std::vector<long>(1000, 2));

    workers.close();
    workers.join();

    EXPECT_TRUE(squares.ready());
    EXPECT_EQ(squares.get(), std::vector<long>(1000, 4));
    EXPECT_THROW((void)workers.submit(square, 1L).get(), cancelled);
}

TEST_F(PoolState, JoinForGivesUp) {
    const pool workers{{.processes = 1, .grace = {}}};
    auto endless = workers.submit([] { std::this_thread::sleep_for(std::chrono::hours{1}); });

    workers.close();
    EXPECT_FALSE(workers.join_for(std::chrono::milliseconds{1}));
    workers.terminate();

    EXPECT_TRUE(workers.join_for(std::chrono::seconds{20}));
    EXPECT_THROW(endless.get(), cancelled);
}

TEST_F(PoolState, TerminatedPoolTakesNoMoreCalls) {
    const pool workers{two};

    workers.terminate();
    workers.terminate();

    EXPECT_THROW((void)workers.map(square, std::vector<long>{1}), cancelled);
}

} // namespace
} // namespace tandem
