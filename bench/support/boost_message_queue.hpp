// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>
#include <string>

namespace bench {

/// A Boost.Interprocess message queue whose name is gone as soon as it exists: children forked
/// later inherit the mapping, and nothing stays behind in /dev/shm.
template <class Record>
class anonymous_queue {
public:
    explicit anonymous_queue(const std::string& name, std::size_t capacity_records = 1'000)
        : anonymous_queue{full_name(name), capacity_records, {}} {}

    void push(const Record& record) { queue_.send(&record, sizeof record, 0); }
    bool try_push(const Record& record) { return queue_.try_send(&record, sizeof record, 0); }
    Record pop() {
        Record record{};
        pop_into(record);
        return record;
    }
    void pop_into(Record& record) { queue_.receive(&record, sizeof record, received_, priority_); }
    bool try_pop(Record& record) {
        return queue_.try_receive(&record, sizeof record, received_, priority_);
    }

private:
    using implementation = boost::interprocess::message_queue;
    struct named {};

    anonymous_queue(const std::string& name, std::size_t capacity_records, named)
        : queue_{boost::interprocess::create_only, name.c_str(), capacity_records, sizeof(Record)} {
        implementation::remove(name.c_str());
    }
    static std::string full_name(const std::string& name) {
        return "tandem_bench_" + std::to_string(::getpid()) + "_" + name;
    }

    implementation queue_;
    implementation::size_type received_ = 0;
    unsigned priority_ = 0;
};

} // namespace bench
