// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a pool's engine works on.
//   [outcome]  set_done() stores done_ -> done() loads it:  all results and errors are in.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>

#include "tandem/codec.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/thunk.hpp"

namespace tandem::detail {

/// Tag for a job whose items come while it runs; see engine::extend().
struct grows_t {};
inline constexpr grows_t grows{};

/// A number of items that one callable is applied to, as the pool's engine sees it: bytes out,
/// bytes in. The engine calls all of it under its lock, from any thread that waits for the pool.
class TANDEM_EXPORT job {
public:
    job(thunk_kind kind, std::size_t size) noexcept : kind_{kind}, size_{size} {}
    explicit job(grows_t /*tag*/) noexcept : kind_{thunk_kind::job}, size_{0}, grows_{true} {}
    job(const job&) = delete;
    job& operator=(const job&) = delete;
    virtual ~job();

    static constexpr std::size_t all_items = std::numeric_limits<std::size_t>::max();

    /// Writes the thunk's name, the callable and what goes to every call.
    virtual void encode_state(encoder& out) const = 0;
    virtual void encode_items(std::size_t first, std::size_t count, encoder& out) const = 0;
    /// Takes the result of one item. What it throws becomes the error of that item.
    virtual void accept(std::size_t index, decoder& result) = 0;
    /// Takes `count` results that lie side by side, if packed_bytes() is not 0.
    virtual void accept_block(std::size_t first, std::size_t count,
                              std::span<const std::byte> results);
    /// Takes the error of one item; of all_items: of every item that has no outcome yet.
    virtual void fail(std::size_t index, std::exception_ptr error) noexcept = 0;

    /// Size of a result whose encoding is its bytes in memory, so that many may come as one block;
    /// 0: they come one by one.
    [[nodiscard]] virtual std::size_t packed_bytes() const noexcept { return 0; }
    /// The item as the user counts, for a job that orders its items in another way.
    [[nodiscard]] virtual std::size_t position(std::size_t index) const noexcept { return index; }
    /// What engine::wait() waits for.
    [[nodiscard]] virtual bool satisfied() const noexcept { return done(); }
    /// Called once it is done, under the engine's lock: must be quick, and not call the engine but
    /// for post().
    virtual void on_done() noexcept {}

    [[nodiscard]] thunk_kind kind() const noexcept { return kind_; }
    /// Of a job that grows: 0.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool grows() const noexcept { return grows_; }
    /// By which its engine finds it.
    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
    void set_number(std::uint32_t number) noexcept { number_ = number; }

    /// True once every item that matters has its outcome; the engine touches the job no more.
    [[nodiscard]] bool done() const noexcept {
        return done_.load(std::memory_order_acquire); // [outcome]
    }
    void set_done() noexcept {
        done_.store(true, std::memory_order_release); // [outcome]
        on_done();
    }

private:
    thunk_kind kind_;
    std::size_t size_;
    bool grows_ = false;
    std::uint32_t number_ = 0;
    std::atomic<bool> done_{
        false}; // [outcome] set_done() stores -> done() loads it: results are in
};

} // namespace tandem::detail
