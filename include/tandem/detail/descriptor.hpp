// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How kernel objects cross: queues, locks, shared memory and connections are handles that hold a
// descriptor. Its encoding is a number, and the descriptor itself goes beside the bytes, over a
// Unix socket. Nothing has a name, so nothing is left behind.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tandem/detail/codec_decoder.hpp"
#include "tandem/detail/codec_encoder.hpp"
#include "tandem/detail/export.hpp"

namespace tandem::os {
class unique_fd;
}

namespace tandem::detail {

/// Owns a descriptor together with its copies in this process; the last one closes it.
class TANDEM_EXPORT descriptor {
public:
    /// Without one.
    descriptor() = default;
    explicit descriptor(os::unique_fd&& fd);

    /// An empty one without one.
    [[nodiscard]] const os::unique_fd& fd() const noexcept;
    [[nodiscard]] explicit operator bool() const noexcept { return owner_ != nullptr; }

    /// Copies of one another.
    friend bool operator==(const descriptor&, const descriptor&) = default;

private:
    struct owner;
    std::shared_ptr<const owner> owner_;
};

/// Where descriptors go while values are encoded.
class TANDEM_EXPORT descriptor_sink {
public:
    /// Sends a copy; the number is what take() of the other end is asked for.
    /// \throws codec_error if it cannot
    [[nodiscard]] virtual std::uint64_t put(const descriptor& sent) = 0;
    /// As put(), for what was encoded before: under the number that it got then in this process.
    /// \throws codec_error unless overridden
    virtual void put_as(std::uint64_t number, const descriptor& sent);

protected:
    descriptor_sink() = default;
    descriptor_sink(const descriptor_sink&) = default;
    descriptor_sink& operator=(const descriptor_sink&) = default;
    ~descriptor_sink() = default;
};

/// Where they come from while values are decoded.
class descriptor_source {
public:
    /// \throws codec_error if there is none of this number
    [[nodiscard]] virtual descriptor take(std::uint64_t number) = 0;

protected:
    ~descriptor_source() = default;
};

/// An encoding is 0 for an empty one.
template <>
struct codec_traits<descriptor> {
    using parts = type_list<>;
    static constexpr bool fixed = false;
    static constexpr bool bitwise = false;
    static constexpr std::size_t min_size = sizeof(std::uint64_t);

    static void write(encoder& out, const descriptor& value) {
        std::uint64_t number = 0;
        if (value) {
            if (out.descriptors() == nullptr) out.fail<descriptor>(no_way);
            number = out.descriptors()->put(value);
        }
        out.put(&number, sizeof number);
    }
    static void read(decoder& in, descriptor& value) {
        std::uint64_t number = 0;
        in.take(&number, sizeof number);
        if (number == 0) {
            value = {};
            return;
        }
        if (in.descriptors() == nullptr) in.fail<descriptor>(no_way);
        value = in.descriptors()->take(number);
    }

private:
    static constexpr std::string_view no_way =
        "handles (queues, locks, shared memory, connections) cannot travel this way; they can as "
        "arguments of processes, as arguments and results of tasks, and over connections";
};

} // namespace tandem::detail
