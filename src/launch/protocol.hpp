// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a program, its forkserver and their children say to each other. Drawn in
// docs/protocol/forkserver.md.
//
// The program sends one request per child over the control socket, with the descriptors that the
// request names; one of them is the far end of a status socket made for this child alone. Over it
// the child reports that it is ready, or why it cannot be; the server reports how it ended. When
// the program shuts its end down, the child is killed.

#include <bit>
#include <cstddef>
#include <cstdint>

#include "os/process.hpp"

namespace tandem::launch {

/// Set in the environment of a program that is executed once more, to
/// "<role>:<identity of the library>:<process id of its parent>".
inline constexpr const char* role_variable = "TANDEM_ROLE";
inline constexpr const char* forkserver_role = "forkserver";
inline constexpr const char* keeper_role = "keeper"; // a forkserver that adopts orphans
inline constexpr const char* child_role_name = "child";

inline constexpr std::uint32_t protocol_magic = 0x544e'444dU; // "TNDM"
inline constexpr std::uint32_t protocol_version = 4;

/// The largest message: requests with more to say put it into a memory object.
inline constexpr std::size_t most_message_bytes = 16384;

enum class request_kind : std::uint32_t {
    start,   // a child
    preload, // run a function in the server; no descriptors
};

enum class child_role : std::uint32_t { worker, process };

/// What the descriptors of a request are for, in the order in which they are sent.
enum class descriptor_use : std::uint32_t {
    status,    // the far end of the child's status socket
    memory,    // settings and payload, when they are not in the message
    directory, // the child's working directory
    input,     // standard streams
    output,
    errors,
    first,   // worker: its segment; process: its page
    second,  // worker: its pool's bell; process: the memory for its result
    handles, // a socket with the descriptors of what crosses later, or lies in it already
    slots,   // the slots that pools of the child share with the pool that it belongs to
    program, // added by the server: the program's pidfd
    count,
};

/// A set of uses.
class descriptor_uses {
public:
    descriptor_uses() = default;
    void add(descriptor_use use) noexcept { bits_ |= bit(use); }
    [[nodiscard]] bool contains(descriptor_use use) const noexcept {
        return (bits_ & bit(use)) != 0;
    }
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(std::popcount(bits_));
    }

private:
    static constexpr std::uint32_t bit(descriptor_use use) noexcept {
        return std::uint32_t{1} << static_cast<std::uint32_t>(use);
    }

    std::uint32_t bits_ = 0;
};

/// The head of a request; settings and payload follow, here or in the memory object.
struct request_head {
    std::uint32_t magic = protocol_magic;
    std::uint32_t version = protocol_version;
    request_kind kind = request_kind::start;
    child_role role = child_role::process;
    std::uint32_t executes = 0; // 1: the child is the program executed once more, not a fork
    descriptor_uses descriptors;
    std::uint64_t settings_bytes = 0;
    std::uint64_t payload_bytes = 0;
};

/// How far a server has come; sent over the control socket as it gets there.
enum class server_stage : std::uint32_t {
    none,      // not even mp::bootstrap()
    preparing, // runs what mp::forkserver_preload() was given
    serving,
};

struct stage_message {
    std::uint32_t magic = protocol_magic;
    server_stage stage = server_stage::none;
};

enum class status_kind : std::uint32_t {
    started, // from the child; value: its process id; brings its pidfd
    failed,  // from either; a text follows
    ended,   // from the server; end: how
};

/// The head of a status message.
struct status_head {
    status_kind kind{};
    std::int32_t value = 0;
    os::child_end end{};
};

} // namespace tandem::launch
