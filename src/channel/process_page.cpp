// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/process_page.hpp"

#include <new>
#include <utility>

#include "os/futex.hpp"

namespace tandem::channel {

namespace {

constexpr std::uint32_t has_exited = 0x100;

// The word `leave`.
constexpr std::uint32_t not_given = 0;
constexpr std::uint32_t child_sleeps = 1;
constexpr std::uint32_t given = 2;

} // namespace

os::result<process_page> process_page::create() {
    process_page page;
    auto fd = os::create_memory_object("tandem-process", os::page_bytes());
    if (!fd) return std::unexpected{fd.error()};
    auto mapped = os::mapping::map(*fd, 0, os::page_bytes());
    if (!mapped) return std::unexpected{mapped.error()};
    page.fd_ = *std::move(fd);
    page.page_ = *std::move(mapped);
    new (page.page_.bytes().data()) words;
    return page;
}

os::result<process_page> process_page::attach(os::unique_fd fd) {
    process_page page;
    auto mapped = os::mapping::map(fd, 0, os::page_bytes());
    if (!mapped) return std::unexpected{mapped.error()};
    mapped->keep_from_forks();
    page.page_ = *std::move(mapped);
    return page;
}

void process_page::clear() const noexcept {
    // Relaxed: nobody else has it mapped, and the next child gets it over a socket.
    shared().stop.store(0, std::memory_order_relaxed);
    shared().exit.store(0, std::memory_order_relaxed);          // as above
    shared().result.store(0, std::memory_order_relaxed);        // as above
    shared().leave.store(not_given, std::memory_order_relaxed); // as above
}

void process_page::request_stop() const noexcept {
    shared().stop.store(1, std::memory_order_release); // [asked]
    os::futex_wake_all(shared().stop);
}

bool process_page::stop_requested() const noexcept {
    return shared().stop.load(std::memory_order_acquire) != 0; // [asked]
}

void process_page::wait_for_stop() const noexcept {
    os::futex_wait(shared().stop, 0, std::chrono::hours{1});
}

void process_page::allow() const noexcept {
    const auto before = shared().leave.exchange(given, std::memory_order_acq_rel); // [begun]
    if (before == child_sleeps) os::futex_wake_all(shared().leave);
}

bool process_page::wait_until_allowed(std::chrono::nanoseconds limit) const noexcept {
    const auto is_given = [&] {
        return shared().leave.load(std::memory_order_acquire) == given; // [begun]
    };
    if (is_given()) return true;
    // Not spinning: the parent has just been woken, likely on the processor that this runs on.
    auto expected = not_given;
    // Relaxed: a failure means that the word was given, which is_given() reads again.
    shared().leave.compare_exchange_strong(expected, child_sleeps, std::memory_order_relaxed);
    os::futex_wait(shared().leave, child_sleeps, limit);
    return is_given();
}

void process_page::complete_result() const noexcept {
    shared().result.store(1, std::memory_order_release); // [written]
}

bool process_page::result_is_complete() const noexcept {
    return shared().result.load(std::memory_order_acquire) != 0; // [written]
}

void process_page::note_exit(int code) const noexcept {
    const auto low = static_cast<std::uint32_t>(code) & 0xff;         // as the kernel cuts it
    shared().exit.store(has_exited | low, std::memory_order_release); // [left]
}

std::optional<int> process_page::exit_code() const noexcept {
    const auto word = shared().exit.load(std::memory_order_acquire); // [left]
    if ((word & has_exited) == 0) return std::nullopt;
    return static_cast<int>(word & 0xff);
}

} // namespace tandem::channel
