// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/worker_output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <new>
#include <span>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "os/event.hpp"
#include "os/file.hpp"
#include "os/pipe.hpp"
#include "os/poll_set.hpp"
#include "os/signal_mask.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

constexpr std::chrono::milliseconds for_ever{-1};
constexpr std::chrono::seconds last_words_limit{1};
constexpr std::size_t bytes_at_a_time = std::size_t{64} << 10; // what a pipe holds

/// The program's descriptors for what workers write to theirs.
constexpr std::array<int, 2> program_streams{1, 2};
constexpr std::array<launch::descriptor_use, 2> worker_uses{launch::descriptor_use::output,
                                                            launch::descriptor_use::errors};
constexpr std::size_t errors = 1; // index of both

using shown_text = std::array<std::string, 2>;

template <class T>
T usable(os::result<T>&& made, const char* doing) {
    if (!made) throw launch_error{std::string{doing} + ": " + made.error().message()};
    return *std::move(made);
}

} // namespace

struct output_forwarder::worker_streams {
    std::string name;
    output_mark mark{};
    std::array<os::unique_fd, 2> pipes; // empty: not ours to read
    std::array<output_text, 2> texts;
    std::uint64_t number = 0; // of its standard output in the set, its standard error is one more
};

struct output_forwarder::shared_state {
    explicit shared_state(bool is_silent) : silent{is_silent} {}

    // Reading; under the lock.
    void read(std::uint64_t name, std::span<char> buffer, shown_text& shown);
    bool read_once(worker_streams& worker, std::size_t stream, std::span<char> buffer,
                   shown_text& shown);
    void read_rest(worker_streams& worker, std::size_t stream, shown_text& shown);
    void watch(const os::unique_fd& descriptor, std::uint64_t name) const;
    void forget(worker_streams& worker) noexcept;

    void run();
    void run_once(std::span<char> buffer, std::chrono::milliseconds limit);
    void write(shown_text& shown) const noexcept;

    const bool silent; // nothing is shown
    os::poll_set watched = usable(os::poll_set::create(), "watching the output of workers");
    os::event wake = usable(os::event::create(), "watching the output of workers");

    std::mutex mutex; // guards: all below
    std::condition_variable changed;
    std::unordered_map<std::uint64_t, std::shared_ptr<worker_streams>> workers; // by number
    std::uint64_t next_number = 2;                                              // 0: `wake`
    shown_text last_words; // of workers that have ended, still to be written
    bool finishing = false;
    bool finished = false;
};

// --- The thread --------------------------------------------------------------------------------

void output_forwarder::shared_state::read(std::uint64_t name, std::span<char> buffer,
                                          shown_text& shown) {
    const auto stream = static_cast<std::size_t>(name % 2);
    const auto found = workers.find(name - stream);
    if (found == workers.end()) return; // it has just been buried
    auto& worker = *found->second;
    if (!read_once(worker, stream, buffer, shown)) watched.remove(worker.pipes[stream]);
}

/// False at the end of the stream.
bool output_forwarder::shared_state::read_once(worker_streams& worker, std::size_t stream,
                                               std::span<char> buffer, shown_text& shown) {
    const auto bytes = os::read_some(worker.pipes[stream], buffer);
    if (!bytes) return bytes.error() == os::error_from(EAGAIN);
    worker.texts[stream].add({buffer.data(), *bytes}, shown[stream]);
    return *bytes > 0;
}

void output_forwarder::shared_state::run() {
    std::string buffer(bytes_at_a_time, '\0');
    for (;;) {
        try {
            run_once(buffer, for_ever);
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(std::chrono::milliseconds{10}); // and see again
        }
        const std::lock_guard guard{mutex};
        if (!finishing || !last_words[0].empty() || !last_words[1].empty()) continue;
        finished = true;
        changed.notify_all();
        return;
    }
}

void output_forwarder::shared_state::run_once(std::span<char> buffer,
                                              std::chrono::milliseconds limit) {
    const auto ready = watched.wait(limit);
    shown_text shown;
    {
        const std::lock_guard guard{mutex};
        wake.clear();
        shown.swap(last_words);
        for (const auto name : ready) read(name, buffer, shown);
    }
    write(shown);
}

void output_forwarder::shared_state::write(shown_text& shown) const noexcept {
    for (std::size_t i = 0; i < shown.size(); ++i)
        if (!silent) os::write_all(program_streams[i], shown[i]);
}

// --- The supervisor's side ---------------------------------------------------------------------

/// What is there now, and no more: a process that the worker left behind may go on writing.
void output_forwarder::shared_state::read_rest(worker_streams& worker, std::size_t stream,
                                               shown_text& shown) {
    std::string buffer(os::waiting_bytes(worker.pipes[stream]), '\0');
    std::size_t read = 0;
    while (read < buffer.size()) {
        const auto bytes = os::read_some(worker.pipes[stream], std::span{buffer}.subspan(read));
        if (!bytes || *bytes == 0) break;
        read += *bytes;
    }
    worker.texts[stream].add(std::string_view{buffer}.substr(0, read), shown[stream]);
    worker.texts[stream].finish(shown[stream]);
}

void output_forwarder::shared_state::watch(const os::unique_fd& descriptor,
                                           std::uint64_t name) const {
    if (const auto added = watched.add(descriptor, name); !added)
        throw launch_error{"watching the output of a worker: " + added.error().message()};
}

void output_forwarder::shared_state::forget(worker_streams& worker) noexcept {
    workers.erase(worker.number);
    for (auto& pipe : worker.pipes) pipe.reset(); // which takes it out of the set
}

output_forwarder::output_forwarder(worker_output mode) : mode_{mode} {
    if (mode == worker_output::inherit) return;
    state_ = std::make_shared<shared_state>(mode == worker_output::discard);
    if (mode == worker_output::discard)
        nowhere_ = usable(os::open_file("/dev/null", os::file_use::append),
                          "opening /dev/null for the output of workers");
    state_->watch(state_->wake.fd(), 0);
}

output_forwarder::~output_forwarder() {
    if (!thread_.joinable()) return;
    std::unique_lock lock{state_->mutex};
    state_->finishing = true;
    state_->wake.raise();
    const bool in_time =
        state_->changed.wait_for(lock, last_words_limit, [&] { return state_->finished; });
    lock.unlock();
    if (in_time)
        thread_.join();
    else
        thread_.detach(); // it waits for somebody to read this program's output
}

output_mark output_forwarder::connection::mark() const noexcept {
    return streams_ == nullptr ? output_mark{} : streams_->mark;
}

output_forwarder::connection output_forwarder::connect(launch::child_start& start) {
    connection worker;
    if (state_ == nullptr) return worker;
    worker.streams_ = std::make_shared<worker_streams>();
    auto& streams = *worker.streams_;
    streams.name = start.settings.name;
    if (mode_ == worker_output::grouped) streams.mark = make_output_mark();
    for (std::size_t i = 0; i < worker_uses.size(); ++i) {
        streams.texts[i] = output_text{{}, streams.mark};
        if (i != errors && mode_ == worker_output::discard) {
            start.descriptors.lend(worker_uses[i], nowhere_.get());
            continue;
        }
        auto pipe = usable(os::create_pipe(), "creating a pipe for the output of a worker");
        start.descriptors.set(worker_uses[i], std::move(pipe.writer));
        streams.pipes[i] = std::move(pipe.reader);
    }
    return worker;
}

void output_forwarder::begin(const connection& worker, int id) {
    const auto& streams = worker.streams_;
    if (streams == nullptr) return;
    const std::lock_guard guard{state_->mutex};
    if (mode_ == worker_output::tagged)
        for (auto& text : streams->texts)
            text = output_text{"[" + streams->name + " " + std::to_string(id) + "] ", {}};
    streams->number = std::exchange(state_->next_number, state_->next_number + 2);
    state_->workers.emplace(streams->number, streams);
    for (std::size_t i = 0; i < streams->pipes.size(); ++i)
        if (streams->pipes[i]) state_->watch(streams->pipes[i], streams->number + i);
}

std::string output_forwarder::end_worker(const connection& worker) {
    if (worker.streams_ == nullptr) return {};
    auto& streams = *worker.streams_;
    bool has_words = false;
    {
        const std::lock_guard guard{state_->mutex};
        for (std::size_t i = 0; i < streams.pipes.size(); ++i)
            if (streams.pipes[i]) state_->read_rest(streams, i, state_->last_words);
        state_->forget(streams);
        has_words = !state_->last_words[0].empty() || !state_->last_words[errors].empty();
        if (has_words) state_->wake.raise();
    }
    if (has_words) start_thread();
    return streams.texts[errors].tail();
}

int output_forwarder::first_output() const noexcept {
    return state_ == nullptr || thread_.joinable() ? -1 : state_->watched.fd().get();
}

void output_forwarder::start_thread() {
    if (state_ == nullptr || thread_.joinable()) return;
    const os::block_signals blocked; // in the new thread, or for what is written here
    try {
        thread_ = std::thread{[state = state_] { state->run(); }};
    } catch (const std::system_error&) {
        // No thread is to be had now: it is tried again with the next output.
        std::string buffer(bytes_at_a_time, '\0');
        state_->run_once(buffer, std::chrono::milliseconds{0});
    }
}

} // namespace tandem::runtime
