// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/forkserver_client.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>

#include "fault/fault.hpp"
#include "launch/identity.hpp"
#include "launch/quiet_libraries.hpp"
#include "launch/to_exit_status.hpp"
#include "os/directory.hpp"
#include "os/environment.hpp"
#include "os/poll.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"
#include "os/spawn.hpp"
#include "tandem/codec.hpp"
#include "tandem/error.hpp"

namespace tandem::launch {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds send_limit{10};
constexpr std::chrono::seconds restart_limit{1}; // of servers that are killed again and again
constexpr std::chrono::milliseconds room_tick{100};
constexpr std::chrono::seconds usual_start_limit{10};
constexpr std::chrono::minutes start_limit_with_preload{10};
constexpr std::chrono::milliseconds shortage_pause{1};
constexpr std::chrono::milliseconds end_limit{500};

// Relaxed throughout: set in main before anything else, and nothing else hangs on it.
constinit std::atomic<bool> bootstrapped{false};

/// The server has no room for the request, or the system none for descriptors under way.
bool means_later(const std::error_code& error) {
    const int number = error.value();
    return number == EAGAIN || number == ETOOMANYREFS || number == ENOBUFS || number == ENOMEM;
}

bool means_gone(const std::error_code& error) {
    return error.value() == EPIPE || error.value() == ECONNRESET || error.value() == ENOTCONN;
}

/// A signal that others send, and that no mistake of the program raises.
bool means_killed(int signal) {
    return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP;
}

/// A fork of the program may have closed the descriptor, and given its number to something else.
struct close_in_its_process {
    unsigned generation = os::fork_generation();

    void operator()(const os::unique_fd* descriptor) const noexcept {
        const std::unique_ptr<os::unique_fd> owner{const_cast<os::unique_fd*>(descriptor)};
        if (generation != os::fork_generation()) (void)owner->release();
    }
};

/// A request as it is sent; what does not fit into a message goes into a memory object.
struct packed_request {
    std::vector<std::byte> message;
    std::vector<int> descriptors;
    os::unique_fd memory;
};

void append(std::vector<std::byte>& to, std::span<const std::byte> bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

packed_request pack(request_head head, std::span<const std::byte> settings,
                    std::span<const std::byte> payload) {
    head.settings_bytes = settings.size();
    head.payload_bytes = payload.size();
    packed_request packed;
    // A program that is executed anew cannot read our message: it finds all of it in the memory.
    const bool fits = sizeof head + settings.size() + payload.size() <= most_message_bytes;
    if (fits && head.executes == 0) {
        append(packed.message, os::message_bytes(head));
        append(packed.message, settings);
        append(packed.message, payload);
        return packed;
    }
    head.descriptors.add(descriptor_use::memory);
    auto memory =
        os::create_memory_object_of("tandem-start", {os::message_bytes(head), settings, payload});
    if (!memory)
        throw launch_error{"writing the arguments of a process, " + std::to_string(payload.size()) +
                           " bytes, to a memory object: " + memory.error().message()};
    packed.memory = *std::move(memory);
    append(packed.message, os::message_bytes(head));
    return packed;
}

packed_request pack(const child_start& start, bool executes) {
    const auto settings = encode(start.settings);
    const request_head head{.role = start.role,
                            .executes = executes ? 1U : 0U,
                            .descriptors = start.descriptors.uses()};
    auto packed = pack(head, settings, start.payload);
    packed.descriptors = start.descriptors.numbers();
    if (packed.memory) // second in the order of uses, behind the status socket
        packed.descriptors.insert(packed.descriptors.begin() + 1, packed.memory.get());
    return packed;
}

} // namespace

void note_bootstrap() noexcept {
    bootstrapped.store(true, std::memory_order_relaxed); // see its declaration
}

forkserver_client::~forkserver_client() {
    control_.reset();
    if (process_ == nullptr) return;
    const std::array<int, 1> watched{process_->get()};
    (void)os::wait_readable(watched, end_limit);
    stop();
}

void require_bootstrap() {
    if (!bootstrapped.load(std::memory_order_relaxed)) // see its declaration
        throw bootstrap_error{
            "starting a process: mp::bootstrap() has not been called; make it the first line of "
            "main(), since the program is executed once more to make its workers"};
}

forkserver_client::server_process forkserver_client::send(child_start& start, bool executes) {
    add_what_has_changed(start);
    const auto packed = pack(start, executes); // without the lock: it may be gigabytes
    std::unique_lock lock{mutex_};
    const auto begun = clock::now();
    for (;;) {
        ensure_server();
        fault::hit("program.before_request");
        const auto sent = os::send_message(control_, packed.message, packed.descriptors);
        if (sent) return process_;
        const auto waited = clock::now() - begun;
        if (means_gone(sent.error()) && waited < restart_limit) {
            stop();
        } else if (means_later(sent.error()) && waited < send_limit) {
            wait_for_room(lock, sent.error());
        } else {
            throw launch_error{"asking the forkserver for a process: " + sent.error().message()};
        }
    }
}

/// Waits a moment without the lock, so that each thread keeps its own time limit.
void forkserver_client::wait_for_room(std::unique_lock<std::mutex>& lock,
                                      const std::error_code& error) {
    const int control = control_.get(); // if it is closed meanwhile, the wait ends too early
    lock.unlock();
    if (error.value() == EAGAIN)
        os::wait_writable(control, room_tick);
    else
        std::this_thread::sleep_for(shortage_pause);
    lock.lock();
}

/// The server has the environment and the working directory that the program had when it started
/// the server; a child gets those that the program has now.
void forkserver_client::add_what_has_changed(child_start& start) {
    const std::lock_guard guard{mutex_};
    retire_if_changed();
    ensure_server();
    if (!start.settings.environment && !os::environment_is(environment_))
        start.settings.environment = os::current_environment();
    if (start.descriptors.has(descriptor_use::directory)) return;
    if (os::identify_working_directory() == directory_) return;
    // Without one (it may have been removed) the child stays where its server is.
    if (auto directory = os::open_directory("."))
        start.descriptors.set(descriptor_use::directory, *std::move(directory));
}

void forkserver_client::ensure_server() {
    if (control_) return;
    require_bootstrap();
    spawn();
    send_preloads();
}

/// A program that has given up privileges must not get them back by way of its server. That stays
/// for the children that it has.
void forkserver_client::retire_if_changed() {
    if (!control_ || os::current_credentials() == credentials_) return;
    retired_.push_back(std::move(control_));
    process_.reset();
    server_ = 0;
}

void forkserver_client::disown() noexcept {
    (void)control_.release();
    server_ = 0;
    process_.reset();
}

void forkserver_client::give_up(const server_process& server) {
    const std::lock_guard guard{mutex_};
    read_stages();
    if (process_ == server && stage_ == server_stage::none) stop();
}

void forkserver_client::spawn() {
    auto ends = os::create_socket_pair();
    if (!ends) throw launch_error{"creating the forkserver's socket: " + ends.error().message()};
    environment_ = os::current_environment();
    directory_ = os::identify_working_directory();
    credentials_ = os::current_credentials();
    remove_role(environment_);
    os::spawn_request request{.environment = environment_, .descriptors = {ends->second.get()}};
    keep_libraries_quiet(request.environment);
    request.environment.push_back(std::string{role_variable} + "=" +
                                  (keeps_ ? keeper_role : forkserver_role) + ":" +
                                  library_identity() + ":" + std::to_string(os::current_process()));
    const auto server = os::spawn_self(request);
    if (!server)
        throw launch_error{
            "executing this program once more, as its forkserver: " + server.error().message() +
            " (/proc/self/exe must be there and may be executed)"};
    server_ = *server;
    auto process = os::open_process(server_);
    if (!process) {
        os::kill_and_reap(server_);
        throw launch_error{"opening the forkserver's pidfd: " + process.error().message()};
    }
    process_ = server_process{new os::unique_fd{*std::move(process)}, close_in_its_process{}};
    control_ = std::move(ends->first);
    stage_ = server_stage::none;
}

void forkserver_client::send_preloads() {
    for (const auto& preload : preloads_) {
        const auto packed =
            pack(request_head{.kind = request_kind::preload, .descriptors = {}}, {}, preload);
        std::vector<int> descriptors;
        if (packed.memory) descriptors.push_back(packed.memory.get());
        const auto sent = os::send_message(control_, packed.message, descriptors);
        if (!sent && !means_gone(sent.error())) // the request that follows meets the same end
            throw launch_error{"telling the forkserver what to preload: " + sent.error().message()};
    }
}

void forkserver_client::add_preload(std::vector<std::byte> payload) {
    const std::lock_guard guard{mutex_};
    if (control_)
        throw launch_error{
            "preloading in the forkserver: it runs already; call mp::forkserver_preload() before "
            "the first process or pool is made"};
    preloads_.push_back(std::move(payload));
}

std::chrono::nanoseconds forkserver_client::start_limit() {
    const std::lock_guard guard{mutex_};
    if (preloads_.empty()) return usual_start_limit;
    read_stages();
    return stage_ == server_stage::serving ? std::chrono::nanoseconds{usual_start_limit}
                                           : start_limit_with_preload;
}

forkserver_client::loss forkserver_client::describe_end(const server_process& server) {
    const std::array<int, 1> watched{server->get()};
    (void)os::wait_readable(watched, end_limit); // its sockets may be closed a moment earlier
    if (!os::is_readable(server->get()))
        return {"its forkserver dropped the request; are there too many open files?"};
    const std::lock_guard guard{mutex_};
    if (process_ == server) stop(); // else another thread has been here before us
    // Killed from outside, it can be started again; what it does by itself it will do again.
    if (last_stage_ == server_stage::none && !last_was_killed_)
        throw bootstrap_error{
            "starting a process: this program was executed once more to become its forkserver, but "
            "that copy " +
            last_end_ +
            " before it came to mp::bootstrap(); make mp::bootstrap() the first line of main()"};
    const auto* when = last_stage_ == server_stage::preparing
                           ? " while it ran what mp::forkserver_preload() was given"
                           : "";
    return {"its forkserver ended (" + last_end_ + ")" + when, last_was_killed_};
}

void forkserver_client::read_stages() noexcept {
    stage_message message;
    for (;;) {
        const auto received =
            os::receive_message(control_, std::as_writable_bytes(std::span{&message, 1}));
        // Told once if the server has ended with requests unread; what it has sent comes next.
        if (!received && received.error().value() == ECONNRESET) continue;
        const bool is_stage = received && received->bytes == sizeof message;
        if (!is_stage || message.magic != protocol_magic) return;
        stage_ = message.stage;
    }
}

void forkserver_client::stop() {
    read_stages();
    control_.reset();
    process_.reset();
    if (server_ > 0) {
        // Its socket is closed, so it has ended or is about to; one that hangs is killed.
        const auto end = os::kill_and_reap(server_);
        last_end_ = (end ? to_exit_status(*end) : exit_status{}).describe();
        last_was_killed_ = end && end->signalled && means_killed(end->value);
        last_stage_ = stage_;
    }
    server_ = 0;
}

} // namespace tandem::launch
