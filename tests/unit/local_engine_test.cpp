// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The engine of a pool without processes, as the classes of include/tandem/detail use it.

#include "runtime/local_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/backends.hpp"
#include "tandem/detail/call_job.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr auto no_limit = std::chrono::nanoseconds::max();

/// What a task does: a function of this process, since its workers are in it.
std::function<int(int)> behaviour;

class runner final : public detail::chunk_runner {
    void run(decoder& items, std::uint32_t count, detail::result_sink& results) override {
        for (; count > 0; --count)
            detail::run_item(results, [&] { return behaviour(items.read<int>()); });
    }
};

/// Items 0, 1, …, and what became of each.
class TANDEM_PER_MODULE test_job final : public detail::job {
public:
    explicit test_job(std::size_t size) : job{detail::thunk_kind::job, size} {}
    explicit test_job(detail::grows_t grows) : job{grows} {}

    void encode_state(encoder& out) const override { entry.write_name(out); }
    void encode_items(std::size_t first, std::size_t count, encoder& out) const override {
        for (std::size_t i = first; i < first + count; ++i) out.write(static_cast<int>(i));
    }
    void accept(std::size_t index, decoder& result) override {
        results[index] = result.read<int>();
    }
    void fail(std::size_t index, std::exception_ptr error) noexcept override {
        errors[index] = std::move(error);
    }

    std::map<std::size_t, int> results;
    std::map<std::size_t, std::exception_ptr> errors;

private:
    static std::unique_ptr<detail::chunk_runner> open(decoder& /*state*/) {
        return std::make_unique<runner>();
    }
    static inline const detail::thunk_entry entry{&open};
};

std::function<void()> initialize;
void call_initialize(decoder& /*call*/, detail::result_sink& results) {
    detail::run_item(results, [] { initialize(); });
}
const detail::thunk_entry initializer_entry{&call_initialize};

detail::parcel encoded_initializer() {
    encoder out;
    initializer_entry.write_name(out);
    return {.bytes = {out.bytes().begin(), out.bytes().end()}, .descriptors = {}};
}

class LocalEngine : public testing::TestWithParam<backend> {
protected:
    static pool_options workers(int count) { return {.processes = count, .backend = GetParam()}; }
    static std::shared_ptr<test_job> run(local_engine& engine, std::size_t size,
                                         const call_options& options = {}) {
        auto job = std::make_shared<test_job>(size);
        engine.add(job, options);
        EXPECT_TRUE(engine.wait(*job, no_limit));
        return job;
    }
    void SetUp() override {
        behaviour = [](int x) { return 10 * x; };
    }
};

INSTANTIATE_TEST_SUITE_P(On, LocalEngine, testing::Values(backend::threads, backend::inline_),
                         test::name_of_backend);

TEST_P(LocalEngine, GrowingJobIsDoneWithItsLastItem) {
    local_engine engine{workers(2), {}};
    const auto job = std::make_shared<test_job>(detail::grows);
    engine.add(job, {});

    EXPECT_GT(engine.appetite(*job), 0U);
    engine.extend(*job, 2, false);
    EXPECT_FALSE(engine.wait(*job, 1ms));
    engine.extend(*job, 1, true);

    EXPECT_TRUE(engine.wait(*job, no_limit));
    EXPECT_THAT(job->results, ElementsAre(Pair(0U, 0), Pair(1U, 10), Pair(2U, 20)));
    EXPECT_EQ(engine.appetite(*job), 0U);
}

TEST_P(LocalEngine, GrowingJobGoesOnBehindAnItemThatFails) {
    behaviour = [](int x) { return x == 0 ? throw std::runtime_error{"first"} : x; };
    local_engine engine{workers(1), {}};
    const auto job = std::make_shared<test_job>(detail::grows);
    engine.add(job, {});
    engine.extend(*job, 1, false);
    engine.extend(*job, 1, true);

    EXPECT_TRUE(engine.wait(*job, no_limit));
    EXPECT_THAT(job->results, ElementsAre(Pair(1U, 1)));
    EXPECT_EQ(job->errors.size(), 1U);
}

TEST_P(LocalEngine, NothingBehindAFailureIsBegun) {
    std::atomic<int> calls{0};
    behaviour = [&](int x) { return ++calls, x == 3 ? throw std::runtime_error{"third"} : x; };
    local_engine engine{workers(1), {}};

    const auto job = run(engine, 10);

    EXPECT_EQ(calls, 4);
    EXPECT_EQ(job->errors.count(3), 1U);
}

TEST_P(LocalEngine, CollectingJobRunsEveryItem) {
    behaviour = [](int x) { return x % 2 == 0 ? throw std::runtime_error{"even"} : x; };
    local_engine engine{workers(2), {}};

    const auto job = run(engine, 6, {.on_error = on_error::collect});

    EXPECT_EQ(job->results.size(), 3U);
    EXPECT_EQ(job->errors.size(), 3U);
}

TEST_P(LocalEngine, ItemIsTriedAgainAsOftenAsItMay) {
    std::mutex mutex;
    std::map<int, int> calls;
    behaviour = [&](int x) {
        const std::lock_guard guard{mutex};
        return ++calls[x] <= x ? throw std::runtime_error{"again"} : x;
    };
    local_engine engine{workers(2), {}};

    const auto job = run(engine, 5, {.on_error = on_error::retry(3, 1ms)});

    EXPECT_EQ(job->results.size(), 4U); // the last would succeed at its fifth try
    EXPECT_EQ(job->errors.count(4), 1U);
    EXPECT_EQ(calls[4], 4);
}

TEST_P(LocalEngine, SharedBytesAreThereUntilTheyAreWithdrawn) {
    static std::uint64_t id = 0;
    behaviour = [](int) {
        const auto* bytes = detail::shared_bytes(id);
        return bytes == nullptr ? -1 : static_cast<int>(bytes->size());
    };
    local_engine engine{workers(2), {}};

    id = engine.share(std::vector<std::byte>(7));
    EXPECT_THAT(run(engine, 1)->results, ElementsAre(Pair(0U, 7)));
    engine.unshare(id);

    EXPECT_THAT(run(engine, 1)->results, ElementsAre(Pair(0U, -1)));
    EXPECT_EQ(detail::shared_bytes(id), nullptr); // not outside of a task
}

TEST_P(LocalEngine, InitializerRunsOnceInEachWorkerAndAgainInItsSuccessor) {
    std::atomic<int> calls{0};
    initialize = [&] { ++calls; };
    auto options = workers(1);
    options.max_tasks_per_child = 2;
    {
        local_engine engine{options, encoded_initializer()};
        (void)run(engine, 3);
    }

    EXPECT_EQ(calls, 2);
}

TEST_P(LocalEngine, InitializerThatFailsIsTheErrorOfEveryJob) {
    std::atomic<int> calls{0};
    initialize = [&] { throw std::runtime_error{"no key, try " + std::to_string(++calls)}; };
    local_engine engine{workers(1), encoded_initializer()};

    for (int i = 0; i < 2; ++i) {
        const auto job = run(engine, 1);
        ASSERT_EQ(job->errors.count(detail::job::all_items), 1U);
        EXPECT_THROW(std::rethrow_exception(job->errors[detail::job::all_items]),
                     initializer_failed);
    }
    EXPECT_EQ(calls, 3); // a bounded number of tries
}

TEST_P(LocalEngine, ClosedOneTakesNoMoreJobsAndCanBeJoined) {
    local_engine engine{workers(2), {}};
    (void)run(engine, 3);

    engine.close();

    EXPECT_TRUE(engine.join_for(no_limit));
    EXPECT_EQ(run(engine, 1)->errors.count(detail::job::all_items), 1U);
}

TEST_P(LocalEngine, CallbacksRunOneAfterTheOtherAndBeforeTheEnd) {
    std::vector<int> order;
    {
        local_engine engine{workers(1), {}};
        for (int i = 0; i < 5; ++i) engine.post([&order, i] { order.push_back(i); });
    }

    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

// ---- threads only ----

class LocalThreads : public testing::Test {
protected:
    static pool_options threads(int count) {
        return {.processes = count, .backend = backend::threads};
    }
};

TEST_F(LocalThreads, CancelGivesWhatRunsAnOutcomeAtOnce) {
    std::latch running{1};
    std::latch may_end{1};
    behaviour = [&](int x) { return running.count_down(), may_end.wait(), x; };
    local_engine engine{threads(1), {}};
    const auto job = std::make_shared<test_job>(1U);
    engine.add(job, {});
    running.wait();

    engine.cancel(*job);

    EXPECT_TRUE(job->done());
    EXPECT_EQ(job->errors.count(detail::job::all_items), 1U);
    may_end.count_down();
    engine.close();
    EXPECT_TRUE(engine.join_for(no_limit));
    EXPECT_TRUE(job->results.empty());
}

TEST_F(LocalThreads, ResizeChangesHowManyTasksRunAtOnce) {
    local_engine engine{threads(1), {}};
    std::latch all{3};
    behaviour = [&](int x) { return all.arrive_and_wait(), x; };

    engine.resize(3);
    const auto job = std::make_shared<test_job>(3U);
    engine.add(job, {});
    EXPECT_TRUE(engine.wait(*job, no_limit)); // else it hangs
    engine.resize(1);

    std::atomic<int> at_once{0};
    std::atomic<int> most{0};
    behaviour = [&](int x) {
        const int now = ++at_once;
        most = std::max(most.load(), now);
        std::this_thread::yield();
        return --at_once, x;
    };
    const auto narrow = std::make_shared<test_job>(50U);
    engine.add(narrow, {});
    EXPECT_TRUE(engine.wait(*narrow, no_limit));
    EXPECT_EQ(narrow->results.size(), 50U);
    EXPECT_EQ(most, 1);
    EXPECT_EQ(engine.processes(), 1);
}

TEST_F(LocalThreads, WaitAndJoinGiveUpWhenTimeIsUp) {
    std::latch may_end{1};
    behaviour = [&](int x) { return may_end.wait(), x; };
    local_engine engine{threads(1), {}};
    const auto job = std::make_shared<test_job>(1U);
    engine.add(job, {});
    engine.close();

    EXPECT_FALSE(engine.wait(*job, 1ms));
    EXPECT_FALSE(engine.join_for(1ms));

    may_end.count_down();
    EXPECT_TRUE(engine.join_for(no_limit));
}

} // namespace
} // namespace tandem::runtime
