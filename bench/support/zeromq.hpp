// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <zmq.h>

#include <cstddef>
#include <span>
#include <string>
#include <system_error>

namespace bench {

class zeromq_context {
public:
    zeromq_context() = default;
    zeromq_context(const zeromq_context&) = delete;
    zeromq_context& operator=(const zeromq_context&) = delete;
    ~zeromq_context() { zmq_ctx_term(context_); }

    [[nodiscard]] void* get() const { return context_; }

private:
    void* context_ = zmq_ctx_new();
};

/// Sends and receives trivially copyable records.
class zeromq_socket {
public:
    zeromq_socket(const zeromq_context& context, int type)
        : socket_{zmq_socket(context.get(), type)} {
        const int at_once = 0;
        const int one = 1;
        check(zmq_setsockopt(socket_, ZMQ_LINGER, &at_once, sizeof at_once), "linger");
        check(zmq_setsockopt(socket_, ZMQ_RECONNECT_IVL, &one, sizeof one), "reconnect"); // ms
    }
    zeromq_socket(const zeromq_socket&) = delete;
    zeromq_socket& operator=(const zeromq_socket&) = delete;
    ~zeromq_socket() { zmq_close(socket_); }

    /// Room for messages, here and at the peer; otherwise 1,000. Before bind() and connect().
    void limit_messages(int count) {
        check(zmq_setsockopt(socket_, ZMQ_SNDHWM, &count, sizeof count), "send limit");
        check(zmq_setsockopt(socket_, ZMQ_RCVHWM, &count, sizeof count), "receive limit");
    }
    void bind(const std::string& address) { check(zmq_bind(socket_, address.c_str()), "bind"); }
    void connect(const std::string& address) {
        check(zmq_connect(socket_, address.c_str()), "connect");
    }

    template <class Record>
    void send(const Record& record) {
        check(zmq_send(socket_, &record, sizeof record, 0), "send");
    }
    template <class Record>
    void receive(Record& record) {
        check(zmq_recv(socket_, &record, sizeof record, 0), "receive");
    }
    template <class Record>
    bool try_send(const Record& record) {
        return done(zmq_send(socket_, &record, sizeof record, ZMQ_DONTWAIT), "send");
    }
    template <class Record>
    bool try_receive(Record& record) {
        return done(zmq_recv(socket_, &record, sizeof record, ZMQ_DONTWAIT), "receive");
    }

    /// Sends bytes from where they are: they must not change until the peer has answered.
    void send_in_place(std::span<const std::byte> bytes) {
        zmq_msg_t message;
        void* const data = const_cast<std::byte*>(bytes.data()); // only read
        check(zmq_msg_init_data(&message, data, bytes.size(), nullptr, nullptr), "message");
        check(zmq_msg_send(&message, socket_, 0), "send");
    }
    /// Receives a message and has `use` look at its bytes where they are.
    template <class Use>
    void receive_in_place(Use use) {
        zmq_msg_t message;
        zmq_msg_init(&message);
        check(zmq_msg_recv(&message, socket_, 0), "receive");
        use(std::span{static_cast<const std::byte*>(zmq_msg_data(&message)),
                      zmq_msg_size(&message)});
        zmq_msg_close(&message);
    }

private:
    static void check(int outcome, const char* operation) {
        if (outcome < 0) throw std::system_error(zmq_errno(), std::generic_category(), operation);
    }
    static bool done(int outcome, const char* operation) {
        if (outcome < 0 && zmq_errno() == EAGAIN) return false;
        check(outcome, operation);
        return true;
    }

    void* socket_;
};

} // namespace bench
