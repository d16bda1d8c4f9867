// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "tandem/connection.hpp"
#include "tandem/detail/export.hpp"

namespace tandem {

struct listener_options {
    /// What both ends must know: random bytes, which nobody else can guess. Needed over TCP, where
    /// it has 16 bytes at least and encrypts all that crosses. Over a Unix socket it may be empty:
    /// whoever may connect is let in.
    std::string authkey{};
    /// Connections that the system keeps until accept() takes them.
    int backlog = 128;
    /// How long somebody who has connected may take to prove itself.
    std::chrono::nanoseconds authentication_limit = std::chrono::seconds{5};
    /// How many may do so at a time. When one more comes, the one that has taken longest is ended.
    std::size_t most_handshakes = 64;
    /// True: accept() throws authentication_error for each that is not let in; false: it goes on.
    bool report_refused = true;
    /// True: processes of other users may connect to a Unix socket. Else only those of this one,
    /// and of root.
    bool any_user = false;
    /// No message may be longer; see message_too_long.
    std::uint64_t most_bytes = std::numeric_limits<std::uint64_t>::max();
};

/// Waits at an address for others to connect with client(), and lets in who has the key.
/// `unix:/path` is a file, which is removed at the end; `unix:@name` a name that leaves nothing
/// behind; `tcp:host:port` another machine's way, with port 0 for one that is free. Without an
/// address: a name that nobody can guess.
///
/// Sharing   any number of threads may accept. A fork of the process has a copy that it may use or
///           close; an object cannot be moved while it is used.
/// Blocking  accept() waits for ever, accept_for() no longer than it says. Handshakes go on while
///           one of them waits, side by side: nobody who is silent keeps others out.
/// Crash     the file of a listener whose process was killed is replaced by the next one.
/// Trust     over TCP: TLS 1.3 with the key as pre-shared key and fresh keys for each connection;
///           nothing crosses in the clear.
///           Over a Unix socket: the kernel says whose process it is, and if there is a key, both
///           ends prove that they have it. A key that can be guessed can be found out by whoever
///           takes part in a handshake.
/// Errors    address_in_use; connection_error, with what the system said; std::invalid_argument for
///           an address or a key that is none. accept(): authentication_error for somebody who is
///           not let in, after which it can be called again; connection_closed after close();
///           resource_error if no more files can be opened.
/// Cost      three descriptors, and one for each handshake.
/// Source    Python's multiprocessing.connection.Listener.
class TANDEM_EXPORT listener {
public:
    explicit listener(const std::string& address = {}, const listener_options& options = {});
    listener(listener&& other) noexcept;
    listener& operator=(listener&& other) noexcept;
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener();

    [[nodiscard]] connection accept();
    /// nullopt if nobody was let in within `limit`.
    [[nodiscard]] std::optional<connection> accept_for(std::chrono::nanoseconds limit);

    /// For client(): with the port that was chosen.
    [[nodiscard]] const std::string& address() const;
    /// Who was let in last: `tcp:host:port`, or `unix:user=` and the user's number. Empty at first.
    [[nodiscard]] std::string last_accepted() const;

    /// Takes no more connections; those that there are go on. A thread that accepts gets
    /// connection_closed.
    void close() noexcept;
    [[nodiscard]] bool closed() const noexcept;

    /// For mp::wait(): is readable when accept() has something to do, which may come to nothing.
    /// \throws connection_closed if it is closed.
    [[nodiscard]] int sentinel() const;
    /// True if accept() has somebody that the sentinel does not show.
    [[nodiscard]] bool ready() const;

private:
    struct content;
    /// \throws std::logic_error if the listener has moved elsewhere.
    [[nodiscard]] content& ref() const;

    std::unique_ptr<content> content_;
};

} // namespace tandem
