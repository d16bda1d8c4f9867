// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The call that each worker of a pool makes before its first task.

#include <concepts>
#include <memory>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "tandem/codec.hpp"
#include "tandem/detail/call_job.hpp"
#include "tandem/detail/descriptor_bundle.hpp"
#include "tandem/detail/thunk.hpp"
#include "tandem/portable.hpp"
#include "tandem/worker_state.hpp"

namespace tandem::detail {

/// Holds what a call returns, which need not be movable.
template <class S>
struct made_by_call {
    template <class Call>
    explicit made_by_call(Call& call) : value(call()) {}

    S value;
};

template <class F, class... Args>
class TANDEM_PER_MODULE initializer_call {
    using returned = std::decay_t<std::invoke_result_t<F&, Args...>>;

public:
    static void write(encoder& out, const F& callable, const Args&... arguments) {
        entry.write_name(out);
        encode_callable(out, callable);
        (out.write(arguments), ...);
    }

private:
    static void run(decoder& call, result_sink& results) {
        run_item(results, [&] {
            decoded_callable<F> callable{call};
            std::tuple<Args...> arguments{call.read<Args>()...}; // braces: read in this order
            call.expect_end();
            const auto initialize = [&]() -> decltype(auto) {
                return std::apply(callable.get(), std::move(arguments));
            };
            if constexpr (std::is_void_v<returned>)
                initialize();
            else
                keep(std::make_shared<made_by_call<returned>>(initialize));
        });
    }

    static void keep(std::shared_ptr<made_by_call<returned>> made)
        requires(!std::is_void_v<returned>)
    {
        auto* const value = &made->value;
        set_worker_state({.object = std::shared_ptr<void>{std::move(made), value},
                          .type = &typeid(returned),
                          .type_name = type_name<returned>()});
    }

    static inline const thunk_entry entry{&run};
};

/// Fails to compile, with the reason, unless F can be called with these arguments in a worker. What
/// it returns stays there.
template <class F, class... Args>
consteval bool require_initializer() {
    require_portable_callable<F>();
    (require_portable<Args>(), ...);
    if constexpr (portable_callable<F> && (portable<Args> && ...)) {
        constexpr bool fits = std::is_invocable_v<F&, Args...>;
        static_assert(fits,
                      "tandem: the initializer of the pool cannot be called with these arguments: "
                      "their number and types must fit, and it gets them by value");
        return fits;
    }
    return false;
}

/// \throws launch_error if its code cannot be named
template <class F, class... Args>
parcel encode_initializer(const F& callable, const Args&... arguments) {
    parcel encoded;
    encoder out;
    out.carry_descriptors(&encoded.descriptors);
    if constexpr (require_initializer<F, Args...>())
        initializer_call<F, Args...>::write(out, callable, arguments...);
    encoded.bytes.assign(out.bytes().begin(), out.bytes().end());
    return encoded;
}

} // namespace tandem::detail
