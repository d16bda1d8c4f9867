// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "tandem/codec.hpp"
#include "tandem/detail/descriptor.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/kept_regions.hpp"
#include "tandem/resource_error.hpp"

namespace tandem::detail {

/// Memory that processes share: a memory object of a size that never changes, and where this
/// process has it. Copies share both; another process gets a mapping of its own by decoding. A
/// process maps an object once, however often it receives it.
///
/// Crash   the kernel frees the memory with the last process that has it.
/// Cost    one descriptor, whole pages; sending it to a process that has it: some microseconds.
class TANDEM_EXPORT shared_region {
public:
    /// Pages now, so that there is no SIGBUS later, or as they are first used.
    enum class pages { reserved, as_used };

    /// Without memory.
    shared_region() = default;
    /// Zeros. `name` is for /proc/<pid>/maps.
    /// \throws resource_error if there is not so much memory, or no descriptor
    [[nodiscard]] static shared_region create(const char* name, std::size_t bytes, pages when);
    /// What `object` shows.
    /// \throws codec_error if that is no memory object of a fixed size
    [[nodiscard]] static shared_region open(descriptor object);
    /// What `object` shows, though somebody may cut its size, which makes the next access to what
    /// is gone a SIGBUS. Takes the pages that it has not got yet.
    /// \throws codec_error if it is empty or no memory
    /// \throws resource_error if there is not so much memory
    [[nodiscard]] static shared_region open_unsealed(descriptor object);

    [[nodiscard]] std::span<std::byte> bytes() const noexcept;
    /// Takes the pages of the first `count` bytes now.
    /// \throws resource_error if there is not so much memory
    void reserve(std::size_t count) const;
    [[nodiscard]] explicit operator bool() const noexcept { return content_ != nullptr; }
    /// Empty without memory.
    [[nodiscard]] descriptor object() const noexcept;

    /// The same memory, whichever process it came from.
    friend bool operator==(const shared_region&, const shared_region&) = default;

private:
    friend access;

    struct content;
    explicit shared_region(std::shared_ptr<const content> which) noexcept;
    [[nodiscard]] static shared_region map(descriptor object, std::size_t bytes);

    template <class Archive>
    void serialize(Archive& archive) {
        archive(object());
    }
    template <class Archive>
    static shared_region deserialize(Archive& archive) {
        auto object = archive.template read<descriptor>();
        if (!object) return {};
        auto received = open(std::move(object));
        note_received_region(received.content_);
        return received;
    }

    std::shared_ptr<const content> content_;
};

} // namespace tandem::detail
