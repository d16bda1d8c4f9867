// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A single call: pool::submit().

#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "tandem/detail/job.hpp"
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
class call_outcome : public job {
public:
    call_outcome() : job{thunk_kind::call, 1} {}

    void accept(std::size_t /*index*/, decoder& result) override {
        if constexpr (!std::is_void_v<R>) value_.emplace(result.read<R>());
        result.expect_end();
    }
    void fail(std::size_t /*index*/, std::exception_ptr error) noexcept override {
        error_ = std::move(error);
    }

    R take() {
        if (error_) std::rethrow_exception(error_);
        if constexpr (!std::is_void_v<R>) return *std::move(value_);
    }

private:
    std::optional<storable<R>> value_;
    std::exception_ptr error_;
};

template <class R, class F, class... Args>
class TANDEM_PER_MODULE call_job final : public call_outcome<R> {
public:
    call_job(F callable, Args... arguments)
        : callable_{std::move(callable)}, arguments_{std::move(arguments)...} {}

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
