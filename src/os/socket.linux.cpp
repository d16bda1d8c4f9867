// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/socket.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <array>
#include <cstring>

namespace tandem::os {

namespace {

constexpr std::size_t max_descriptors = 12;

struct control_buffer {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(max_descriptors * sizeof(int))> bytes{};
};

void attach_descriptors(msghdr& header, control_buffer& control, std::span<const int> descriptors) {
    header.msg_control = control.bytes.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
}

std::vector<unique_fd> take_descriptors(msghdr& header) {
    std::vector<unique_fd> taken;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
         part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof(int), sizeof descriptor);
            taken.push_back(above_standard(unique_fd{descriptor}));
        }
    }
    return taken;
}

} // namespace

result<socket_pair> create_socket_pair() noexcept {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == -1)
        return last_error();
    return socket_pair{above_standard(unique_fd{ends[0]}), above_standard(unique_fd{ends[1]})};
}

result<void> send_message(const unique_fd& socket, std::span<const std::byte> message,
                          std::span<const int> descriptors) noexcept {
    if (descriptors.size() > max_descriptors) return std::unexpected{error_from(EMSGSIZE)};
    iovec part{const_cast<std::byte*>(message.data()), message.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    control_buffer control;
    if (!descriptors.empty()) attach_descriptors(header, control, descriptors);
    const auto send = [&] { return ::sendmsg(socket.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT); };
    if (retry_on_eintr(send) == -1) return last_error();
    return {};
}

result<received_message> receive_message(const unique_fd& socket,
                                         std::span<std::byte> buffer) noexcept {
    iovec part{buffer.data(), buffer.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    control_buffer control;
    header.msg_control = control.bytes.data();
    header.msg_controllen = control.bytes.size();
    const auto receive = [&] {
        return ::recvmsg(socket.get(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    };
    const auto bytes = retry_on_eintr(receive);
    if (bytes == -1) return last_error();
    received_message message{static_cast<std::size_t>(bytes), take_descriptors(header)};
    if ((header.msg_flags & MSG_TRUNC) != 0) return std::unexpected{error_from(EMSGSIZE)};
    message.is_cut = (header.msg_flags & MSG_CTRUNC) != 0;
    return message;
}

void shut_down(const unique_fd& socket) noexcept { (void)::shutdown(socket.get(), SHUT_RDWR); }

bool is_message_socket(int descriptor) noexcept {
    int value = 0;
    socklen_t bytes = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &value, &bytes) == 0 &&
           value == AF_UNIX && ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &value, &bytes) == 0 &&
           value == SOCK_SEQPACKET;
}

} // namespace tandem::os
