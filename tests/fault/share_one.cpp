// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// share_one OBJECT: four processes use one OBJECT in a loop while one of them may be killed, and
// the program then looks whether it is as it should be. Prints how many processes ended by
// themselves, how many were killed, and how many things were wrong.

#include <tandem/tandem.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "../support/shared_number.hpp"

namespace mp = tandem;
using namespace std::chrono_literals;
using mp::test::shared_number;

constexpr int processes = 4;
constexpr int rounds = 300;

struct account {
    int ended = 0;
    int killed = 0;
    int wrong = 0;

    void note(const mp::exit_status& status) {
        if (status.success()) ++ended;
        if (status.code() == 1) ++wrong;
        if (status.signal() == 9) ++killed;
    }
};

/// Runs `body(number)` in each process; one that returns false has found something wrong.
template <class Body>
void run(account& account, Body body) {
    std::vector<mp::process> started;
    for (int number = 0; number < processes; ++number)
        started.emplace_back(mp::forked, [=] { std::_Exit(body(number) ? 0 : 1); });
    for (const auto& process : started) account.note(process.join());
}

/// What each process has counted, and all together; changed under a lock.
struct counters {
    std::array<shared_number, processes> mine;
    shared_number all;

    void count(int number) const {
        ++*mine.at(static_cast<std::size_t>(number));
        ++*all;
    }
    [[nodiscard]] bool agree() const {
        int sum = 0;
        for (const auto& one : mine) sum += *one;
        return sum == *all;
    }
};

/// Holds `lock` however its owner ended.
template <class Mutex>
std::unique_lock<const Mutex> hold(const Mutex& lock) {
    (void)lock.lock_inheriting();
    return {lock, std::adopt_lock};
}

template <class Mutex>
bool count_once(const Mutex& lock, const counters& counted, int number) {
    const auto held = hold(lock);
    counted.count(number);
    if constexpr (std::same_as<Mutex, mp::recursive_mutex>) {
        const std::lock_guard inner{lock};
        std::this_thread::yield();
    }
    std::this_thread::yield();
    return counted.agree();
}

/// That nothing that a survivor has counted is missing.
template <class Mutex>
bool is_complete(const Mutex& lock, const counters& counted) {
    const auto held = hold(lock);
    return counted.agree() && *counted.all >= (processes - 1) * rounds;
}

template <class Mutex>
void use_mutex(account& account) {
    const Mutex lock;
    const counters counted;
    run(account, [=](int number) {
        for (int round = 0; round < rounds; ++round)
            if (!count_once(lock, counted, number)) return false;
        return true;
    });
    account.wrong += is_complete(lock, counted) ? 0 : 1;
}

bool share(const mp::shared_mutex& lock, const counters& counted) {
    try {
        const std::shared_lock held{lock};
        std::this_thread::yield();
        return counted.agree();
    } catch (const mp::owner_died&) {
        return true;
    }
}

void use_shared_mutex(account& account) {
    const mp::shared_mutex lock;
    const counters counted;
    run(account, [=](int number) {
        for (int round = 0; round < rounds; ++round)
            if (!count_once(lock, counted, number) || !share(lock, counted)) return false;
        return true;
    });
    account.wrong += is_complete(lock, counted) ? 0 : 1;
}

void use_semaphore(account& account) {
    const mp::semaphore units{2};
    run(account, [=](int /*number*/) {
        for (int round = 0; round < rounds; ++round) {
            units.acquire();
            std::this_thread::yield();
            units.release();
        }
        return true;
    });
    // What the dead one had stays taken.
    account.wrong += units.value() == 2 || units.value() == 1 ? 0 : 1;
}

void use_event(account& account) {
    const mp::event done;
    const mp::event never;
    const mp::latch waiting{processes - 1};
    run(account, [=](int number) {
        if (number != 0) {
            waiting.count_down();
            done.wait();
            return done.is_set();
        }
        waiting.wait();
        (void)never.wait_for(20ms); // the others fall asleep
        done.set();
        return true;
    });
}

void use_latch(account& account) {
    const mp::latch all{processes};
    run(account, [=](int /*number*/) {
        all.arrive_and_wait();
        return all.try_wait();
    });
    account.wrong += all.try_wait() ? 0 : 1;
}

/// A place for one item.
struct stand {
    mp::mutex lock;
    mp::condition_variable changed;
    shared_number items;
    shared_number closed;

    void put() const {
        std::unique_lock held{lock};
        changed.wait(held, [this] { return *items == 0; });
        ++*items;
        held.unlock(); // one that is killed from here on does not own it
        changed.notify_one();
    }
    [[nodiscard]] bool take() const {
        std::unique_lock held{lock};
        changed.wait(held, [this] { return *items > 0 || *closed != 0; });
        if (*items == 0) return false;
        --*items;
        held.unlock();
        changed.notify_all();
        return true;
    }
    void close() const {
        {
            const auto held = hold(lock);
            *closed = 1;
        }
        changed.notify_all();
    }
};

/// One process puts items, the others take them.
void use_condition_variable(account& account) {
    const stand here;
    const auto put = [=] {
        for (int item = 0; item < rounds; ++item) here.put();
    };
    const auto take = [=] {
        while (here.take()) {}
    };
    const mp::process putting{mp::forked, put};
    std::vector<mp::process> taking;
    for (int i = 1; i < processes; ++i) taking.emplace_back(mp::forked, take);

    account.note(putting.join());
    here.close();
    for (const auto& process : taking) account.note(process.join());
    account.wrong += *here.items == 0 ? 0 : 1;
}

bool meet(const mp::barrier& all, int times) {
    try {
        for (int round = 0; round < times; ++round) all.arrive_and_wait();
    } catch (const mp::barrier_broken&) {
        return all.is_broken();
    }
    return true;
}

void use_barrier(account& account) {
    const mp::barrier all{processes};
    run(account, [=](int /*number*/) { return meet(all, rounds); });
    all.reset();
    struct account again;
    run(again, [=](int /*number*/) { return meet(all, rounds); });
    account.wrong += again.ended == processes && !all.is_broken() ? 0 : 1;
}

int main(int count, char** arguments) {
    mp::bootstrap();
    const std::map<std::string, std::function<void(account&)>> uses{
        {"mutex", use_mutex<mp::mutex>},
        {"recursive_mutex", use_mutex<mp::recursive_mutex>},
        {"shared_mutex", use_shared_mutex},
        {"semaphore", use_semaphore},
        {"event", use_event},
        {"latch", use_latch},
        {"condition_variable", use_condition_variable},
        {"barrier", use_barrier},
    };
    const auto use = uses.find(count == 2 ? arguments[1] : "");
    if (use == uses.end()) return 2;
    account account;
    use->second(account);
    std::cout << "ended " << account.ended << " killed " << account.killed << " wrong "
              << account.wrong << "\n";
}
