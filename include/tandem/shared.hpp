// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/detail/export.hpp"

namespace tandem {

namespace detail {

/// How a shared value is known to all processes.
struct shared_name {
    std::array<std::uint64_t, 2> token{}; // random: another pool may give the same number
    std::uint64_t id = 0;                 // in its pool

    friend bool operator==(const shared_name&, const shared_name&) = default;
};

/// A value that a pool shares, as the program holds it. The destructor takes it from the workers.
class TANDEM_EXPORT shared_home {
public:
    /// `encoded`: begins with room for the token, which is filled in.
    shared_home(engine engine, std::vector<std::byte> encoded);
    shared_home(const shared_home&) = delete;
    shared_home& operator=(const shared_home&) = delete;
    virtual ~shared_home();

    [[nodiscard]] const shared_name& name() const noexcept { return name_; }
    /// What shared_home_of() finds.
    void publish(const std::shared_ptr<shared_home>& self);

private:
    engine engine_;
    shared_name name_;
};

template <class T>
class shared_value final : public shared_home {
public:
    shared_value(const engine& engine, T value)
        : shared_home{engine, encode(value)}, value_{std::move(value)} {}

    [[nodiscard]] const T& value() const noexcept { return value_; }

private:
    static std::vector<std::byte> encode(const T& value) {
        encoder out;
        out.write(shared_name{}.token);
        out.write(value);
        return {out.bytes().begin(), out.bytes().end()};
    }

    T value_;
};

/// The home of this value, if this is the process that shares it; else null.
[[nodiscard]] TANDEM_EXPORT std::shared_ptr<shared_home> shared_home_of(const shared_name& name);

/// In a worker: the value, if some task of this worker has decoded it; else null.
[[nodiscard]] TANDEM_EXPORT std::shared_ptr<const void> decoded_shared(const shared_name& name);
TANDEM_EXPORT void keep_decoded_shared(const shared_name& name, std::shared_ptr<const void> value);
/// What is left of a value that is shared no more.
TANDEM_EXPORT void drop_decoded_shared(std::uint64_t id) noexcept;
/// In a worker: the bytes of the value.
/// \throws codec_error if this process has no such value
[[nodiscard]] TANDEM_EXPORT std::span<const std::byte> encoded_shared(const shared_name& name);

template <class T>
consteval bool require_shareable() {
    require_portable<T>();
    return portable<T>;
}

} // namespace detail

/// A big value that all workers of a pool can read: a handle, to be passed to tasks in its place.
/// `const auto table = pool.share(load()); pool.map(look_up, keys, table);`
///
/// Sharing   any number of threads may read through handles; nobody can write.
/// Bounds    the program keeps the value and its encoding, each worker its own copy, as long as the
///           program has a handle. A task may keep the value longer, by keeping its handle.
/// Crash     a worker that replaces another one gets the value, too.
/// Errors    a handle that reaches a process without the value (a worker of another pool, or after
///           the last handle in the program was destroyed) makes the task fail.
/// Cost      encoding the value once, sending it once per worker; a handle takes 24 bytes.
template <class T>
class shared {
public:
    [[nodiscard]] const T& operator*() const noexcept { return *value_; }
    [[nodiscard]] const T* operator->() const noexcept { return value_.get(); }

private:
    friend class pool;
    friend access;

    shared(const detail::engine& engine, T value) {
        auto home = std::make_shared<detail::shared_value<T>>(engine, std::move(value));
        home->publish(home);
        name_ = home->name();
        value_ = std::shared_ptr<const T>{home, &home->value()};
    }
    explicit shared(const detail::shared_name& name) : name_{name} {
        if (const auto home = detail::shared_home_of(name)) {
            const auto& here = static_cast<const detail::shared_value<T>&>(*home);
            value_ = std::shared_ptr<const T>{home, &here.value()};
            return;
        }
        value_ = std::static_pointer_cast<const T>(detail::decoded_shared(name));
        if (value_) return;
        value_ = std::make_shared<const T>(tandem::decode<T>(detail::encoded_shared(name)));
        detail::keep_decoded_shared(name, value_);
    }

    template <class Archive>
    void serialize(Archive& archive) {
        archive(name_.token, name_.id);
    }
    template <class Archive>
    static shared deserialize(Archive& archive) {
        detail::shared_name name;
        archive(name.token, name.id);
        return shared{name};
    }

    detail::shared_name name_;
    std::shared_ptr<const T> value_;
};

} // namespace tandem
