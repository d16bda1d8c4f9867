// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a process runs, between the headers and the compiled half.

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tandem/detail/call_job.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/portable.hpp"
#include "tandem/process_handle.hpp"
#include "tandem/process_options.hpp"
#include "tandem/this_process.hpp"

namespace tandem {

/// Tag for a process that is a fork of this one (start_method::fork): its callable and arguments
/// need not be portable, since nothing crosses. `mp::process p{mp::forked, [&] { … }};`
struct forked_t {};
inline constexpr forked_t forked{};

namespace detail {

/// A function with its arguments.
class TANDEM_EXPORT process_body {
public:
    process_body() = default;
    process_body(const process_body&) = delete;
    process_body& operator=(const process_body&) = delete;
    virtual ~process_body();

    /// Writes thunk, callable and arguments; not called for a fork.
    virtual void encode(encoder& out) const = 0;
    /// Calls it in this process, which is a fork of the one that made it.
    virtual void call(result_sink& results) = 0;
};

/// Not the first parameter of another constructor.
template <class F>
concept callable_of_process = !std::derived_from<F, process_handle> &&
                              !std::same_as<F, process_options> && !std::same_as<F, forked_t>;

/// As std::jthread does: a callable that can take a stop token first gets one.
template <class F, class... Args>
concept takes_stop_token = std::is_invocable_v<F&, std::stop_token, Args...>;

template <class F, class... Args>
concept process_callable = takes_stop_token<F, Args...> || std::is_invocable_v<F&, Args...>;

template <class F, class... Args>
decltype(auto) call_in_process(F& callable, Args&&... arguments) {
    if constexpr (takes_stop_token<F, Args...>)
        return std::invoke(callable, this_process::stop_token(), std::forward<Args>(arguments)...);
    else
        return std::invoke(callable, std::forward<Args>(arguments)...);
}

/// True if a process can call F with Args; fails to compile, with the reason, if not.
template <class F, class... Args>
consteval bool require_process_callable() {
    static_assert(process_callable<F, Args...>,
                  "tandem: the callable of a process cannot be called with these arguments: their "
                  "number and types must fit, and it gets them by value");
    return process_callable<F, Args...>;
}

template <class F, class... Args>
consteval auto find_process_return() {
    // clang asks before it looks at the constraint of a deduction guide.
    if constexpr (!callable_of_process<F>)
        return std::type_identity<void>{};
    else if constexpr (takes_stop_token<F, Args...>)
        return std::type_identity<std::invoke_result_t<F&, std::stop_token, Args...>>{};
    else if constexpr (std::is_invocable_v<F&, Args...>)
        return std::type_identity<std::invoke_result_t<F&, Args...>>{};
    else if constexpr (!require_process_callable<F, Args...>())
        return std::type_identity<void>{};
}
template <class F, class... Args>
using process_return = typename decltype(find_process_return<F, Args...>())::type;

/// A call whose parts need not be portable. R is void if nobody wants the result.
template <class R, class F, class... Args>
class local_call : public process_body {
public:
    explicit local_call(F function, Args... parts)
        : callable_{std::move(function)}, arguments_{std::move(parts)...} {}

    void encode(encoder& /*out*/) const override {}
    void call(result_sink& results) override {
        run_item(results, [&]() -> R {
            return static_cast<R>(std::apply(
                [&](Args&... arguments) -> decltype(auto) {
                    return call_in_process(callable_, std::move(arguments)...);
                },
                arguments_));
        });
    }

    [[nodiscard]] const F& callable() const noexcept { return callable_; }
    [[nodiscard]] const std::tuple<Args...>& arguments() const noexcept { return arguments_; }

private:
    F callable_;
    std::tuple<Args...> arguments_;
};

/// A call that may cross to another process.
template <class R, class F, class... Args>
class TANDEM_PER_MODULE portable_call final : public local_call<R, F, Args...> {
public:
    using local_call<R, F, Args...>::local_call;

    void encode(encoder& out) const override {
        entry.write_name(out);
        encode_callable(out, this->callable());
        std::apply([&](const Args&... arguments) { (out.write(arguments), ...); },
                   this->arguments());
    }

private:
    static void run(decoder& call, result_sink& results) {
        run_item(results, [&]() -> R {
            decoded_callable<F> callable{call};
            std::tuple<Args...> arguments{call.read<Args>()...}; // braces: read in this order
            call.expect_end();
            return static_cast<R>(std::apply(
                [&](Args&... parts) -> decltype(auto) {
                    return call_in_process(callable.get(), std::move(parts)...);
                },
                arguments));
        });
    }

    static inline const thunk_entry entry{&run};
};

/// The same for one that is not a fork. A callable that captures by reference needs mp::forked.
template <class R, class F, class... Args>
consteval bool require_portable_process() {
    require_portable_callable<F>();
    (require_portable<Args>(), ...);
    require_portable<storable<R>>();
    if constexpr (portable_callable<F> && (portable<Args> && ...) && portable<storable<R>>)
        return require_process_callable<F, Args...>();
    return false;
}

using shared_process = std::shared_ptr<runtime::started_process>;

struct start_details {
    bool wants_result = false;
    bool must_fork = false;
};

/// \throws launch_error, bootstrap_error
[[nodiscard]] TANDEM_EXPORT shared_process start_process(const process_options& options,
                                                         process_body& body, start_details details);

template <class R, class F, class... Args>
shared_process start_portable(const process_options& options, start_details details, F& callable,
                              Args&... arguments) {
    if constexpr (require_portable_process<R, F, Args...>()) {
        portable_call<R, F, Args...> body{std::move(callable), std::move(arguments)...};
        return start_process(options, body, details);
    }
    return {}; // does not compile
}

template <class R, class F, class... Args>
shared_process start_forked(const process_options& options, start_details details, F& callable,
                            Args&... arguments) {
    details.must_fork = true;
    if constexpr (require_process_callable<F, Args...>()) {
        local_call<R, F, Args...> body{std::move(callable), std::move(arguments)...};
        return start_process(options, body, details);
    }
    return {}; // does not compile
}

/// ~process: stop, grace, kill, reap.
TANDEM_EXPORT void end_process(runtime::started_process& process) noexcept;
TANDEM_EXPORT void detach_process(shared_process process);

/// What a function has returned, encoded.
class TANDEM_EXPORT process_outcome {
public:
    /// Waits for the end of `process` and takes what its function returned.
    /// \throws task_error if it threw, worker_crashed if it did not return.
    explicit process_outcome(runtime::started_process& process);
    process_outcome(const process_outcome&) = delete;
    process_outcome& operator=(const process_outcome&) = delete;
    ~process_outcome();

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept;

private:
    struct content;
    std::unique_ptr<content> content_;
};

} // namespace detail
} // namespace tandem
