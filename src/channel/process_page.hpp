// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The page that a process shares with the process that started it.
//
// Writers   `stop`: the parent; `exit`, `result`: the child; `leave`: both, by exchange.
// Crash     either may be gone at any time; both words are whole at any time.
//   [asked]  request_stop() stores -> stop_requested() loads:  what the parent did before it asked.
//   [begun]  allow() exchanges -> wait_until_allowed() loads:  the parent is ready for the child.
//   [written]  complete_result() stores -> result_is_complete() loads:  the result is whole.
//   [left]   note_exit() stores -> exit_code() loads:  the child has come to its end by itself.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "os/memory_object.hpp"

namespace tandem::channel {

class process_page {
public:
    process_page() = default;
    [[nodiscard]] static os::result<process_page> create();
    /// Maps a page made by another process; forks of this one do not get it, since the page may
    /// belong to another child by then.
    [[nodiscard]] static os::result<process_page> attach(os::unique_fd fd);

    [[nodiscard]] bool is_mapped() const noexcept { return !page_.bytes().empty(); }
    [[nodiscard]] const os::unique_fd& fd() const noexcept { return fd_; }
    /// Makes it as new, for another child.
    void clear() const noexcept;

    void request_stop() const noexcept;
    [[nodiscard]] bool stop_requested() const noexcept;
    /// Waits until a stop is requested, or something wakes it for no reason.
    void wait_for_stop() const noexcept;

    /// Lets the child call its function.
    void allow() const noexcept;
    /// Waits for allow(), for `limit` at most; true if it was called.
    [[nodiscard]] bool wait_until_allowed(std::chrono::nanoseconds limit) const noexcept;

    /// Says that all of the result has been written.
    void complete_result() const noexcept;
    [[nodiscard]] bool result_is_complete() const noexcept;

    void note_exit(int code) const noexcept;
    /// What note_exit() was told, if the child came that far.
    [[nodiscard]] std::optional<int> exit_code() const noexcept;

private:
    struct words {
        std::atomic<std::uint32_t> stop{0};
        std::atomic<std::uint32_t> exit{0};   // the code and 0x100
        std::atomic<std::uint32_t> result{0}; // 1: complete
        std::atomic<std::uint32_t> leave{0};  // to call the function, see process_page.cpp
    };
    [[nodiscard]] words& shared() const noexcept {
        return *reinterpret_cast<words*>(page_.bytes().data());
    }

    os::unique_fd fd_;
    os::mapping page_;
};

} // namespace tandem::channel
