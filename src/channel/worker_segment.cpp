// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/worker_segment.hpp"

#include <memory>

namespace tandem::channel {

namespace {

std::size_t header_bytes() noexcept { return os::page_bytes(); }

std::size_t segment_bytes() noexcept { return header_bytes() + 2 * ring_bytes; }

std::unexpected<std::error_code> not_ours() { return std::unexpected{os::error_from(EPROTO)}; }

} // namespace

os::result<worker_segment> worker_segment::create() {
    auto fd = os::create_memory_object("tandem-worker", segment_bytes());
    if (!fd) return std::unexpected{fd.error()};
    auto segment = map(std::move(*fd));
    if (segment) std::construct_at(&segment->header());
    return segment;
}

os::result<worker_segment> worker_segment::attach(os::unique_fd fd) {
    const auto bytes = os::memory_object_bytes(fd);
    if (!bytes) return std::unexpected{bytes.error()};
    if (*bytes != segment_bytes() || !os::size_is_sealed(fd)) return not_ours();
    auto segment = map(std::move(fd));
    if (!segment) return segment;
    const auto& header = segment->header();
    if (header.magic != segment_magic || header.version != segment_version ||
        header.ring_capacity != ring_bytes)
        return not_ours();
    return segment;
}

os::result<worker_segment> worker_segment::map(os::unique_fd fd) {
    worker_segment segment;
    auto page = os::mapping::map(fd, 0, header_bytes());
    if (!page) return std::unexpected{page.error()};
    auto tasks = os::mapping::map_twice(fd, header_bytes(), ring_bytes);
    if (!tasks) return std::unexpected{tasks.error()};
    auto results = os::mapping::map_twice(fd, header_bytes() + ring_bytes, ring_bytes);
    if (!results) return std::unexpected{results.error()};
    segment.fd_ = std::move(fd);
    segment.page_ = std::make_shared<os::mapping>(std::move(*page));
    segment.header_ = reinterpret_cast<segment_header*>(segment.page_->bytes().data());
    segment.tasks_ = std::move(*tasks);
    segment.results_ = std::move(*results);
    return segment;
}

os::result<parent_bell> parent_bell::create() {
    auto fd = os::create_memory_object("tandem-bell", os::page_bytes());
    if (!fd) return std::unexpected{fd.error()};
    auto bell = attach(std::move(*fd));
    if (bell) std::construct_at(&bell->bell());
    return bell;
}

os::result<parent_bell> parent_bell::attach(os::unique_fd fd) {
    const auto bytes = os::memory_object_bytes(fd);
    if (!bytes) return std::unexpected{bytes.error()};
    if (*bytes != os::page_bytes() || !os::size_is_sealed(fd)) return not_ours();
    auto page = os::mapping::map(fd, 0, *bytes);
    if (!page) return std::unexpected{page.error()};
    parent_bell bell;
    bell.fd_ = std::move(fd);
    bell.page_ = std::move(*page);
    return bell;
}

} // namespace tandem::channel
