// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Uses a queue whose memory another process has written over. The input is a list of steps: pushes,
// pops and the like, and stores into the memory, anywhere but in the mutexes, whose bytes belong to
// the C library. What must not happen is an access outside of the memory, or a loop without end.

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "shm/record_queue.hpp"

namespace {

using namespace tandem::shm;

class discarding_sink final : public record_sink {
public:
    std::byte* room(std::size_t size) override {
        bytes_.assign(size + 1, std::byte{});
        return bytes_.data();
    }

private:
    std::vector<std::byte> bytes_;
};

bool is_in_a_mutex(std::size_t offset) {
    constexpr auto push = offsetof(queue_header, push) + offsetof(push_side, lock);
    constexpr auto pop = offsetof(queue_header, pop) + offsetof(pop_side, lock);
    constexpr auto bytes = sizeof(tandem::os::robust_mutex);
    return (offset + 8 > push && offset < push + bytes) ||
           (offset + 8 > pop && offset < pop + bytes) ||
           (offset + 8 > offsetof(queue_header, consumers) && offset < sizeof(queue_header));
}

class attacked_queue {
public:
    explicit attacked_queue(bool leases) {
        const auto plan = plan_queue(4, 4096, 6000, leases);
        memory_ = static_cast<std::byte*>(std::aligned_alloc(64, size_ = queue_total_bytes(plan)));
        std::memset(memory_, 0, size_);
        queue_ = record_queue::create({memory_, size_}, plan);
        (void)queue_.note_backed(plan.area_bytes, unlimited);
        if (leases) consumer_ = queue_.hold_consumer(unlimited);
    }
    attacked_queue(const attacked_queue&) = delete;
    attacked_queue& operator=(const attacked_queue&) = delete;
    ~attacked_queue() {
        if (consumer_) queue_.let_go_consumer(*consumer_, true);
        std::free(memory_);
    }

    void step(std::uint8_t what, std::uint16_t where, std::uint64_t value) {
        discarding_sink sink;
        switch (what % 8) {
            case 0:
                return push(value % 7000);
            case 1:
                return pop(sink, value);
            case 2:
                return look();
            case 3:
                return finish();
            default:
                return store(where, value, what % 8 == 6 ? 8 : 4);
        }
    }

private:
    void look() const {
        (void)queue_.size(unlimited);
        (void)queue_.join(unlimited);
        (void)record_queue::open({memory_, size_});
    }
    void finish() const {
        if (consumer_)
            (void)queue_.task_done_leased(*consumer_, unlimited);
        else
            (void)queue_.task_done(unlimited);
    }
    void push(std::size_t size) {
        const std::vector<std::byte> bytes(size);
        (void)queue_.push({bytes.data(), 0, {&size, 1}}, unlimited);
    }
    void pop(discarding_sink& sink, std::uint64_t most) {
        if (consumer_)
            (void)queue_.pop_leased(sink, *consumer_, unlimited);
        else
            (void)queue_.pop(sink, most % 9, unlimited);
    }
    void store(std::size_t where, std::uint64_t value, std::size_t bytes) {
        const auto offset = where % (queue_slots_offset + 256) / 4 * 4;
        if (!is_in_a_mutex(offset)) std::memcpy(memory_ + offset, &value, bytes);
    }

    std::byte* memory_ = nullptr;
    std::size_t size_ = 0;
    record_queue queue_;
    std::optional<std::uint32_t> consumer_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    attacked_queue queue{data[0] % 2 != 0};
    std::span input{data + 1, size - 1};
    constexpr std::size_t step_bytes = 11;
    for (; input.size() >= step_bytes; input = input.subspan(step_bytes)) {
        std::uint16_t where = 0;
        std::uint64_t value = 0;
        std::memcpy(&where, input.data() + 1, sizeof where);
        std::memcpy(&value, input.data() + 3, sizeof value);
        queue.step(input[0], where, value);
    }
    return 0;
}
