// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How code is named on its way to another process: by the build id of its module and the offset in
// it, never by an address, since address space layout differs from process to process. The path of
// the module goes along, so that a process that has not loaded it can.
//
// What travels is always a *thunk*: a function made from a template for one callable, its arguments
// and its result, which knows how to decode everything else. Every thunk registers itself when its
// module is loaded, in each process alike; a receiver looks the name up among the registered ones
// and calls nothing else.
//   [named]  write_name() stores name_ -> write_name() loads it:  the name is complete.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/export.hpp"

/// For a class with a thunk: each module has its own, which it registers and takes along when it is
/// unloaded. Else the loader might give all modules the one of the module that was loaded first.
#define TANDEM_PER_MODULE __attribute__((visibility("hidden")))

namespace tandem::detail {

/// Room for the results of items in a row. The counts are in shared memory, so that what is
/// finished survives the crash of what comes next.
class result_block {
public:
    using counter = std::atomic<std::uint64_t>;
    using clock = std::chrono::steady_clock;

    result_block() = default;
    result_block(std::byte* place, std::size_t room, counter& begun, counter& done,
                 void (*on_begin)()) noexcept
        : place_{place},
          room_{room},
          begun_{&begun},
          done_{&done},
          on_begin_{on_begin},
          count_{begun.load(std::memory_order_relaxed)}, // this process alone writes it
          opened_{clock::now()} {}

    /// False once it is full, or old enough for the program to want to see its results.
    [[nodiscard]] bool takes_more() const noexcept {
        if (filled_ == room_) return false;
        // The clock costs more than many an item.
        const bool looks = (filled_ & (filled_ - 1)) == 0 || filled_ % 64 == 0;
        return filled_ == 0 || !looks || clock::now() - opened_ < longest;
    }
    /// Results there are.
    [[nodiscard]] std::size_t filled() const noexcept { return filled_; }

    void begin_item() noexcept {
        begun_->store(++count_, std::memory_order_relaxed); // read once this process has ended
        if (on_begin_ != nullptr) [[unlikely]]
            on_begin_();
    }
    template <class R>
    void finish_item(const R& result) noexcept {
        std::memcpy(place_ + filled_ * sizeof(R), &result, sizeof(R));
        std::atomic_signal_fence(std::memory_order_seq_cst); // the compiler keeps the order
        done_->store(count_, std::memory_order_relaxed);     // as begin_item()
        ++filled_;
    }

private:
    static constexpr std::chrono::microseconds longest{200};

    std::byte* place_ = nullptr;
    std::size_t room_ = 0; // items
    std::size_t filled_ = 0;
    counter* begun_ = nullptr;
    counter* done_ = nullptr;
    void (*on_begin_)() = nullptr;
    std::uint64_t count_ = 0;
    clock::time_point opened_;
};

/// Where the items of a running task leave their results, in order.
class result_sink {
public:
    /// Room for up to `most` results of so many bytes each; nullopt: they go one by one.
    [[nodiscard]] virtual std::optional<result_block> open_block(std::size_t /*result_bytes*/,
                                                                 std::size_t /*most*/) {
        return std::nullopt;
    }
    /// Sends what is in the block.
    virtual void close_block(std::size_t /*filled*/) {}

    /// Starts the next item: whatever ends the process from here on is blamed on it.
    virtual void begin_item() = 0;
    /// An empty buffer to encode the item's result into.
    [[nodiscard]] virtual encoder& value() = 0;
    /// Sends what value() holds as the result of the item.
    virtual void finish_item() = 0;
    /// Sends the exception being handled as the outcome of the item.
    virtual void fail_item() = 0;

protected:
    ~result_sink() = default;
};

/// A callable with its extra arguments, decoded once in a worker and applied to many items.
class chunk_runner {
public:
    chunk_runner() = default;
    chunk_runner(const chunk_runner&) = delete;
    chunk_runner& operator=(const chunk_runner&) = delete;
    virtual ~chunk_runner() = default;

    virtual void run(decoder& items, std::uint32_t count, result_sink& results) = 0;
};

/// Runs one call: decodes callable and arguments, calls, leaves one result.
using call_thunk = void (*)(decoder& call, result_sink& results);
/// Decodes a callable and its extra arguments.
using job_thunk = std::unique_ptr<chunk_runner> (*)(decoder& state);

enum class thunk_kind : std::uint8_t { call, job };

/// The name of the code at `address`, encoded; it stays valid for ever.
/// \throws launch_error if its module has no build id; the message says how to give it one.
[[nodiscard]] TANDEM_EXPORT const std::vector<std::byte>& name_code(std::uintptr_t address);

/// A registered thunk: a static object of a class that is TANDEM_PER_MODULE, as is the thunk.
class TANDEM_EXPORT thunk_entry {
public:
    explicit thunk_entry(call_thunk thunk);
    explicit thunk_entry(job_thunk thunk);
    thunk_entry(const thunk_entry&) = delete;
    thunk_entry& operator=(const thunk_entry&) = delete;
    ~thunk_entry();

    [[nodiscard]] thunk_kind kind() const noexcept { return kind_; }
    [[nodiscard]] std::uintptr_t address() const noexcept { return address_; }
    [[nodiscard]] call_thunk as_call() const noexcept;
    [[nodiscard]] job_thunk as_job() const noexcept;

    /// Writes the name by which read_thunk() in another process finds this thunk.
    /// \throws launch_error as name_code() does.
    void write_name(encoder& out) const {
        const auto* name = name_.load(std::memory_order_acquire); // [named]
        if (name == nullptr) [[unlikely]] {
            name = &name_code(address_);
            name_.store(name, std::memory_order_release); // [named]
        }
        out.write_bytes(*name);
    }

private:
    thunk_kind kind_;
    std::uintptr_t address_;
    mutable std::atomic<const std::vector<std::byte>*> name_{nullptr}; // any thread stores the same
};

/// Reads the name of a thunk and finds it. A library that this process has not loaded is loaded,
/// from where the sender has it, and stays.
/// \throws codec_error if this process has no thunk of that name and kind and cannot get it; the
/// message says why, what to do, and which modules were asked for and found.
[[nodiscard]] TANDEM_EXPORT const thunk_entry& read_thunk(decoder& in, thunk_kind kind);

/// Writes the name of the function at `address`.
/// \throws launch_error as name_code() does.
TANDEM_EXPORT void write_function(encoder& out, std::uintptr_t address);

/// Reads the name of a function and finds it, as read_thunk() does. A function is not registered:
/// any address in the code of its module passes.
/// \throws codec_error as read_thunk() does.
[[nodiscard]] TANDEM_EXPORT std::uintptr_t read_function(decoder& in);

} // namespace tandem::detail
