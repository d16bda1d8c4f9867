// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/frame.hpp"

#include <algorithm>
#include <utility>

namespace tandem::channel {

namespace {

constexpr std::byte filler{0};
constexpr std::size_t group = os::most_descriptors_at_once;

/// Bytes that only bring descriptors: those that do not go with the header, `group` with each.
std::uint64_t fillers_of(std::uint64_t descriptors) noexcept {
    return descriptors == 0 ? 0 : (descriptors - 1) / group;
}

} // namespace

// ---- reading ----

frame_reader::outcome frame_reader::outcome_of(const io_progress& progress) noexcept {
    switch (progress.what) {
        case io_progress::outcome::moved:
            return outcome::complete;
        case io_progress::outcome::await_read:
            return outcome::await_read;
        case io_progress::outcome::await_write:
            return outcome::await_write;
        case io_progress::outcome::ended:
            return taken_ == 0 ? outcome::ended : outcome::cut;
        case io_progress::outcome::failed:
            break;
    }
    code_ = progress.code;
    return outcome::failed;
}

frame_reader::outcome frame_reader::read(byte_stream& from) {
    if (last_ > outcome::await_write) return last_;
    last_ = read_header(from);
    if (last_ == outcome::complete) last_ = read_descriptors(from);
    if (last_ == outcome::complete) last_ = read_body(from);
    return last_;
}

frame_reader::outcome frame_reader::read_header(byte_stream& from) {
    while (taken_ < sizeof header_) {
        const auto room = std::as_writable_bytes(std::span{&header_, 1}).subspan(taken_);
        const auto progress = from.read(room, &inbox_);
        if (progress.what != io_progress::outcome::moved) return outcome_of(progress);
        taken_ += progress.bytes;
        if (taken_ == sizeof header_) {
            const auto checked = check_header();
            if (checked != outcome::complete) return checked;
        }
    }
    return outcome::complete;
}

frame_reader::outcome frame_reader::check_header() const noexcept {
    if (header_.magic != frame_header::right_magic ||
        header_.descriptors > most_descriptors_of_frame || !descriptors_fit())
        return outcome::malformed;
    return header_.bytes > most_bytes_ ? outcome::too_long : outcome::complete;
}

bool frame_reader::descriptors_fit() const noexcept {
    const auto sent = std::min<std::uint64_t>(header_.descriptors, (groups_ + 1) * group);
    return inbox_.is_cut || inbox_.descriptors.size() == sent;
}

frame_reader::outcome frame_reader::read_descriptors(byte_stream& from) {
    while (groups_ < fillers_of(header_.descriptors)) {
        std::byte taken{};
        const auto progress = from.read(std::span{&taken, 1}, &inbox_);
        if (progress.what != io_progress::outcome::moved) return outcome_of(progress);
        ++taken_;
        ++groups_;
        if (taken != filler || !descriptors_fit()) return outcome::malformed;
    }
    return outcome::complete;
}

frame_reader::outcome frame_reader::read_body(byte_stream& from) {
    constexpr std::uint64_t first_room = std::uint64_t{64} << 10;
    while (body_taken_ < header_.bytes) {
        if (body_taken_ == body_.bytes().size())
            body_.resize(std::min(header_.bytes, std::max(first_room, 2 * body_taken_)));
        const auto progress = from.read(body_.bytes().subspan(body_taken_), nullptr);
        if (progress.what != io_progress::outcome::moved) return outcome_of(progress);
        body_taken_ += progress.bytes;
        taken_ += progress.bytes;
    }
    return outcome::complete;
}

detail::incoming_message frame_reader::take() {
    std::vector<detail::descriptor> descriptors;
    descriptors.reserve(inbox_.descriptors.size());
    for (auto& fd : inbox_.descriptors) descriptors.emplace_back(std::move(fd));
    detail::incoming_message message{std::exchange(body_, {}), std::move(descriptors)};
    inbox_ = {};
    header_ = {};
    taken_ = 0;
    groups_ = 0;
    body_taken_ = 0;
    return message;
}

// ---- writing ----

frame_writer::frame_writer(std::span<const std::byte> body,
                           std::span<const detail::descriptor> descriptors)
    : header_{.descriptors = static_cast<std::uint32_t>(descriptors.size()), .bytes = body.size()},
      fillers_{fillers_of(descriptors.size())},
      body_{body} {
    descriptors_.reserve(descriptors.size());
    for (const auto& each : descriptors) descriptors_.push_back(each.fd().get());
}

frame_writer::piece frame_writer::next() const noexcept {
    const auto header = std::as_bytes(std::span{&header_, 1});
    const std::span all{descriptors_};
    if (written_ < header.size()) {
        // What comes first brings the first descriptors; others come before the body does.
        const auto brought = all.first(written_ == 0 ? std::min(all.size(), group) : 0);
        const auto behind = fillers_ == 0 ? body_ : body_.first(0);
        return {{header.subspan(written_), behind}, brought};
    }
    const auto place = written_ - header.size();
    if (place < fillers_) {
        const auto left = all.subspan((place + 1) * group);
        return {{std::span{&filler, 1}, {}}, left.first(std::min(left.size(), group))};
    }
    return {{body_.subspan(place - fillers_), {}}, {}};
}

io_progress frame_writer::write(byte_stream& to) {
    const auto end = sizeof header_ + fillers_ + body_.size();
    while (written_ < end) {
        const auto [bytes, descriptors] = next();
        const auto progress = to.write(bytes, descriptors);
        if (progress.what != io_progress::outcome::moved) return progress;
        written_ += progress.bytes;
    }
    return {};
}

} // namespace tandem::channel
