// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A queue with leases under four producers and four consumers that are killed at random and started
// again. Records have 0 bytes to 8 MiB, most of them few; each has its producer, its number and a
// checksum. At the end: every record whole, none lost, those of a producer in order.
//
//   queue_soak [--seconds N] [--kills-per-second N] [--seed N]

#include <tandem/bootstrap.hpp>
#include <tandem/queue.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mp = tandem;

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

struct plan {
    int seconds = 4;
    int kills_per_second = 25;
    unsigned seed = 1;
};

struct note { // what a consumer says of a record
    std::uint32_t producer = 0;
    std::uint32_t consumer = 0; // a new number for each process
    std::uint64_t number = 0;
};

using records = mp::queue<std::string>;
using notes = mp::queue<note>;

[[noreturn]] void fail(const std::string& what) {
    std::printf("wrong: %s\n", what.c_str());
    std::fflush(stdout);
    ::kill(0, SIGKILL);
    std::abort();
}

std::uint64_t checksum(std::string_view text) {
    std::uint64_t sum = 1469598103934665603U;
    for (const char byte : text) sum = (sum ^ static_cast<unsigned char>(byte)) * 1099511628211U;
    return sum;
}

std::size_t pick_size(std::minstd_rand& random) {
    const auto kind = random() % 1000;
    if (kind < 50) return 0;
    if (kind < 950) return random() % 400;
    if (kind < 997) return random() % 100'000;
    return random() % (std::size_t{8} << 20);
}

void produce(records to, std::uint32_t id, unsigned seed) {
    std::minstd_rand random{seed};
    for (std::uint64_t number = 0;; ++number) {
        const auto size = pick_size(random);
        if (size == 0) to.push("");
        std::string text(size, static_cast<char>('a' + number % 26));
        const auto head = std::to_string(id) + " " + std::to_string(number) + " ";
        to.push(head + std::to_string(checksum(text)) + " " + text);
    }
}

/// Nothing for an empty record.
std::optional<note> check(const std::string& text) {
    if (text.empty()) return std::nullopt;
    std::array<std::uint64_t, 3> numbers{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (auto& number : numbers) {
        const auto parsed = std::from_chars(at, end, number);
        if (parsed.ec != std::errc{} || parsed.ptr == end) fail("a torn record");
        at = parsed.ptr + 1;
    }
    if (checksum({at, end}) != numbers[2]) fail("a checksum");
    return note{static_cast<std::uint32_t>(numbers[0]), 0, numbers[1]};
}

/// The next record; none at the end.
std::optional<std::string> next_of(records& from) {
    try {
        return from.pop();
    } catch (const mp::queue_closed&) {
        return std::nullopt;
    }
}

void consume(records from, notes to, std::uint32_t id) {
    while (const auto text = next_of(from)) {
        if (auto found = check(*text)) {
            found->consumer = id;
            to.push(*found);
        }
        from.task_done();
    }
}

template <class Body>
pid_t start(const Body& body) {
    const pid_t started = ::fork();
    if (started != 0) return started;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    ::_exit(0);
}

void end(pid_t process) {
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
}

class soak {
public:
    explicit soak(const plan& planned) : plan_{planned}, random_{planned.seed} {}

    void run() {
        for (auto& id : producers_) id = start_producer();
        for (auto& id : consumers_) id = start_consumer();
        const auto until = clock::now() + std::chrono::seconds{plan_.seconds};
        auto next_kill = clock::now();
        while (clock::now() < until) {
            if (const auto found = notes_.pop_for(5ms)) take(*found);
            if (clock::now() < next_kill) continue;
            next_kill += 1s / plan_.kills_per_second;
            replace_one();
        }
        for (const auto id : producers_) end(id);
        finish();
    }

private:
    pid_t start_producer() {
        const auto id = next_producer_++;
        return start([&] { produce(records_, id, plan_.seed + id); });
    }
    pid_t start_consumer() {
        const auto id = next_consumer_++;
        return start([&] { consume(records_, notes_, id); });
    }
    void replace_one() {
        const auto which = random_() % 8;
        auto& process = which < 4 ? producers_.at(which) : consumers_.at(which - 4);
        end(process);
        process = which < 4 ? start_producer() : start_consumer();
        ++kills_;
    }

    void take(const note& found) {
        auto& seen = seen_[found.producer];
        if (seen.size() <= found.number) seen.resize(found.number + 1);
        if (seen[found.number]++ != 0) ++again_;
        auto& last = last_[{found.producer, found.consumer}];
        if (last > found.number) ++out_of_order_; // a record that has returned may be
        last = found.number + 1;
        ++taken_;
    }

    /// The consumers go on to the end; what they leave is done here.
    void finish() {
        records_.close();
        for (const auto id : consumers_) {
            while (::waitpid(id, nullptr, WNOHANG) == 0)
                if (const auto found = notes_.pop_for(5ms)) take(*found);
        }
        consume_rest();
        while (const auto found = notes_.try_pop()) take(*found);
        if (!records_.join_for(20s)) fail("a record that is never done");
        if (records_.size() != 0) fail("the size");
        for (const auto& [producer, seen] : seen_)
            for (const auto times : seen)
                if (times == 0)
                    fail("a record of producer " + std::to_string(producer) + " is lost");
        if (out_of_order_ > again_ + kills_) fail("the order of records");
        std::printf(
            "%llu records, %llu kills, %llu records twice: none lost, torn or out of order\n",
            static_cast<unsigned long long>(taken_), static_cast<unsigned long long>(kills_),
            static_cast<unsigned long long>(again_));
    }
    void consume_rest() {
        while (const auto text = next_of(records_)) {
            if (const auto found = check(*text)) take(*found);
            records_.task_done();
        }
    }

    plan plan_;
    std::minstd_rand random_;
    records records_{{.capacity = 1000, .leases = true}};
    notes notes_;
    std::array<pid_t, 4> producers_{};
    std::array<pid_t, 4> consumers_{};
    std::uint32_t next_producer_ = 0;
    std::uint32_t next_consumer_ = 0;
    std::map<std::uint32_t, std::vector<unsigned>> seen_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> last_;
    std::uint64_t taken_ = 0;
    std::uint64_t kills_ = 0;
    std::uint64_t again_ = 0;
    std::uint64_t out_of_order_ = 0;
};

plan read_plan(int argc, char** argv) {
    plan read;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name{argv[i]};
        const int value = std::atoi(argv[i + 1]);
        if (name == "--seconds") read.seconds = value;
        if (name == "--kills-per-second") read.kills_per_second = value;
        if (name == "--seed") read.seed = static_cast<unsigned>(value);
    }
    return read;
}

} // namespace

int main(int argc, char** argv) {
    mp::bootstrap();
    ::setpgid(0, 0);
    soak{read_plan(argc, argv)}.run();
}
