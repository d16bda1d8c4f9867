// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Items of which some crash, some hang and some eat memory. Each costs itself and nothing else; the
// account says what became of it.

#include <tandem/tandem.hpp>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>
namespace mp = tandem;
using namespace std::chrono_literals;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

enum class document { fine, malformed, crashing, endless, huge };

/// A parser as they are.
std::size_t parse(document text) {
    int* volatile nowhere = nullptr;
    std::vector<std::string> pages;
    switch (text) {
        case document::malformed:
            throw std::invalid_argument{"line 3: no closing bracket"};
        case document::crashing:
            *nowhere = 1;
            break;
        case document::endless:
            while (nowhere == nullptr) {}
            break;
        case document::huge:
            while (pages.size() < 2048) pages.emplace_back(mebibyte, 'x');
            break;
        case document::fine:
            break;
    }
    return pages.size();
}

std::string describe(const mp::failure& failure) {
    if (failure.get_if<mp::memory_exceeded>()) return "took more memory than 200 MiB";
    if (failure.get_if<mp::task_timeout>()) return "took longer than a second";
    if (const auto* crash = failure.get_if<mp::worker_crashed>())
        return "crashed: " + crash->status().describe();
    if (const auto* thrown = failure.get_if<mp::task_error>())
        return "threw " + thrown->type_name() + ": " + thrown->message();
    return failure.what();
}

int main() {
    mp::bootstrap();
    std::vector<document> documents(1000);
    documents[100] = documents[101] = document::crashing;
    documents[250] = document::endless;
    documents[500] = document::huge;
    documents[999] = document::malformed;

    mp::pool pool;
    const auto outcomes =
        pool.with({.timeout = 1s, .memory = 200 * mebibyte}).try_map(parse, documents);

    for (const auto& outcome : outcomes)
        if (!outcome)
            std::cout << "document " << outcome.error().index() << " " << describe(outcome.error())
                      << "\n";
    std::cout << std::ranges::count_if(outcomes, [](const auto& outcome) { return !!outcome; })
              << " of " << outcomes.size() << " are fine\n";
}
