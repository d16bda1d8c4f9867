// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "tandem/codec.hpp"
#include "tandem/detail/descriptor.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/shared_region.hpp"
#include "tandem/resource_error.hpp"

namespace tandem {

/// Bytes that processes share: what one writes the others read, without a copy. A handle: its
/// copies show the same memory, here and in the processes that they are passed to.
///
/// Memory without a name is had by those whom it is passed to, and cannot be left behind. With a
/// name, `shared_memory::create("readings", 4096)`, any process of this user finds it, such as one
/// in Python: `SharedMemory("readings")`. The name goes with the last handle of the process that
/// made it (and copies of that: what came back from others does not count), unless keep() was
/// called; memory that a process has stays where it is even then.
///
/// Sharing   any number of threads and processes, all of which may write; who writes what when is
///           up to them. A forked process has what the program had; handles can cross as arguments
///           and results do.
/// Bounds    the size is fixed. All of it is reserved when it is made or opened: what cannot be had
///           is an error then, and not a SIGBUS later. But a name's memory can be cut by any
///           process of the user (ftruncate(2)), which makes access to what is gone a SIGBUS;
///           memory without a name is sealed.
/// Crash     of who has it: the bytes are as it left them. The kernel frees them with the last
///           process that has them; a name whose maker is killed, or leaves by exit() without
///           destroying its handles, stays, with the memory, until unlink(), rm /dev/shm/NAME or a
///           restart of the machine.
/// Errors    resource_error: no memory, no room in /dev/shm, no descriptor; code() tells a name
///           that is taken (std::errc::file_exists), that nobody has made
///           (no_such_file_or_directory), or that is somebody else's (permission_denied).
///           std::invalid_argument: no bytes; a name that is empty, longer than 254 bytes, "." or
///           "..", or has a '/' or a zero byte in it.
/// Cost      one descriptor and whole pages; the kernel zeroes them when they are made.
/// Source    Python's multiprocessing.shared_memory.SharedMemory; memfd_create(2),
///           shm_overview(7).
class TANDEM_EXPORT shared_memory {
public:
    /// No memory.
    shared_memory() = default;
    /// Zeros without a name.
    explicit shared_memory(std::size_t bytes);

    /// Zeros with a name.
    [[nodiscard]] static shared_memory create(const std::string& name, std::size_t bytes);
    /// Zeros with a name that nobody has: "psm_" and eight hexadecimal digits, as Python does it.
    [[nodiscard]] static shared_memory create(std::size_t bytes);
    /// What another process has made. Its name is not this process's to remove, though unlink()
    /// does.
    [[nodiscard]] static shared_memory open(const std::string& name);

    /// Empty without a name.
    [[nodiscard]] const std::string& name() const;
    /// As its maker said; of memory made by others, as they have sized it.
    [[nodiscard]] std::size_t size() const noexcept { return bytes().size(); }
    /// All of it, on a page boundary. Handles keep it; a span alone does not.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return region_.bytes(); }
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(region_); }

    /// Leaves the name to others: it stays when the last handle of this process goes.
    void keep() const noexcept;
    /// Removes the name now. True if it was there and still showed this memory.
    /// \throws resource_error if it must not be removed
    bool unlink() const;

    /// The same memory, whichever process it came from.
    friend bool operator==(const shared_memory& left, const shared_memory& right) noexcept {
        return left.region_ == right.region_;
    }

private:
    friend access;

    struct label;
    shared_memory(detail::shared_region region, std::shared_ptr<const label> called) noexcept;
    [[nodiscard]] static shared_memory make(const std::string& name, std::size_t bytes);
    [[nodiscard]] static shared_memory receive(detail::descriptor object, const std::string& name);

    template <class Archive>
    void serialize(Archive& archive) {
        archive(name(), region_.object());
    }
    template <class Archive>
    static shared_memory deserialize(Archive& archive) {
        const auto name = archive.template read<std::string>();
        return receive(archive.template read<detail::descriptor>(), name);
    }

    detail::shared_region region_;
    std::shared_ptr<const label> label_; // null without a name
};

} // namespace tandem
