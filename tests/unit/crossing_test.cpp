// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Values of every kind as items, extra arguments and results of tasks; callables of every kind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <string>

#include "codec_types.hpp"
#include "support/fd_census.hpp"
#include "tandem/fn.hpp"
#include "tandem/pool.hpp"

namespace tandem::test {
namespace {

using testing::ElementsAre;

class Crossing : public fd_census {
protected:
    pool_options two{.processes = 2};
};

using boxed = std::unique_ptr<int>;

int unbox(const boxed& box) { return *box; }

TEST_F(Crossing, MoveOnlyItemsAreTakenFromAnyRange) {
    const pool workers{two};
    std::list<boxed> listed;
    for (const int x : {1, 2, 3}) listed.push_back(std::make_unique<int>(x));
    std::vector<boxed> in_a_row;
    in_a_row.push_back(std::make_unique<int>(4));

    EXPECT_THAT(workers.map(unbox, listed), ElementsAre(1, 2, 3));
    EXPECT_THAT(workers.map(unbox, in_a_row), ElementsAre(4));
    EXPECT_EQ(*listed.front(), 1) << "they were copied, not moved";
}

TEST_F(Crossing, ItemsOfAMapAreItsPairs) {
    const pool workers{two};
    const std::map<std::string, int> ages{{"a", 1}, {"b", 2}};
    const auto show = [](const std::string& name, int age) { return name + std::to_string(age); };

    EXPECT_THAT(workers.starmap(show, ages), ElementsAre("a1", "b2"));
}

TEST_F(Crossing, MoveOnlyArgumentsAndExtraArgumentsCross) {
    const pool workers{two};
    const auto add = [](int x, const boxed& more) { return x + *more; };
    const auto take = [](boxed box) { return *box + 1; };

    EXPECT_THAT(workers.map(add, std::vector{1, 2}, std::make_unique<int>(10)),
                ElementsAre(11, 12));
    EXPECT_EQ(workers.submit(take, std::make_unique<int>(5)).get(), 6);
}

station make_station(const std::string& unit) {
    station made{{'a', 'b', 'c'}, {{1, 2}, {3, 4}}, range{unit, celsius{1}, celsius{2}}, {}};
    made.months.emplace_back(unit, celsius{3}, celsius{4});
    return made;
}

TEST_F(Crossing, MoveOnlyResultsWithoutDefaultConstructorComeBack) {
    const pool workers{two};

    const auto stations = workers.map(make_station, std::vector<std::string>{"C", "F"});

    EXPECT_EQ(stations.at(0), make_station("C"));
    EXPECT_EQ(stations.at(1), make_station("F"));
    EXPECT_EQ(workers.submit(make_station, std::string{"K"}).get(), make_station("K"));
}

TEST_F(Crossing, ValuesThatCannotBeAssignedComeBack) {
    const pool workers{two};
    const auto made = workers.map([](int x) { return celsius(x); }, std::vector{1, 2});

    EXPECT_THAT(made, ElementsAre(celsius{1}, celsius{2}));
}

tree grow(int levels) {
    tree grown{levels, {}};
    if (levels > 0) grown.children = {grow(levels - 1), grow(levels - 1)};
    return grown;
}

int sum(const tree& of) {
    int total = of.value;
    for (const auto& child : of.children) total += sum(child);
    return total;
}

TEST_F(Crossing, RecursiveValuesCrossBothWays) {
    const pool workers{two};

    const auto grown = workers.map(grow, std::vector{3, 5});

    EXPECT_EQ(grown.at(1), grow(5));
    EXPECT_THAT(workers.map(sum, grown), ElementsAre(sum(grow(3)), sum(grow(5))));
}

int evaluate(const expression& e) {
    int total = 0;
    for (const auto* operand : {&e.left, &e.right}) {
        if (const auto* number = std::get_if<int>(operand)) total += *number;
        if (const auto* inner = std::get_if<std::unique_ptr<expression>>(operand))
            total += evaluate(**inner);
    }
    for (const auto& argument : e.arguments)
        if (argument) total += evaluate(*argument);
    for (const auto& [name, named] : e.named) total += evaluate(named);
    return total;
}

TEST_F(Crossing, ExpressionTreesCross) {
    const pool workers{two};
    expression inner{1, "text", {}, {}};
    inner.arguments.emplace_back();
    inner.arguments.emplace_back(expression{10, 100, {}, {}});
    expression outer{std::make_unique<expression>(std::move(inner)), 1000, {}, {}};
    outer.named.emplace("name", expression{10'000, 0, {}, {}});

    EXPECT_EQ(workers.submit(evaluate, std::move(outer)).get(), 11'111);
}

std::expected<int, std::string> parse(const std::string& text) {
    if (text.empty()) return std::unexpected{"nothing to parse"};
    return std::stoi(text);
}

TEST_F(Crossing, ExpectedResultsComeBackAsTheyAre) {
    const pool workers{two};

    const auto parsed = workers.map(parse, std::vector<std::string>{"12", ""});

    EXPECT_EQ(parsed.at(0), 12);
    EXPECT_EQ(parsed.at(1).error(), "nothing to parse");
}

// ---- callables
// -----------------------------------------------------------------------------------

int twice(int x) { return 2 * x; }

struct with_members {
    std::string prefix;
    std::map<int, std::string> names;
    std::string operator()(int x) const { return prefix + names.at(x); }
};

class with_serialize { // private members, and all the rest
public:
    explicit with_serialize(int factor) : factor_{factor} {}
    int operator()(int x) const { return factor_ * x; }

private:
    friend tandem::access;
    with_serialize() = default;
    template <class Archive>
    void serialize(Archive& archive) {
        archive(factor_, text_);
    }
    int factor_ = 0;
    std::string text_;
};

TEST_F(Crossing, CallablesOfEveryKindCross) {
    const pool workers{two};
    const std::vector<int> items{1, 2};
    int offset = 5;
    const std::array<double, 2> weights{0.5, 2};
    const auto weighted = [weights, offset](int x) { return weights[1] * x + offset; };

    EXPECT_THAT(workers.map(twice, items), ElementsAre(2, 4));
    EXPECT_THAT(workers.map(&twice, items), ElementsAre(2, 4));
    EXPECT_THAT(workers.map([](int x) { return -x; }, items), ElementsAre(-1, -2));
    EXPECT_THAT(workers.map([](auto x) { return -x; }, items), ElementsAre(-1, -2));
    EXPECT_THAT(workers.map(weighted, items), ElementsAre(7, 9));
    EXPECT_THAT(workers.map(std::negate<>{}, items), ElementsAre(-1, -2));
    EXPECT_THAT(workers.map(with_members{"a", {{1, "b"}, {2, "c"}}}, items),
                ElementsAre("ab", "ac"));
    EXPECT_THAT(workers.map(with_serialize{3}, items), ElementsAre(3, 6));
    EXPECT_THAT(workers.map(fn<&twice>, items), ElementsAre(2, 4));
}

TEST_F(Crossing, MutableLambdasStartFromTheirStateInEachWorker) {
    const pool workers{{.processes = 1}};
    const auto counted =
        workers.map([count = 10](int) mutable { return ++count; }, std::vector{0, 0});

    EXPECT_THAT(counted, ElementsAre(11, 12));
}

} // namespace
} // namespace tandem::test
