// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/shared_store.hpp"

#include <unordered_map>
#include <vector>

#include "runtime/local_store.hpp"
#include "tandem/codec.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/shared.hpp"

namespace tandem {

namespace runtime {

namespace {

/// Of a worker, whose one thread asks for it before it runs tasks.
std::unordered_map<std::uint64_t, std::vector<std::byte>>& store() {
    static auto& only = *new std::unordered_map<std::uint64_t, std::vector<std::byte>>;
    return only;
}

} // namespace

void keep_shared_bytes(std::span<const std::byte> message) {
    decoder in{message};
    const auto id = in.read<std::uint64_t>();
    const auto bytes = message.subspan(sizeof id);
    store().insert_or_assign(id, std::vector<std::byte>{bytes.begin(), bytes.end()});
}

void drop_shared_bytes(std::uint64_t id) noexcept {
    store().erase(id);
    detail::drop_decoded_shared(id);
}

} // namespace runtime

const std::vector<std::byte>* detail::shared_bytes(std::uint64_t id) noexcept {
    if (const auto* bytes = runtime::local_shared_bytes(id)) return bytes;
    const auto& store = runtime::store();
    const auto found = store.find(id);
    return found == store.end() ? nullptr : &found->second;
}

} // namespace tandem
