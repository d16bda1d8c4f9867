// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/unix_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "os/clock.hpp"
#include "os/fork_generation.hpp"

namespace tandem::os {

namespace {

struct unix_address {
    sockaddr_un name{};
    socklen_t bytes = 0;

    [[nodiscard]] const sockaddr* get() const noexcept {
        return reinterpret_cast<const sockaddr*>(&name);
    }
};

bool is_abstract(const std::string& name) noexcept { return name.starts_with('@'); }

result<unix_address> address_of(const std::string& name) noexcept {
    if (name.empty() || name.size() > most_unix_name_bytes || name.contains('\0'))
        return std::unexpected{
            error_from(name.size() > most_unix_name_bytes ? ENAMETOOLONG : EINVAL)};
    unix_address address;
    address.name.sun_family = AF_UNIX;
    std::ranges::copy(name, &address.name.sun_path[0]);
    if (is_abstract(name)) address.name.sun_path[0] = '\0';
    const auto zero = is_abstract(name) ? 0U : 1U;
    address.bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + zero);
    return address;
}

result<unique_fd> stream_socket() noexcept {
    unique_fd made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!made) return last_error();
    return above_standard(std::move(made));
}

/// Keeps others of us from replacing files in this folder meanwhile. Gives up after a second:
/// anybody who can read the folder can hold it.
unique_fd lock_folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    const auto folder = slash == path.npos ? "." : path.substr(0, slash + 1);
    unique_fd lock{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!lock) return lock;
    constexpr int most_tries = 1000;
    for (int tries = 0; ::flock(lock.get(), LOCK_EX | LOCK_NB) == -1; ++tries) {
        if (tries == most_tries) return {};
        (void)::poll(nullptr, 0, 1); // there is nothing to wait for
    }
    return lock;
}

/// True if `path` is a socket that nobody listens at.
bool is_left_over(const std::string& path, const unix_address& address) noexcept {
    struct stat status{};
    if (::lstat(path.c_str(), &status) == -1 || !S_ISSOCK(status.st_mode)) return false;
    const auto probe = stream_socket();
    // Not waiting: a queue that is full is somebody's.
    if (!probe || ::fcntl(probe->get(), F_SETFL, O_NONBLOCK) == -1) return false;
    return ::connect(probe->get(), address.get(), address.bytes) == -1 && errno == ECONNREFUSED;
}

result<void> bind_path(const unique_fd& socket, const std::string& path,
                       const unix_address& address) {
    const auto folder = lock_folder_of(path);
    const auto bind = [&] { return ::bind(socket.get(), address.get(), address.bytes) == 0; };
    if (bind()) return {};
    if (errno != EADDRINUSE) return last_error();
    if (!folder || !is_left_over(path, address) || ::unlink(path.c_str()) == -1)
        return std::unexpected{error_from(EADDRINUSE)};
    if (!bind()) return last_error();
    return {};
}

} // namespace

unix_listener& unix_listener::operator=(unix_listener&& other) noexcept {
    if (this != &other) {
        remove_file();
        fd_ = std::move(other.fd_);
        path_ = std::exchange(other.path_, {});
        device_ = other.device_;
        inode_ = other.inode_;
        made_in_ = other.made_in_;
    }
    return *this;
}

unix_listener::~unix_listener() { remove_file(); }

void unix_listener::remove_file() noexcept {
    if (!fd_ || path_.empty() || made_in_ != fork_generation()) return;
    struct stat status{};
    if (::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
        (void)::unlink(path_.c_str());
    path_.clear();
}

result<unix_listener> listen_unix(const std::string& name, int backlog, bool for_all) {
    const auto address = address_of(name);
    if (!address) return std::unexpected{address.error()};
    auto socket = stream_socket();
    if (!socket) return std::unexpected{socket.error()};
    if (::fcntl(socket->get(), F_SETFL, O_NONBLOCK) == -1) return last_error();
    if (is_abstract(name)) {
        if (::bind(socket->get(), address->get(), address->bytes) == -1 ||
            ::listen(socket->get(), backlog) == -1)
            return last_error();
        unix_listener made;
        made.fd_ = std::move(*socket);
        return made;
    }
    // The file gets the permissions of the socket, less the umask.
    if (::fchmod(socket->get(), for_all ? 0666 : 0600) == -1) return last_error();
    if (const auto bound = bind_path(*socket, name, *address); !bound)
        return std::unexpected{bound.error()};
    unix_listener made;
    made.fd_ = std::move(*socket);
    made.path_ = name;
    made.made_in_ = fork_generation();
    struct stat status{};
    if (::lstat(name.c_str(), &status) == -1) return last_error();
    made.device_ = status.st_dev;
    made.inode_ = status.st_ino;
    if (::listen(made.fd_.get(), backlog) == -1) return last_error();
    return made;
}

result<unique_fd> connect_unix(const std::string& name, std::chrono::nanoseconds limit) noexcept {
    const auto address = address_of(name);
    if (!address) return std::unexpected{address.error()};
    auto socket = stream_socket();
    if (!socket) return socket;
    // A queue that is full cannot be polled: connect() waits for room as long as sends would.
    const auto time = to_timespec(std::max(limit, std::chrono::nanoseconds{1000}));
    const timeval wait{time.tv_sec, time.tv_nsec / 1000};
    if (::setsockopt(socket->get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) == -1)
        return last_error();
    const auto connect = [&] { return ::connect(socket->get(), address->get(), address->bytes); };
    if (retry_on_eintr(connect) == -1)
        return std::unexpected{error_from(errno == EAGAIN ? ETIMEDOUT : errno)};
    return socket;
}

} // namespace tandem::os
