// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/stream_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "os/clock.hpp"

namespace tandem::os {

namespace {

struct control_buffer {
    alignas(
        cmsghdr) std::array<std::byte, CMSG_SPACE(most_descriptors_at_once * sizeof(int))> bytes;
};

void attach_descriptors(msghdr& header, control_buffer& control, std::span<const int> descriptors) {
    header.msg_control = control.bytes.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    std::memset(control.bytes.data(), 0, header.msg_controllen);
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
}

void take_descriptors(msghdr& header, descriptor_inbox& inbox) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
         part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        // Owned at once, so that none is left open if there is no memory for the next one.
        std::array<unique_fd, most_descriptors_at_once> owned;
        for (std::size_t i = 0; i < count && i < owned.size(); ++i) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof(int), sizeof descriptor);
            owned[i] = unique_fd{descriptor};
        }
        for (std::size_t i = 0; i < count && i < owned.size(); ++i)
            inbox.descriptors.push_back(above_standard(std::move(owned[i])));
    }
}

/// An integer option of a socket; -1 if it has none.
int option_of(int descriptor, int name) noexcept {
    int value = -1;
    socklen_t bytes = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &bytes) == 0 ? value : -1;
}

} // namespace

result<socket_pair> create_stream_pair() noexcept {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == -1)
        return last_error();
    return socket_pair{above_standard(unique_fd{ends[0]}), above_standard(unique_fd{ends[1]})};
}

bool is_stream_socket(int descriptor) noexcept {
    return option_of(descriptor, SO_DOMAIN) == AF_UNIX &&
           option_of(descriptor, SO_TYPE) == SOCK_STREAM &&
           option_of(descriptor, SO_ACCEPTCONN) == 0;
}

result<std::size_t> send_some(const unique_fd& socket, const two_pieces& pieces,
                              std::span<const int> descriptors) noexcept {
    if (descriptors.size() > most_descriptors_at_once) return std::unexpected{error_from(E2BIG)};
    std::array<iovec, 2> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i)
        parts[i] = {const_cast<std::byte*>(pieces[i].data()), pieces[i].size()};
    msghdr header{};
    header.msg_iov = parts.data();
    header.msg_iovlen = parts.size();
    control_buffer control;
    if (!descriptors.empty()) attach_descriptors(header, control, descriptors);
    const auto sent = retry_on_eintr(
        [&] { return ::sendmsg(socket.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT); });
    // ETOOMANYREFS: this user has more descriptors on their way than a process may have open.
    if (sent == -1) return std::unexpected{error_from(errno == ETOOMANYREFS ? EMFILE : errno)};
    return static_cast<std::size_t>(sent);
}

result<std::size_t> receive_some(const unique_fd& socket, std::span<std::byte> room,
                                 descriptor_inbox* inbox) {
    iovec part{room.data(), room.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    control_buffer control;
    if (inbox != nullptr) {
        header.msg_control = control.bytes.data();
        header.msg_controllen = control.bytes.size();
    }
    const auto bytes = retry_on_eintr(
        [&] { return ::recvmsg(socket.get(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT); });
    if (bytes == -1) return last_error();
    if (inbox != nullptr) {
        take_descriptors(header, *inbox);
        if ((header.msg_flags & MSG_CTRUNC) != 0) inbox->is_cut = true;
    }
    return static_cast<std::size_t>(bytes);
}

bool wait_until(int descriptor, readiness what, std::chrono::nanoseconds limit) noexcept {
    pollfd polled{descriptor, what == readiness::to_read ? short{POLLIN} : short{POLLOUT}, 0};
    const auto time = to_timespec(limit);
    return ::ppoll(&polled, 1, limit < limit.zero() ? nullptr : &time, nullptr) == 1;
}

void end_receiving(const unique_fd& socket) noexcept { (void)::shutdown(socket.get(), SHUT_RD); }

void end_sending(const unique_fd& socket) noexcept { (void)::shutdown(socket.get(), SHUT_WR); }

result<std::uint32_t> peer_user(const unique_fd& socket) noexcept {
    ucred peer{};
    socklen_t bytes = sizeof peer;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == -1)
        return last_error();
    return peer.uid;
}

std::uint32_t own_user() noexcept { return ::geteuid(); }

result<unique_fd> accept_stream(const unique_fd& listening) noexcept {
    const auto accept = [&] {
        return ::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    };
    unique_fd accepted{retry_on_eintr(accept)};
    if (!accepted) return last_error();
    return above_standard(std::move(accepted));
}

} // namespace tandem::os
