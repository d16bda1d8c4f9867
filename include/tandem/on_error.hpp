// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "tandem/detail/codec_traits.hpp"
#include "tandem/detail/export.hpp"

namespace tandem {

class error_policy;

namespace detail {

/// The value that stands in for the results of items that failed.
class TANDEM_EXPORT stand_in {
public:
    using widest = long double; // holds any number of 64 bits

    stand_in() = default;
    stand_in(const stand_in&) = delete;
    stand_in& operator=(const stand_in&) = delete;
    virtual ~stand_in() = default;

    [[nodiscard]] virtual const std::type_info& type() const noexcept = 0;
    [[nodiscard]] virtual std::string_view type_name() const noexcept = 0;
    [[nodiscard]] virtual const void* address() const noexcept = 0;
    /// Null if it is not a number.
    [[nodiscard]] virtual const widest* number() const noexcept = 0;
};

template <class T>
class stand_in_of final : public stand_in {
public:
    explicit stand_in_of(T value) : value_{std::move(value)}, number_{to_number(value_)} {}

    [[nodiscard]] const std::type_info& type() const noexcept override { return typeid(T); }
    [[nodiscard]] std::string_view type_name() const noexcept override {
        return detail::type_name<T>();
    }
    [[nodiscard]] const void* address() const noexcept override { return &value_; }
    [[nodiscard]] const widest* number() const noexcept override {
        return std::is_arithmetic_v<T> ? &number_ : nullptr;
    }

private:
    static widest to_number(const T& value) noexcept {
        if constexpr (std::is_arithmetic_v<T>)
            return static_cast<widest>(value);
        else
            return 0;
    }

    T value_;
    widest number_;
};

using shared_stand_in = std::shared_ptr<const stand_in>;

struct policy_parts;

// The policies that are constants: an error_policy is no literal type.
struct stop_policy {};
struct collect_policy {};

} // namespace detail

/// What becomes of a call when items of it fail; see mp::on_error.
class error_policy {
public:
    enum class reaction : std::uint8_t { stop, collect, substitute };

    error_policy() noexcept = default;
    error_policy(detail::stop_policy /*tag*/) noexcept {}
    error_policy(detail::collect_policy /*tag*/) noexcept : kind_{reaction::collect} {}

    /// What follows when an item has failed for good.
    [[nodiscard]] reaction kind() const noexcept { return kind_; }
    /// True if the other items are run all the same.
    [[nodiscard]] bool goes_on() const noexcept { return kind_ != reaction::stop; }
    /// How often an item is tried again before that.
    [[nodiscard]] int retries() const noexcept { return retries_; }
    /// How long it waits before each further try.
    [[nodiscard]] std::chrono::nanoseconds delay() const noexcept { return delay_; }

    /// The same tries, and the reaction of `last`: `on_error::retry(3).then(on_error::collect)`.
    [[nodiscard]] error_policy then(error_policy last) const {
        last.retries_ = retries_;
        last.delay_ = delay_;
        return last;
    }

private:
    friend struct detail::policy_parts;

    reaction kind_ = reaction::stop;
    int retries_ = 0;
    std::chrono::nanoseconds delay_{0};
    detail::shared_stand_in stand_in_;
};

namespace detail {

struct policy_parts {
    static error_policy substituting(shared_stand_in value) {
        error_policy made;
        made.kind_ = error_policy::reaction::substitute;
        made.stand_in_ = std::move(value);
        return made;
    }
    static error_policy retrying(int times, std::chrono::nanoseconds delay) {
        if (times < 0 || delay.count() < 0)
            throw std::invalid_argument{"on_error::retry: tries and delay cannot be negative"};
        error_policy made;
        made.retries_ = times;
        made.delay_ = delay;
        return made;
    }
    static const stand_in* stand_in_of(const error_policy& policy) noexcept {
        return policy.stand_in_.get();
    }
};

} // namespace detail

/// What a call does about items that fail: `pool.with({.on_error = mp::on_error::collect})`.
namespace on_error {

/// Ends the call at once; its error is the failure that comes first in the order of the items.
inline constexpr detail::stop_policy stop{};

/// Runs all items first.
inline constexpr detail::collect_policy collect{};

/// Runs a failed item again, `times` times at most, each time after `delay`; then stops, or does
/// what is said by then().
/// \throws std::invalid_argument
[[nodiscard]] inline error_policy retry(int times, std::chrono::nanoseconds delay = {}) {
    return detail::policy_parts::retrying(times, delay);
}

/// Takes `value` as the result of each item that fails. It is of the type of the results, or a
/// number for a number; the call throws std::invalid_argument if not.
template <class T>
[[nodiscard]] error_policy substitute(T value) {
    return detail::policy_parts::substituting(
        std::make_shared<const detail::stand_in_of<T>>(std::move(value)));
}
[[nodiscard]] inline error_policy substitute(const char* value) {
    return substitute(std::string{value});
}

} // namespace on_error
} // namespace tandem
