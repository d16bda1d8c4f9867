// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Types of every kind that the codec supports, for the tests of all of them.

#include <array>
#include <bitset>
#include <chrono>
#include <complex>
#include <deque>
#include <expected>
#include <filesystem>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "tandem/codec.hpp"

namespace tandem::test {

enum class colour : std::uint8_t { red, green, blue };
enum plain_enum { first, second };

struct nothing {
    friend bool operator==(const nothing&, const nothing&) = default;
};

struct point { // no padding: copied as a block
    std::int32_t x, y;
    friend bool operator==(const point&, const point&) = default;
};

struct padded { // three bytes of padding
    char tag;
    std::int32_t value;
    friend bool operator==(const padded&, const padded&) = default;
};

struct with_c_arrays {
    char name[5];
    std::int16_t grid[2][3];
    std::string words[2];
    friend bool operator==(const with_c_arrays&, const with_c_arrays&) = default;
};

struct tree {
    int value = 0;
    std::vector<tree> children;
    friend bool operator==(const tree&, const tree&) = default;
};

struct chain { // move-only and recursive
    int value = 0;
    std::unique_ptr<chain> next;
    friend bool operator==(const chain& a, const chain& b) {
        if (a.value != b.value || !a.next != !b.next) return false;
        return !a.next || *a.next == *b.next;
    }
};

class account { // the shape that users of cereal have
public:
    std::string owner;
    std::vector<long> deposits;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(owner, deposits);
    }
    friend bool operator==(const account&, const account&) = default;
};

class secret { // nothing public, and the shape that users of Boost.Serialization have
public:
    secret(int number, std::string word) : number_{number}, word_{std::move(word)} {}
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] const std::string& word() const { return word_; }
    friend bool operator==(const secret&, const secret&) = default;

private:
    friend tandem::access;
    secret() = default;

    template <class Archive>
    void serialize(Archive& archive) {
        archive & number_ & word_;
    }

    int number_ = 0;
    std::string word_;
};

struct has_secret { // not default-constructible
    int before;
    secret hidden;
    std::vector<secret> more;
    friend bool operator==(const has_secret&, const has_secret&) = default;
};

class celsius { // no default constructor, and no way to assign
public:
    explicit celsius(double degrees) : degrees_{degrees} {}
    friend bool operator==(const celsius&, const celsius&) = default;

    template <class Archive>
    void serialize(Archive& archive) {
        double degrees = degrees_;
        archive(degrees);
    }
    template <class Archive>
    static celsius deserialize(Archive& archive) {
        double degrees = 0;
        archive(degrees);
        return celsius{degrees};
    }

private:
    const double degrees_;
};

class range { // never empty; the invariant is the constructor's
public:
    range(std::string unit, celsius low, celsius high)
        : unit_{std::move(unit)}, ends_{std::make_unique<std::pair<celsius, celsius>>(low, high)} {}
    friend bool operator==(const range& a, const range& b) {
        return a.unit_ == b.unit_ && *a.ends_ == *b.ends_;
    }

private:
    friend tandem::access;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(unit_, ends_->first, ends_->second);
    }
    template <class Archive>
    static range deserialize(Archive& archive) {
        auto unit = archive.template read<std::string>();
        const auto low = archive.template read<celsius>();
        return {std::move(unit), low, archive.template read<celsius>()};
    }

    std::string unit_;
    std::unique_ptr<std::pair<celsius, celsius>> ends_;
};

struct station { // C arrays beside members without a default constructor; move-only
    char code[3];
    point corners[2];
    range usual;
    std::vector<range> months;
    friend bool operator==(const station&, const station&) = default;
};

struct expression; // recursive through a variant, an optional in a vector and a map
using operand = std::variant<int, std::string, std::unique_ptr<expression>>;
struct expression {
    operand left, right;
    std::vector<std::optional<expression>> arguments;
    std::map<std::string, expression> named;
};

struct everything {
    bool flag;
    double real;
    std::string text;
    std::vector<padded> rows;
    std::map<std::string, std::optional<tree>> trees;
    std::variant<std::monostate, int, account> choice;
    friend bool operator==(const everything&, const everything&) = default;
};

} // namespace tandem::test
