// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/descriptor_bundle.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "tandem/codec_error.hpp"

namespace tandem::detail {

std::uint64_t descriptor_bundle::put(const descriptor& sent) {
    const auto found = std::ranges::find(entries_, sent, &entry::content);
    if (found != entries_.end()) return found->number;
    static constinit std::atomic<std::uint64_t> next{1};
    // Relaxed: a number, nothing is published with it.
    const auto number = next.fetch_add(1, std::memory_order_relaxed);
    entries_.push_back({number, sent});
    return number;
}

descriptor descriptor_bundle::take(std::uint64_t number) {
    const auto found = std::ranges::find(entries_, number, &entry::number);
    if (found == entries_.end())
        throw codec_error{
            "decoding a handle: its descriptor has not come along; this process may have too many "
            "open files (see ulimit -n), or the handle was decoded twice"};
    return found->content;
}

void descriptor_bundle::add(std::uint64_t number, descriptor content) {
    entries_.push_back({number, std::move(content)});
}

void descriptor_bundle::put_as(std::uint64_t number, const descriptor& sent) {
    if (std::ranges::find(entries_, number, &entry::number) == entries_.end()) add(number, sent);
}

} // namespace tandem::detail
