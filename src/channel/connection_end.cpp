// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/connection_end.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "os/poll.hpp"
#include "os/socket.hpp"
#include "os/stream_socket.hpp"
#include "tandem/codec_error.hpp"
#include "tandem/connection_error.hpp"
#include "tandem/resource_error.hpp"

namespace tandem::channel {

namespace {

using moving = io_progress::outcome;

/// Waits for its turn. Without a lock if the time is over.
std::unique_lock<std::timed_mutex> take_turn(std::timed_mutex& mutex,
                                             const connection_end::deadline& until) {
    if (!until) return std::unique_lock{mutex};
    return std::unique_lock{mutex, *until};
}

} // namespace

connection_end::connection_end(std::unique_ptr<byte_stream> stream, description about)
    : about_{std::move(about)},
      carries_handles_{static_cast<bool>(stream->handle())},
      stream_{std::move(stream)},
      reader_{about_.most_bytes} {}

connection_end::~connection_end() { close(); }

// ---- sending ----

bool connection_end::send(std::span<const std::byte> body,
                          std::span<const detail::descriptor> descriptors, const deadline& until) {
    if (descriptors.size() > most_descriptors_of_frame)
        throw connection_error{words(doing::sending) + ": too many handles in one message"};
    const auto turn = take_turn(send_mutex_, until);
    if (!turn) return false;
    const auto stream = use(doing::sending);
    if (is_cut_)
        throw connection_closed{words(doing::sending) +
                                ": an earlier message was cut, so that none can follow it"};
    frame_writer writer{body, descriptors};
    for (;;) {
        const auto progress = writer.write(*stream);
        if (progress.what == moving::moved) return true;
        const bool failed = progress.what == moving::ended || progress.what == moving::failed;
        if (!failed && await(*stream, progress.what, until)) continue;
        const bool has_begun = writer.has_begun() || stream->is_writing();
        if (!failed && !has_begun) return false;
        if (has_begun) {
            is_cut_ = true;
            os::end_sending(stream->socket()); // the other end is not to wait for the rest
        }
        if (failed) fail(doing::sending, progress);
        throw connection_error{words(doing::sending) +
                                   ": the time was over in the middle of a "
                                   "message; nothing more can be sent",
                               std::make_error_code(std::errc::timed_out)};
    }
}

// ---- receiving ----

std::optional<detail::incoming_message> connection_end::receive(const deadline& until) {
    const auto turn = take_turn(receive_mutex_, until);
    if (!turn) return std::nullopt;
    const auto stream = use(doing::receiving);
    for (;;) {
        switch (const auto outcome = reader_.read(*stream)) {
            case frame_reader::outcome::complete:
                return take_message();
            case frame_reader::outcome::await_read:
                if (!await(*stream, moving::await_read, until)) return std::nullopt;
                break;
            case frame_reader::outcome::await_write:
                if (!await(*stream, moving::await_write, until)) return std::nullopt;
                break;
            default:
                if (is_closed()) (void)use(doing::receiving); // by another thread, meanwhile
                fail(outcome);
        }
    }
}

detail::incoming_message connection_end::take_message() {
    const bool is_lost = reader_.has_lost_descriptors();
    auto message = reader_.take();
    if (!is_lost) return message;
    (void)detail::incoming_message{std::move(message)}; // there is room for files from here on
    throw resource_error{words(doing::receiving) +
                             ": the message is lost, since it brings more handles than this "
                             "process may have files open (raise the limit, ulimit -n)",
                         std::make_error_code(std::errc::too_many_files_open)};
}

bool connection_end::poll(const deadline& until) {
    const auto turn = take_turn(receive_mutex_, until);
    if (!turn) return false;
    const auto stream = use(doing::waiting);
    for (;;) {
        const auto progress = stream->look();
        if (progress.what != moving::await_read && progress.what != moving::await_write)
            return true; // receive() tells what it is
        if (!await(*stream, progress.what, until)) return false;
    }
}

bool connection_end::has_buffered() {
    const std::unique_lock turn{receive_mutex_, std::try_to_lock};
    return turn && use(doing::waiting)->has_buffered();
}

// ---- the end ----

void connection_end::close() noexcept {
    shared_stream ended;
    {
        const std::lock_guard guard{stream_mutex_};
        ended = std::exchange(stream_, nullptr);
        if (!ended) return;
        if (ended.use_count() == 1) {
            ended->finish();
            return;
        }
    }
    // Another thread is in a call: this wakes it, and ends the connection for other processes that
    // have this end, too.
    os::shut_down(ended->socket());
}

bool connection_end::is_closed() const noexcept {
    const std::lock_guard guard{stream_mutex_};
    return stream_ == nullptr;
}

connection_end::shared_stream connection_end::use(doing what) const {
    if ((what == doing::sending && !about_.ways.to_write) ||
        (what == doing::receiving && !about_.ways.to_read))
        throw std::logic_error{words(what) + ": this end of a one-way pipe does the opposite"};
    const std::lock_guard guard{stream_mutex_};
    if (!stream_) throw connection_closed{words(what) + ": this end is closed"};
    return stream_;
}

int connection_end::descriptor() const { return use(doing::waiting)->socket().get(); }

std::string_view connection_end::refusal_of_handles() const noexcept {
    return carries_handles_ ? std::string_view{}
                            : "handles (queues, locks, shared memory, connections) cannot travel "
                              "over TCP, only over pipes and Unix sockets";
}

detail::descriptor connection_end::handle() {
    if (!carries_handles_)
        throw codec_error{
            "encoding tandem::connection: one over TCP belongs to the process that "
            "made it; only pipes and Unix connections can be sent"};
    const std::unique_lock turn{receive_mutex_, std::try_to_lock};
    if (!turn || reader_.is_inside())
        throw codec_error{
            "encoding tandem::connection: it is in the middle of receiving a message"};
    return use(doing::waiting)->handle();
}

// ---- waiting and failing ----

bool connection_end::await(const byte_stream& stream, io_progress::outcome what,
                           const deadline& until) const {
    const auto kind = what == moving::await_read ? os::readiness::to_read : os::readiness::to_write;
    for (;;) {
        auto left = os::no_time_limit;
        if (until) {
            left = *until - clock::now();
            if (left <= left.zero()) return false;
            left = std::min<std::chrono::nanoseconds>(left, std::chrono::hours{1});
        }
        if (os::wait_until(stream.socket().get(), kind, left)) return true;
    }
}

std::string connection_end::words(doing what) const {
    switch (what) {
        case doing::sending:
            return "sending to " + about_.name;
        case doing::receiving:
            return "receiving from " + about_.name;
        case doing::waiting:
            break;
    }
    return "using the connection with " + about_.name;
}

void connection_end::fail(doing what, const io_progress& progress) const {
    if (is_closed()) throw connection_closed{words(what) + ": this end was closed meanwhile"};
    if (progress.what == moving::ended)
        throw connection_closed{words(what) + ": the other end is closed"};
    for (const auto gone : {std::errc::timed_out, std::errc::host_unreachable,
                            std::errc::network_unreachable, std::errc::network_down})
        if (progress.code == gone) throw connection_closed{words(what), progress.code};
    if (progress.code == std::errc::too_many_files_open ||
        progress.code == std::errc::no_buffer_space ||
        progress.code == std::errc::not_enough_memory)
        throw resource_error{words(what), progress.code};
    throw connection_error{words(what), progress.code};
}

void connection_end::fail(frame_reader::outcome outcome) const {
    const auto what = words(doing::receiving);
    switch (outcome) {
        case frame_reader::outcome::ended:
            throw connection_closed{what + ": the other end is closed"};
        case frame_reader::outcome::cut:
            throw connection_closed{what + ": the other end was closed in the middle of a message"};
        case frame_reader::outcome::too_long:
            throw message_too_long{what + ": a message of " +
                                       std::to_string(reader_.announced_bytes()) +
                                       " bytes came, the limit (most_bytes) is " +
                                       std::to_string(reader_.most_bytes()),
                                   reader_.announced_bytes()};
        case frame_reader::outcome::malformed:
            throw connection_error{what + ": what came is no message of Tandem's"};
        default:
            fail(doing::receiving, {moving::failed, 0, reader_.code()});
    }
}

} // namespace tandem::channel
