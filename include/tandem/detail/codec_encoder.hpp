// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "tandem/codec_error.hpp"
#include "tandem/detail/codec_portable.hpp"

namespace tandem {

namespace detail {
class descriptor_sink;
inline constexpr int max_nesting = 256;
inline constexpr std::string_view too_deep = "nested more than 256 levels deep";
} // namespace detail

/// A growing buffer of encoded values, meant to be reused: clear() keeps the memory.
///
/// Cost    an int into a buffer that has room is a comparison and a store.
/// Errors  codec_error; what was written before stays, the value at fault is there in part.
class encoder {
public:
    encoder() = default;
    encoder(encoder&& other) noexcept
        : data_{std::exchange(other.data_, nullptr)},
          size_{std::exchange(other.size_, 0)},
          capacity_{std::exchange(other.capacity_, 0)},
          descriptors_{std::exchange(other.descriptors_, nullptr)} {}
    encoder& operator=(encoder other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        std::swap(descriptors_, other.descriptors_);
        return *this;
    }
    ~encoder() { std::free(data_); }

    /// \throws codec_error if `value` is nested more than 256 levels deep, or is a variant without
    /// a value.
    template <class T>
    void write(const T& value) {
        detail::require_portable<T>();
        if constexpr (portable<T>) detail::write_value(*this, value);
    }

    /// Appends the bytes as they are, without their number.
    void write_bytes(std::span<const std::byte> bytes) { put(bytes.data(), bytes.size()); }

    void clear() noexcept { size_ = 0; }
    void reserve(std::size_t capacity_bytes) {
        if (capacity_bytes > capacity_) reallocate(capacity_bytes);
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Where the descriptors of handles go from now on; without it, handles cannot be encoded.
    void carry_descriptors(detail::descriptor_sink* sink) noexcept { descriptors_ = sink; }

    // ---- for codec_traits ----

    [[nodiscard]] detail::descriptor_sink* descriptors() const noexcept { return descriptors_; }

    /// Room for `count` more bytes, which the caller fills.
    [[nodiscard]] std::byte* grow(std::size_t count) {
        if (capacity_ - size_ < count) [[unlikely]]
            make_room(count);
        std::byte* const room = data_ + size_;
        size_ += count;
        return room;
    }
    void put(const void* bytes, std::size_t count) {
        if (count > 0) std::memcpy(grow(count), bytes, count);
    }
    void put_zeros(std::size_t count) {
        if (count > 0) std::memset(grow(count), 0, count);
    }
    template <class T>
    void enter() {
        if (++nesting_ > detail::max_nesting) {
            --nesting_;
            fail<T>(detail::too_deep);
        }
    }
    void leave() noexcept { --nesting_; }

    template <class T>
    [[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view reason) const {
        throw codec_error{
            std::string{"encoding "}.append(detail::type_name<T>()).append(": ").append(reason)};
    }

private:
    [[gnu::cold, gnu::noinline]] void make_room(std::size_t count) {
        const std::size_t needed = size_ + count;
        if (needed < count) throw std::bad_alloc{};
        const std::size_t step = capacity_ < large_capacity ? capacity_ : capacity_ / 4;
        const std::size_t wanted = std::max({needed, capacity_ + step, first_capacity});
        if (!try_reallocate(wanted)) reallocate(needed);
    }
    void reallocate(std::size_t capacity) {
        if (!try_reallocate(capacity)) throw std::bad_alloc{};
    }
    bool try_reallocate(std::size_t capacity) noexcept {
        void* const data = std::realloc(data_, capacity);
        if (data == nullptr) return false;
        data_ = static_cast<std::byte*>(data);
        capacity_ = capacity;
        return true;
    }

    // Doubling makes many small values cheap. A large block is moved by remapping it, without a
    // copy, so smaller steps cost little, and the memory limit of a process comes later.
    static constexpr std::size_t large_capacity = std::size_t{1} << 28;
    static constexpr std::size_t first_capacity = 256;

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    detail::descriptor_sink* descriptors_ = nullptr;
    int nesting_ = 0;
};

} // namespace tandem
