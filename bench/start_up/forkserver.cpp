// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many processes that do nothing can be started and joined per second, one after the
//           other?
// Engine    the limit of a forkserver: a small process that forks on request over a Unix socket,
//           passes a pidfd back, and then how the child ended. One child at a time.
// Reported  `process_rate`, processes per second.

#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstdint>
#include <cstring>
#include <utility>

#include "support/processes.hpp"
#include "support/start_up.hpp"

namespace {

struct message {
    int child;  // process id
    int status; // of waitpid, in the second message
};

/// -1 for `passed`: no descriptor.
void send_message(int socket, message content, int passed) {
    ::iovec bytes{&content, sizeof content};
    alignas(::cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    ::msghdr header{};
    header.msg_iov = &bytes;
    header.msg_iovlen = 1;
    if (passed >= 0) {
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        ::cmsghdr* const rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(rights), &passed, sizeof passed);
    }
    bench::require(::sendmsg(socket, &header, MSG_NOSIGNAL) == sizeof content, "sendmsg");
}

/// The content and the descriptor that came with it, -1 if none did.
std::pair<message, int> receive_message(int socket) {
    message content{};
    ::iovec bytes{&content, sizeof content};
    alignas(::cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
    ::msghdr header{};
    header.msg_iov = &bytes;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    bench::require(::recvmsg(socket, &header, MSG_CMSG_CLOEXEC) == sizeof content, "recvmsg");
    int passed = -1;
    if (const ::cmsghdr* const rights = CMSG_FIRSTHDR(&header); rights != nullptr)
        std::memcpy(&passed, CMSG_DATA(rights), sizeof passed);
    return {content, passed};
}

/// A child that ends at once, and its pidfd. One call instead of fork and pidfd_open: 10 % faster.
std::pair<pid_t, int> fork_child() {
    int process = -1;
    ::clone_args arguments{};
    arguments.flags = CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&process);
    arguments.exit_signal = SIGCHLD;
    const auto child = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
    if (child == 0) ::_exit(0);
    bench::require(child > 0, "clone3");
    return {child, process};
}

void serve(int socket) {
    for (char request = 0; ::read(socket, &request, 1) == 1;) {
        const auto [child, process] = fork_child();
        send_message(socket, {child, 0}, process);
        ::close(process);
        int status = -1;
        ::waitpid(child, &status, 0);
        send_message(socket, {child, status}, -1);
    }
}

bool start_and_join(int socket) {
    bench::require(::write(socket, "", 1) == 1, "write");
    const auto [started, process] = receive_message(socket);
    const auto [ended, none] = receive_message(socket);
    const bool has_pidfd = process >= 0 && ::close(process) == 0;
    return has_pidfd && ended.child == started.child && ended.status == 0;
}

} // namespace

int main() {
    int ends[2];
    bench::require(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0,
                   "socketpair");
    const bench::child server{[&] { serve(ends[1]); }};
    ::close(ends[1]); // the end of the server is an error here, not a wait for ever
    bench::report_process_rate("forkserver", [&] { return start_and_join(ends[0]); });
}
