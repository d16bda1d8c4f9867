// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Decodes arbitrary bytes. The first byte chooses the type, the rest is its encoding.
//
// Aborts if decoding takes more memory than 16 times the input and 4 KiB; if a decoded value cannot
// be encoded, or if decoding and encoding again gives another encoding.

#include <cstdint>
#include <cstdlib>
#include <iterator>

#include "unit/codec_allocations.hpp"
#include "unit/codec_types.hpp"

namespace {

using namespace tandem::test;

void require(bool holds) {
    if (!holds) std::abort();
}

enum class repeats : bool { no, yes }; // a hash table may be iterated in another order each time

template <class T, repeats Order = repeats::yes>
void check(std::span<const std::byte> input) {
    const allocation_watch watch;
    try {
        const T value = tandem::decode<T>(input);
        require(watch.peak_bytes() <= 16 * input.size() + 4096);
        const auto first = tandem::encode(value);
        require(first.size() == input.size());
        const auto second = tandem::encode(tandem::decode<T>(first));
        require(second.size() == first.size());
        require(Order == repeats::no || second == first);
    } catch (const tandem::codec_error&) {
        require(watch.peak_bytes() <= 16 * input.size() + 4096);
    }
}

struct numbers { // every kind of one size
    std::tuple<bool, char, char8_t, wchar_t, short, unsigned, long, float, double, long double>
        plain;
    tandem::detail::int128 wide;
    std::byte byte;
    colour named;
    std::complex<float> root;
    std::chrono::nanoseconds time;
    std::chrono::system_clock::time_point when;
    std::chrono::year_month_day date;
    std::array<point, 2> corners;
    std::array<padded, 2> rows;
};

struct texts { // every kind of counted thing that the other types have not
    std::wstring wide;
    std::u16string narrow;
    std::vector<double> row;
    std::unordered_set<std::string> once;
    std::unordered_multimap<int, nothing> often;
    std::shared_ptr<std::variant<secret, std::monostate>> shared;
    std::unique_ptr<std::expected<void, colour>> owned;
};

struct sparse { // much memory for few bytes
    std::optional<std::array<int, 500>> rows;
    std::unique_ptr<sparse> next;
    std::deque<char> letters;
    std::vector<sparse> children;
    std::array<int, 20> tail;
};

using checker = void (*)(std::span<const std::byte>);
constexpr checker checkers[] = {
    &check<everything>,
    &check<std::vector<tree>>,
    &check<chain>,
    &check<expression>,
    &check<sparse>,
    &check<std::vector<std::optional<sparse>>>,
    &check<std::vector<std::deque<std::deque<char>>>>,
    &check<std::list<std::set<char>>>,
    &check<std::vector<std::list<bool>>>,
    &check<std::unordered_map<std::string, std::vector<std::vector<bool>>>, repeats::no>,
    &check<std::forward_list<std::multiset<std::string>>>,
    &check<std::vector<std::unordered_multiset<char>>, repeats::no>,
    &check<std::multimap<char, std::vector<std::vector<nothing>>>>,
    &check<std::vector<std::shared_ptr<std::optional<std::array<long, 300>>>>>,
    &check<std::tuple<std::bitset<77>, std::expected<has_secret, account>, with_c_arrays>>,
    &check<std::vector<std::filesystem::path>>,
    &check<std::optional<std::deque<std::array<char, 700>>>>,
    &check<std::pair<std::filesystem::path, std::vector<std::variant<nothing, sparse>>>>,
    &check<std::vector<numbers>>,
    &check<std::map<int, texts>, repeats::no>,
    &check<std::deque<station>>,
    &check<std::vector<std::optional<std::variant<celsius, range>>>>,
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto input = std::as_bytes(std::span{data, size}).subspan(1);
    checkers[data[0] % std::size(checkers)](input);
    return 0;
}
