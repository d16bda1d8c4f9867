// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/fn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/fd_census.hpp"
#include "tandem/pool.hpp"

namespace tandem {
namespace {

using testing::ElementsAre;

struct shape {
    double width;
    double height;
    std::string name;

    [[nodiscard]] double area() const { return width * height; }
    [[nodiscard]] double scaled(double factor) const noexcept { return area() * factor; }
    shape widened(double by) && { return {width + by, height, std::move(name)}; }
    static double unit() { return 1; }
    [[nodiscard]] std::string label() const { return name; }
    [[nodiscard]] std::string label(const std::string& suffix) const { return name + suffix; }
};

long square(long x) { return x * x; }

const std::vector<shape> shapes{{2, 3, "a"}, {4, 5, "b"}};

static_assert(std::is_empty_v<constant_callable<&shape::area>>);
static_assert(portable_callable<constant_callable<&shape::area>>);
static_assert(portable_callable<constant_callable<&square>>);
static_assert(!portable_callable<decltype(&shape::area)>);
static_assert(std::is_nothrow_invocable_v<decltype(fn<&shape::scaled>), const shape&, double>);
static_assert(!std::is_nothrow_invocable_v<decltype(fn<&shape::area>), const shape&>);
static_assert(!std::is_invocable_v<decltype(fn<&shape::area>), int>, "to be asked, not an error");
static_assert(std::is_same_v<decltype(fn<&shape::name>(shapes[0])), const std::string&>);

class Fn : public test::fd_census {
protected:
    pool_options one{.processes = 1};
};

TEST_F(Fn, MemberFunctionsAreCalledInAWorker) {
    const pool workers{one};

    EXPECT_THAT(workers.map(fn<&shape::area>, shapes), ElementsAre(6, 20));
    EXPECT_THAT(workers.map(fn<&shape::scaled>, shapes, 10.0), ElementsAre(60, 200));
    EXPECT_EQ(workers.submit(fn<&shape::area>, shapes[0]).get(), 6);
    EXPECT_EQ(workers.submit(fn<&shape::widened>, shapes[0], 8.0).get().area(), 30);
}

TEST_F(Fn, OverloadsAreChosenByACast) {
    const pool workers{one};
    constexpr auto with_suffix =
        fn<static_cast<std::string (shape::*)(const std::string&) const>(&shape::label)>;

    EXPECT_THAT(workers.map(with_suffix, shapes, std::string{"!"}), ElementsAre("a!", "b!"));
}

TEST_F(Fn, StarmapPassesTheObjectFirst) {
    const pool workers{one};
    const std::vector<std::pair<shape, double>> scalings{{shapes[0], 2.0}, {shapes[1], 3.0}};

    EXPECT_THAT(workers.starmap(fn<&shape::scaled>, scalings), ElementsAre(12, 60));
}

TEST_F(Fn, DataMembersArriveByValue) {
    const pool workers{one};

    EXPECT_THAT(workers.map(fn<&shape::name>, shapes), ElementsAre("a", "b"));
}

TEST_F(Fn, OwningPointersAreFollowed) {
    const pool workers{one};
    std::vector<std::unique_ptr<shape>> owned;
    owned.push_back(std::make_unique<shape>(shapes[1]));

    EXPECT_THAT(workers.map(fn<&shape::area>, owned), ElementsAre(20));
}

TEST_F(Fn, FunctionsAndStaticMembersCrossByTypeAlone) {
    const pool workers{one};

    EXPECT_THAT(workers.map(fn<square>, std::vector{2L, 3L}), ElementsAre(4, 9));
    EXPECT_EQ(workers.submit(fn<&shape::unit>).get(), 1);
}

} // namespace
} // namespace tandem
