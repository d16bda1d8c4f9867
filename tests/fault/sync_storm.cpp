// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Four processes use an object without pause, while one after the other is killed at a random
// instant and replaced. After each kill the others must get on, and whoever has the lock must find
// in order what it guards, or half changed and unfinished.
//
//   sync_storm [KILLS]     of the users of each object; 100 unless said otherwise

#include <tandem/tandem.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <string>
#include <thread>

#include "../support/shared_number.hpp"

namespace mp = tandem;
using namespace std::chrono_literals;
using mp::test::shared_number;

namespace {

constexpr int users = 4;

[[noreturn]] void fail(const std::string& what) {
    std::printf("failed: %s\n", what.c_str());
    std::fflush(stdout);
    std::_Exit(1);
}

/// Only grows; read and written by everybody, in no order.
class progress {
public:
    void step() const { word().fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] int steps() const { return word().load(std::memory_order_relaxed); }

private:
    [[nodiscard]] std::atomic_ref<int> word() const { return std::atomic_ref{*number_}; }

    shared_number number_;
};

struct storm {
    const char* object;
    std::function<void(int user)> use;  // for ever
    std::function<void()> calm = [] {}; // after each kill, again and again until somebody gets on
    progress done = {};
};

class user_process {
public:
    user_process(const storm& storm, int number) : id_{::fork()} {
        if (id_ != 0) return;
        for (;;) storm.use(number);
    }
    user_process(const user_process&) = delete;
    user_process& operator=(const user_process&) = delete;
    ~user_process() {
        int status = 0;
        ::kill(id_, SIGKILL);
        if (::waitpid(id_, &status, 0) != id_ || !WIFSIGNALED(status) ||
            WTERMSIG(status) != SIGKILL)
            fail("a user ended by itself");
    }

private:
    pid_t id_;
};

void require_progress(const storm& storm) {
    const auto before = storm.done.steps();
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (storm.done.steps() - before < users) {
        storm.calm();
        if (std::chrono::steady_clock::now() > limit)
            fail(std::string{storm.object} + ": nobody gets on after a kill");
        std::this_thread::yield();
    }
}

void run(const storm& storm, int kills) {
    std::mt19937 random{1};
    std::array<std::unique_ptr<user_process>, users> all;
    for (int i = 0; i < users; ++i)
        all.at(static_cast<std::size_t>(i)) = std::make_unique<user_process>(storm, i);
    const mp::event never;
    for (int kill = 0; kill < kills; ++kill) {
        (void)never.wait_for(std::chrono::microseconds{random() % 3000});
        const auto number = random() % users;
        all.at(number).reset();
        all.at(number) = std::make_unique<user_process>(storm, static_cast<int>(number));
        require_progress(storm);
    }
    std::printf("%s: %d kills, %d steps\n", storm.object, kills, storm.done.steps());
}

/// Two numbers that are equal, unless somebody has died between changing them.
struct guarded {
    shared_number first;
    shared_number second;
    shared_number changing;

    void change() const {
        if (*changing != 0) *second = *first; // left behind by a dead one
        if (*first != *second) fail("a lock let two in");
        *changing = 1;
        std::atomic_signal_fence(std::memory_order_seq_cst); // in this order
        *first = (*first + 1) % 1'000'000;
        std::atomic_signal_fence(std::memory_order_seq_cst); // in this order
        *second = *first;
        std::atomic_signal_fence(std::memory_order_seq_cst); // in this order
        *changing = 0;
    }
    void look() const {
        if (*changing == 0 && *first != *second) fail("a lock let a writer in beside a reader");
    }
};

/// Any mutex, held however its owner ended.
template <class Mutex>
struct inheriting {
    const Mutex& mutex;
    void lock() const { (void)mutex.lock_inheriting(); }
    void unlock() const { mutex.unlock(); }
};

void change(const mp::recursive_mutex& mutex, const guarded& data) {
    const std::lock_guard again{mutex};
    data.change();
}
template <class Mutex>
void change(const Mutex& /*held*/, const guarded& data) {
    data.change();
}

void look(const mp::shared_mutex& mutex, const guarded& data) {
    try {
        const std::shared_lock share{mutex};
        data.look();
    } catch (const mp::owner_died&) {
        return; // the next one that changes repairs
    }
}
template <class Mutex>
void look(const Mutex& /*not shared*/, const guarded& /*data*/) {}

template <class Mutex>
storm mutex_storm(const char* name) {
    const progress done;
    const auto use = [done, mutex = Mutex{}, data = guarded{}](int /*user*/) {
        {
            const inheriting<Mutex> lock{mutex};
            const std::lock_guard held{lock};
            change(mutex, data);
        }
        look(mutex, data);
        done.step();
    };
    return {.object = name, .use = use, .done = done};
}

storm condition_variable_storm() {
    const progress done;
    const auto use = [done, mutex = mp::mutex{}, changed = mp::condition_variable{},
                      turn = shared_number{}](int user) {
        inheriting<mp::mutex> lock{mutex};
        const std::lock_guard held{lock};
        changed.wait(lock, [&] { return *turn == user; });
        *turn = (user + 1) % users;
        changed.notify_all();
        done.step();
    };
    return {.object = "condition_variable", .use = use, .done = done};
}

storm barrier_storm() {
    const progress done;
    const mp::barrier all{users};
    const auto use = [done, all](int /*user*/) {
        try {
            all.arrive_and_wait();
            done.step();
        } catch (const mp::barrier_broken&) {
            std::this_thread::yield(); // until it is reset
        }
    };
    const auto calm = [all] {
        if (all.is_broken()) all.reset();
    };
    return {.object = "barrier", .use = use, .calm = calm, .done = done};
}

} // namespace

int main(int count, char** arguments) {
    mp::bootstrap();
    const int kills = count > 1 ? std::atoi(arguments[1]) : 100;
    run(mutex_storm<mp::mutex>("mutex"), kills);
    run(mutex_storm<mp::recursive_mutex>("recursive_mutex"), kills);
    run(mutex_storm<mp::shared_mutex>("shared_mutex"), kills);
    run(condition_variable_storm(), kills);
    run(barrier_storm(), kills);
    std::puts("all go on");
}
