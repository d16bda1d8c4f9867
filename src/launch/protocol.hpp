// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a program and its forkserver say to each other. Drawn in docs/protocol/forkserver.md.
//
// The program sends one start_request per child over the control socket, with three descriptors:
// two for the child and the server's end of a status socket made for this child alone. Over it the
// server reports what becomes of the child; when either end closes its status socket, the child is
// killed.

#include <cstdint>

#include "os/process.hpp"

namespace tandem::launch {

inline constexpr const char* role_variable = "TANDEM_ROLE";
inline constexpr const char* forkserver_role = "forkserver";

inline constexpr std::uint32_t protocol_magic = 0x544e'444dU; // "TNDM"
inline constexpr std::uint32_t protocol_version = 1;

struct start_request {
    std::uint32_t magic = protocol_magic;
    std::uint32_t version = protocol_version;
};

enum class status_kind : std::uint32_t {
    started, // value: process id; brings a pidfd
    failed,  // value: error number of the call that failed
    ended,   // end: how
};

struct status_message {
    status_kind kind{};
    std::int32_t value = 0;
    os::child_end end;
};

} // namespace tandem::launch
