// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/exception_chain.hpp"

#include <typeinfo>

#include "os/type_name.hpp"

namespace tandem::runtime {

namespace {

constexpr std::size_t longest_chain = 64; // a chain that loops would have no end

void add_current(std::vector<task_error::thrown>& chain);

void describe_nested(const std::exception& outer, std::vector<task_error::thrown>& chain) {
    const auto* nested = dynamic_cast<const std::nested_exception*>(&outer);
    if (nested == nullptr || nested->nested_ptr() == nullptr) return;
    if (chain.size() == longest_chain) return;
    try {
        nested->rethrow_nested();
    } catch (...) {
        add_current(chain);
    }
}

void add_current(std::vector<task_error::thrown>& chain) {
    try {
        throw; // the exception being handled
    } catch (const std::exception& e) {
        // The type that was thrown: std::throw_with_nested() throws one derived from the user's.
        chain.push_back({os::type_name(typeid(e)), e.what()});
        describe_nested(e, chain);
    } catch (...) {
        chain.push_back({os::current_exception_type_name(), ""});
    }
}

} // namespace

std::vector<task_error::thrown> describe_current_exception() {
    std::vector<task_error::thrown> chain;
    add_current(chain);
    return chain;
}

std::string describe(const std::vector<task_error::thrown>& chain) {
    std::string text;
    for (const char* joint = ""; const auto& thrown : chain) {
        text += joint + thrown.type_name + (thrown.message.empty() ? "" : ": " + thrown.message);
        joint = "; nested in it: ";
    }
    return text;
}

std::exception_ptr decode_task_error(decoder& body, task_place place) noexcept {
    try {
        auto chain = body.read<std::vector<task_error::thrown>>();
        if (chain.empty()) chain.push_back({"unknown", "the worker sent no description"});
        return std::make_exception_ptr(task_error{std::move(place), std::move(chain)});
    } catch (...) {
        return std::current_exception();
    }
}

} // namespace tandem::runtime
