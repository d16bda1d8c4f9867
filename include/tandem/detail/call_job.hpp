// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A single call: pool::submit().

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "tandem/detail/awaited.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/detail/job.hpp"
#include "tandem/detail/substitute.hpp"
#include "tandem/detail/thunk.hpp"
#include "tandem/portable.hpp"

namespace tandem::detail {

/// Calls, and leaves the result or the exception as the outcome of one item. `decode_and_call` is
/// part of the item: an argument that cannot be decoded is its error.
template <class Call>
void run_item(result_sink& results, Call decode_and_call) {
    using result = std::invoke_result_t<Call&>;
    results.begin_item();
    try {
        if constexpr (std::is_void_v<result>) {
            decode_and_call();
            (void)results.value();
        } else {
            const auto& value = decode_and_call();
            results.value().write(static_cast<const std::decay_t<result>&>(value));
        }
    } catch (...) {
        return results.fail_item();
    }
    results.finish_item();
}

/// The part of a call that its future knows.
template <class R>
class call_outcome : public job, public awaited<R> {
public:
    /// \throws std::invalid_argument if the policy has a substitute of another type.
    explicit call_outcome(const error_policy& policy)
        : job{thunk_kind::call, 1}, substitute_{substitute_for<R>(policy)} {}

    void accept(std::size_t /*index*/, decoder& result) override {
        if constexpr (!std::is_void_v<R>) value_.emplace(result.read<R>());
        result.expect_end();
    }
    void fail(std::size_t /*index*/, std::exception_ptr error) noexcept override {
        if (substitute_ && !ends_the_call(error))
            value_.emplace(*std::move(substitute_));
        else
            error_ = std::move(error);
    }
    void on_done() noexcept override { this->tell_watchers(); }

    [[nodiscard]] bool ready() const noexcept override { return done(); }
    [[nodiscard]] bool wait(const engine& engine, std::chrono::nanoseconds limit) const override {
        return done() || engine.wait(*this, limit);
    }
    [[nodiscard]] bool comes_from_engine() const noexcept override { return true; }
    void cancel(const engine& engine) noexcept override { engine.cancel(*this); }
    [[nodiscard]] bool failed() const noexcept override { return error_ != nullptr; }

    R take() override {
        if (error_) std::rethrow_exception(error_);
        if constexpr (!std::is_void_v<R>) return *std::move(value_);
    }

private:
    std::optional<storable<R>> value_;
    std::optional<storable<R>> substitute_;
    std::exception_ptr error_;
};

template <class R, class F, class... Args>
class TANDEM_PER_MODULE call_job final : public call_outcome<R> {
public:
    call_job(const error_policy& policy, F callable, Args... arguments)
        : call_outcome<R>{policy},
          callable_{std::move(callable)},
          arguments_{std::move(arguments)...} {}

    void encode_state(encoder& out) const override {
        entry.write_name(out);
        encode_callable(out, callable_);
    }
    void encode_items(std::size_t /*first*/, std::size_t /*count*/, encoder& out) const override {
        std::apply([&](const Args&... arguments) { (out.write(arguments), ...); }, arguments_);
    }

private:
    static void run(decoder& call, result_sink& results) {
        run_item(results, [&]() -> R {
            decoded_callable<F> callable{call};
            return static_cast<R>(std::apply(callable.get(), read_arguments(call)));
        });
    }

    static std::tuple<Args...> read_arguments(decoder& call) {
        std::tuple<Args...> arguments{call.read<Args>()...}; // braces: read in this order
        call.expect_end();
        return arguments;
    }

    static inline const thunk_entry entry{&run};

    F callable_;
    std::tuple<Args...> arguments_;
};

} // namespace tandem::detail
