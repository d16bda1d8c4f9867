// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/self.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "os/per_process.hpp"
#include "os/poll.hpp"
#include "os/process.hpp"
#include "os/signal_mask.hpp"
#include "runtime/slot_budget.hpp"

namespace tandem::runtime {

namespace {

self& writable_self() {
    static self& only = *new self; // never destroyed: static objects may ask for it in the end
    return only;
}

// Relaxed throughout: numbers only have to differ.
constinit std::atomic<int> last_child{0};

/// The stop source of this process and the thread that stops it.
class stop_watch {
public:
    std::stop_token token() {
        const std::lock_guard guard{mutex_};
        const auto* page = self::instance().page();
        if (!is_watching_ && page != nullptr) {
            watch(*page);
            is_watching_ = true;
        }
        return source_.get_token();
    }
    [[nodiscard]] bool is_watching() {
        const std::lock_guard guard{mutex_};
        return is_watching_;
    }

private:
    void watch(const channel::process_page& page) {
        const os::block_signals blocked; // in the new thread
        std::thread{[&page, source = source_]() mutable {
            while (!page.stop_requested()) page.wait_for_stop();
            source.request_stop();
        }}.detach();
    }

    std::mutex mutex_; // guards: all below
    std::stop_source source_;
    bool is_watching_ = false;
};

} // namespace

const self& self::instance() noexcept { return writable_self(); }

const channel::process_page* self::page() const noexcept {
    return page_.is_mapped() && generation_ == os::fork_generation() ? &page_ : nullptr;
}

void self::become(launch::child_start& start) {
    using launch::descriptor_use;
    // First: forks do not inherit the page, so the new one may come to lie where it was.
    writable_self().page_ = {};
    self me;
    me.name = std::move(start.settings.name);
    me.path = std::move(start.settings.path);
    me.is_child = true;
    me.parent_name = std::move(start.settings.parent_name);
    me.parent_id = start.settings.parent_id;
    me.parent = start.descriptors.take(descriptor_use::program);
    join_slot_budget(start.descriptors.take(descriptor_use::slots));
    if (start.role == launch::child_role::process) {
        auto page = channel::process_page::attach(start.descriptors.take(descriptor_use::first));
        if (!page) throw std::system_error{page.error(), "mapping the page shared with its parent"};
        me.page_ = *std::move(page);
    }
    writable_self() = std::move(me);
    last_child.store(0, std::memory_order_relaxed); // see its declaration
}

child_name next_child_name(const std::string& prefix) {
    child_name next;
    next.path = self::instance().path;
    next.path.push_back(last_child.fetch_add(1, std::memory_order_relaxed) + 1); // see there
    next.name = prefix;
    for (const char* joint = "-"; const int number : next.path) {
        next.name += joint + std::to_string(number);
        joint = ":";
    }
    return next;
}

std::stop_token own_stop_token() { return os::of_this_process<stop_watch>().token(); }

int harmless_threads() {
    auto* watch = os::per_process<stop_watch>::existing();
    return watch != nullptr && watch->is_watching() ? 1 : 0;
}

void die_with_parent_process() {
    const os::block_signals blocked; // in the new thread
    std::thread{[] {
        const std::array<int, 1> watched{self::instance().parent.get()};
        while (!os::is_readable(watched[0])) (void)os::wait_readable(watched, os::no_time_limit);
        os::kill_own_group();
    }}.detach();
}

} // namespace tandem::runtime
