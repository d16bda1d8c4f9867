// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fcntl.h>
#include <mqueue.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>

namespace bench {

/// A POSIX message queue without a name, for this process and its forks. Ends the program as
/// skipped where the system's limits do not allow one.
template <class Record>
class posix_queue {
public:
    explicit posix_queue(const std::string& name, long records = 10) {
        const std::string path = "/tandem_bench_" + std::to_string(::getpid()) + "_" + name;
        const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
        (void)::setrlimit(RLIMIT_MSGQUEUE, &unlimited); // if we may
        mq_attr attributes{};
        attributes.mq_maxmsg = records;
        attributes.mq_msgsize = sizeof(Record);
        queue_ = ::mq_open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
        if (queue_ == -1) {
            std::perror("POSIX message queues so large are not allowed here: mq_open");
            std::_Exit(77);
        }
        ::mq_unlink(path.c_str());
    }
    posix_queue(const posix_queue&) = delete;
    posix_queue& operator=(const posix_queue&) = delete;
    ~posix_queue() { ::mq_close(queue_); }

    void push(const Record& record) {
        if (::mq_send(queue_, reinterpret_cast<const char*>(&record), sizeof record, 0) != 0)
            throw std::system_error(errno, std::generic_category(), "mq_send");
    }
    void pop(Record& record) {
        if (::mq_receive(queue_, reinterpret_cast<char*>(&record), sizeof record, nullptr) < 0)
            throw std::system_error(errno, std::generic_category(), "mq_receive");
    }

private:
    mqd_t queue_;
};

} // namespace bench
