// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/descriptor.hpp"
#include "tandem/detail/export.hpp"

namespace tandem::detail {

/// Memory for a message that grows while it is received. What it grows by is not initialised; a
/// large block is moved by remapping it, without a copy.
class message_buffer {
public:
    message_buffer() = default;
    message_buffer(message_buffer&& other) noexcept
        : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
    message_buffer& operator=(message_buffer other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~message_buffer() { std::free(data_); }

    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {data_, size_}; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
    void resize(std::size_t size) {
        if (size > 0) {
            void* const data = std::realloc(data_, size);
            if (data == nullptr) throw std::bad_alloc{};
            data_ = static_cast<std::byte*>(data);
        }
        size_ = size;
    }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// A message to be sent: the encoding of a value, and the descriptors of the handles in it.
class TANDEM_EXPORT outgoing_message final : public descriptor_sink {
public:
    /// `refusal`: why handles cannot be sent; empty if they can.
    explicit outgoing_message(std::string_view refusal = {}) noexcept : refusal_{refusal} {
        out_.carry_descriptors(this);
    }
    outgoing_message(const outgoing_message&) = delete;
    outgoing_message& operator=(const outgoing_message&) = delete;
    ~outgoing_message() = default;

    template <class T>
    void write(const T& value) {
        out_.write(value);
    }
    [[nodiscard]] std::uint64_t put(const descriptor& sent) override;

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return out_.bytes(); }
    [[nodiscard]] std::span<const descriptor> descriptors() const noexcept { return descriptors_; }

private:
    encoder out_;
    std::vector<descriptor> descriptors_;
    std::string_view refusal_;
};

/// A message that was received. Closes the descriptors that are not taken.
class TANDEM_EXPORT incoming_message final : public descriptor_source {
public:
    incoming_message(message_buffer bytes, std::vector<descriptor> descriptors) noexcept
        : bytes_{std::move(bytes)}, descriptors_{std::move(descriptors)} {}

    template <class T>
    [[nodiscard]] T read() {
        decoder in{bytes()};
        in.find_descriptors(this);
        T value = in.template read<T>();
        in.expect_end();
        return value;
    }
    /// Any number of times.
    [[nodiscard]] descriptor take(std::uint64_t number) override;

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_.bytes(); }

private:
    message_buffer bytes_;
    std::vector<descriptor> descriptors_;
};

} // namespace tandem::detail
