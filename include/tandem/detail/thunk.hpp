// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How code is named on its way to another process: by the build id of its module and the offset in
// it, never by an address, since address space layout differs from process to process.
//
// What travels is always a *thunk*: a function made from a template for one callable, its arguments
// and its result, which knows how to decode everything else. Every thunk registers itself before
// main, in each process alike; a receiver looks the number up among the registered ones and calls
// nothing else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "tandem/codec.hpp"
#include "tandem/detail/export.hpp"

namespace tandem::detail {

/// Code as named on the wire: GNU build id of the module, and offset from its load address.
struct code_id {
    std::array<std::byte, 20> build_id{};
    std::uint64_t offset = 0;

    friend bool operator==(const code_id&, const code_id&) = default;
};

/// Where the items of a running task leave their results, in order.
class result_sink {
public:
    /// Starts the next item: whatever ends the process from here on is blamed on it.
    virtual void begin_item() = 0;
    /// An empty buffer to encode the item's result into.
    [[nodiscard]] virtual encoder& value() = 0;
    /// Sends what value() holds as the result of the item.
    virtual void finish_item() = 0;
    /// Sends the exception being handled as the outcome of the item.
    virtual void fail_item() = 0;

protected:
    ~result_sink() = default;
};

/// A callable with its extra arguments, decoded once in a worker and applied to many items.
class chunk_runner {
public:
    chunk_runner() = default;
    chunk_runner(const chunk_runner&) = delete;
    chunk_runner& operator=(const chunk_runner&) = delete;
    virtual ~chunk_runner() = default;

    virtual void run(decoder& items, std::uint32_t count, result_sink& results) = 0;
};

/// Runs one call: decodes callable and arguments, calls, leaves one result.
using call_thunk = void (*)(decoder& call, result_sink& results);
/// Decodes a callable and its extra arguments.
using job_thunk = std::unique_ptr<chunk_runner> (*)(decoder& state);

enum class thunk_kind : std::uint8_t { call, job };

/// A registered thunk; has static storage and stays registered for ever.
class TANDEM_EXPORT thunk_entry {
public:
    explicit thunk_entry(call_thunk thunk) noexcept;
    explicit thunk_entry(job_thunk thunk) noexcept;
    thunk_entry(const thunk_entry&) = delete;
    thunk_entry& operator=(const thunk_entry&) = delete;

    [[nodiscard]] thunk_kind kind() const noexcept { return kind_; }
    [[nodiscard]] std::uintptr_t address() const noexcept { return address_; }
    [[nodiscard]] call_thunk as_call() const noexcept;
    [[nodiscard]] job_thunk as_job() const noexcept;
    [[nodiscard]] const thunk_entry* next() const noexcept { return next_; }

private:
    thunk_kind kind_;
    std::uintptr_t address_;
    const thunk_entry* next_;
};

/// The name of the code at `address` for other processes.
/// \throws launch_error if its module has no build id; the message says how to give it one.
[[nodiscard]] TANDEM_EXPORT code_id identify_code(std::uintptr_t address);

/// The registered thunk of that name, or nullptr.
[[nodiscard]] const thunk_entry* find_thunk(const code_id& id);

/// The address of a function of that name.
/// \throws codec_error if this process has not loaded that module, or if the offset does not lie
/// within the module's code.
[[nodiscard]] TANDEM_EXPORT std::uintptr_t locate_function(const code_id& id);

} // namespace tandem::detail
