// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What the files beside this folder do, done right.

#include <array>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tandem/tandem.hpp"

namespace {

struct request {
    int length;
    std::string text;
    std::vector<std::unique_ptr<int>> rest;
    std::variant<int, double> number;
};
static_assert(tandem::portable<request>);

} // namespace

void compiles();
void compiles() {
    tandem::encoder out;
    out.write(request{});
    tandem::decoder in{out.bytes()};
    static_cast<void>(in.read<request>());
}

void calls(const tandem::pool& workers);
void calls(const tandem::pool& workers) {
    const std::vector<std::string> words{"a"};
    int offset = 1;
    const auto lengths = [offset](const std::string& text) { return offset + int(text.size()); };
    static_cast<void>(workers.map(lengths, words));
    static_cast<void>(workers.map(tandem::fn<&request::length>, std::vector<request>{}));
    static_cast<void>(workers.submit(lengths, std::string{"text"}).get());
    workers.starmap([](int, double) {}, std::vector<std::pair<int, double>>{{1, 2.0}});
    for (const auto& length : workers.imap(lengths, words)) static_cast<void>(length);
    static_cast<void>(workers.by_cost(lengths).try_map(lengths, words));
    static_cast<void>(workers.map_async([](int x, int y) { return x + y; }, std::vector{1}, 2));
    static_cast<void>(workers.share(words)->size());
    static_cast<void>(
        workers.submit([] { return 1; }).then([](tandem::future<int> f) { return f.get() + 1; }));
}

void starts();
void starts() {
    const tandem::pool workers{{.processes = 1}, [](int level) { return level; }, 3};
    static_cast<void>(workers.submit([] { return tandem::this_process::worker_state<int>(); }));
}

void shares();
void shares() {
    struct person {
        std::array<char, 16> name;
        int age;
    };
    const tandem::shared_array<person> people(3);
    ++tandem::shared_array<int>(std::vector{1, 2}).atomic(0);
    static_cast<void>(tandem::shared_value<person> {} -> age);
    const tandem::shared_value<int> turn{1};
    turn.wait(0);
}
