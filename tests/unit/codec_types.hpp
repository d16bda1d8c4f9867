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
