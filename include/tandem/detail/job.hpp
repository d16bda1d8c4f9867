// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a pool's engine works on.
//   [outcome]  set_done() stores done_ -> done() loads it:  all results and errors are in.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>

#include "tandem/codec.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/thunk.hpp"

namespace tandem::detail {

/// A number of items that one callable is applied to, as the pool's engine sees it: bytes out,
/// bytes in. The engine calls all of it under its lock, from any thread that waits for the pool.
class TANDEM_EXPORT job {
public:
    job(thunk_kind kind, std::size_t size) noexcept : kind_{kind}, size_{size} {}
    job(const job&) = delete;
    job& operator=(const job&) = delete;
    virtual ~job();

    /// Writes the thunk's name, the callable and what goes to every call.
    virtual void encode_state(encoder& out) const = 0;
    virtual void encode_items(std::size_t first, std::size_t count, encoder& out) const = 0;
    /// Takes the result of one item. What it throws becomes the error of that item.
    virtual void accept(std::size_t index, decoder& result) = 0;
    /// Takes the error of one item.
    virtual void fail(std::size_t index, std::exception_ptr error) noexcept = 0;

    [[nodiscard]] thunk_kind kind() const noexcept { return kind_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// True once every item that matters has its outcome; the engine touches the job no more.
    [[nodiscard]] bool done() const noexcept {
        return done_.load(std::memory_order_acquire); // [outcome]
    }
    void set_done() noexcept {
        done_.store(true, std::memory_order_release); // [outcome]
    }

private:
    thunk_kind kind_;
    std::size_t size_;
    std::atomic<bool> done_{
        false}; // [outcome] set_done() stores -> done() loads it: results are in
};

} // namespace tandem::detail
