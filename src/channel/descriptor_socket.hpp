// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "os/result.hpp"
#include "os/unique_fd.hpp"
#include "tandem/detail/descriptor_bundle.hpp"

namespace tandem::channel {

/// One end of the way that descriptors take beside the bytes. Bundles go first, then the bytes that
/// name them: who has the bytes finds the bundle in the socket.
///
/// Blocking  never.
/// Bounds    some hundred descriptors on their way; more is an error, nothing is lost by it.
class descriptor_socket {
public:
    /// Both ends.
    [[nodiscard]] static os::result<std::pair<descriptor_socket, descriptor_socket>>
    create() noexcept;

    /// Without an end: a bundle that is sent finds nobody.
    descriptor_socket() = default;
    explicit descriptor_socket(os::unique_fd fd) noexcept : fd_{std::move(fd)} {}

    [[nodiscard]] const os::unique_fd& fd() const noexcept { return fd_; }
    [[nodiscard]] os::unique_fd release() noexcept { return std::move(fd_); }

    /// Sends copies. The error EAGAIN or ETOOMANYREFS: not all were sent, since too many are on
    /// their way.
    [[nodiscard]] os::result<void> send(const detail::descriptor_bundle& bundle) const;

    /// As send(), and makes room if need be: `ask_to_drain` has the peer call receive({}).
    ///
    /// Blocking  for 0.3 s at the most
    template <class Ask>
    [[nodiscard]] os::result<void> send_and_drain(const detail::descriptor_bundle& bundle,
                                                  Ask ask_to_drain) const {
        constexpr int tries = 4;
        auto sent = send(bundle);
        for (int i = 1; !sent && i < tries; ++i) {
            ask_to_drain(); // what was sent is of no use without the rest
            wait_for_room();
            sent = send(bundle);
        }
        if (!sent) ask_to_drain();
        return sent;
    }

    /// Takes those of these numbers, which were sent; closes what was sent before and is not asked
    /// for, and all there is if nothing is. Those that do not come, or that this process has no
    /// room for, are missing.
    [[nodiscard]] detail::descriptor_bundle receive(std::span<const std::uint64_t> numbers) const;
    /// Takes all there are.
    [[nodiscard]] detail::descriptor_bundle receive_all() const;

private:
    void wait_for_room() const noexcept;
    template <class Wanted>
    [[nodiscard]] bool receive_message(detail::descriptor_bundle& bundle, Wanted wanted) const;

    os::unique_fd fd_;
};

} // namespace tandem::channel
