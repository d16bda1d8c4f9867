// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/local_store.hpp"

namespace tandem::runtime {

constinit thread_local const shared_values::element_type* use_shared_values::current_ = nullptr;

const std::vector<std::byte>* local_shared_bytes(std::uint64_t id) noexcept {
    const auto* values = use_shared_values::current_;
    if (values == nullptr) return nullptr;
    const auto found = values->find(id);
    return found == values->end() ? nullptr : found->second.get();
}

} // namespace tandem::runtime
