// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace traffic {

/// Which ports occurred, in four sets: TCP source, TCP destination, UDP source, UDP destination.
class port_sets {
public:
    enum set : std::size_t { tcp_source, tcp_destination, udp_source, udp_destination, sets };

    void add(std::size_t which, std::uint16_t port) noexcept {
        words_[which * words_per_set + port / 64] |= std::uint64_t{1} << (port % 64);
    }

    /// Adds what words() of another gave; an empty span adds nothing.
    void add(std::span<const std::uint64_t> words) noexcept;

    void clear() noexcept { words_.fill(0); }

    [[nodiscard]] std::uint64_t count(set which) const noexcept;

    /// The bits of all sets, to send elsewhere; empty if no port is in any.
    [[nodiscard]] std::vector<std::uint64_t> words() const;

private:
    static constexpr std::size_t words_per_set = 65'536 / 64;
    std::array<std::uint64_t, words_per_set * sets> words_{};
};

} // namespace traffic
