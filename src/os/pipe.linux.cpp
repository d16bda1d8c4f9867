// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/pipe.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>

#include "os/poll.hpp"

namespace tandem::os {

result<pipe_ends> create_pipe() noexcept {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) == -1) return last_error();
    pipe_ends created{above_standard(unique_fd{ends[0]}), above_standard(unique_fd{ends[1]})};
    if (::fcntl(created.reader.get(), F_SETFL, O_NONBLOCK) == -1) return last_error();
    return created;
}

result<std::size_t> read_some(const unique_fd& reader, std::span<char> into) noexcept {
    const auto bytes =
        retry_on_eintr([&] { return ::read(reader.get(), into.data(), into.size()); });
    if (bytes == -1) return last_error();
    return static_cast<std::size_t>(bytes);
}

std::size_t waiting_bytes(const unique_fd& reader) noexcept {
    int bytes = 0;
    return ::ioctl(reader.get(), FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

void write_all(int descriptor, std::string_view text) noexcept {
    constexpr std::chrono::seconds patience{1}; // then it looks again
    while (!text.empty()) {
        const auto written =
            retry_on_eintr([&] { return ::write(descriptor, text.data(), text.size()); });
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
        if (written == -1 && errno != EAGAIN) return;
        if (written == -1) wait_writable(descriptor, patience); // the program made it so
    }
}

} // namespace tandem::os
