// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Sizes and offsets of docs/protocol/synchronisation.md.

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "shm/barrier_page.hpp"
#include "shm/event_word.hpp"
#include "shm/latch_word.hpp"
#include "shm/notice_word.hpp"
#include "shm/robust_lock.hpp"
#include "shm/semaphore_word.hpp"
#include "shm/shared_lock.hpp"
#include "support/carrier.hpp"
#include "tandem/barrier.hpp"
#include "tandem/bounded_semaphore.hpp"
#include "tandem/condition_variable.hpp"
#include "tandem/event.hpp"
#include "tandem/latch.hpp"
#include "tandem/mutex.hpp"
#include "tandem/recursive_mutex.hpp"
#include "tandem/semaphore.hpp"
#include "tandem/shared_mutex.hpp"

namespace tandem {
namespace {

std::uint32_t word_at(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.subspan(offset, sizeof word).data(), sizeof word);
    return word;
}

/// The memory behind a handle.
template <class Handle>
detail::shared_region memory_of(const Handle& handle) {
    test::carrier by;
    encoder out;
    out.carry_descriptors(&by);
    out.write(handle);
    decoder in{out.bytes()};
    in.find_descriptors(&by);
    return in.read<detail::shared_region>();
}

/// A T in memory of its own, to look at its bytes.
template <class T>
class laid_out {
public:
    template <class... Arguments>
    explicit laid_out(Arguments... arguments) : object_{::new(bytes_.data()) T(arguments...)} {}
    T* operator->() const { return object_; }
    [[nodiscard]] std::uint32_t at(std::size_t offset) const { return word_at(bytes_, offset); }

private:
    alignas(T) std::array<std::byte, sizeof(T)> bytes_{};
    T* object_;
};

TEST(SyncLayout, HeaderNamesVersionAndKind) {
    const std::array memories{
        memory_of(mutex{}),     memory_of(recursive_mutex{}),   memory_of(shared_mutex{}),
        memory_of(semaphore{}), memory_of(bounded_semaphore{}), memory_of(condition_variable{}),
        memory_of(event{}),     memory_of(barrier{2}),          memory_of(latch{1})};
    std::uint32_t kind = 0;
    for (const auto& memory : memories) {
        EXPECT_EQ(memory.bytes().size(), 4096U);
        EXPECT_EQ(word_at(memory.bytes(), 0), 0x796e'6321U);
        EXPECT_EQ(word_at(memory.bytes(), 4), 0x746e'6d73U);
        EXPECT_EQ(word_at(memory.bytes(), 8), 1U);
        EXPECT_EQ(word_at(memory.bytes(), 12), ++kind);
    }
}

TEST(SyncLayout, StateBeginsAt64) {
    EXPECT_EQ(word_at(memory_of(semaphore{7}).bytes(), 64), 7U);
    EXPECT_EQ(word_at(memory_of(latch{9}).bytes(), 64), 9U);
    EXPECT_EQ(memory_of(barrier{100}).bytes().size(), 64U + 64U + 100U * 64U);
}

TEST(SyncLayout, Mutex) {
    EXPECT_EQ(sizeof(shm::robust_lock), 40U);
    EXPECT_EQ(sizeof(shm::recursive_lock), 48U);
    const laid_out<shm::recursive_lock> lock;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(lock->lock(), shm::lock_result::locked);
    EXPECT_NE(lock.at(0), 0U);
    EXPECT_EQ(lock.at(40), 2U);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(lock->unlock());
}

TEST(SyncLayout, SharedMutex) {
    EXPECT_EQ(sizeof(shm::shared_lock), 128U + 60U * 64U);
    const laid_out<shm::shared_lock> lock;
    EXPECT_EQ(lock->lock(), shm::lock_result::locked);
    EXPECT_NE(lock.at(0), 0U);
    EXPECT_EQ(lock.at(64), 2U);
    EXPECT_TRUE(lock->unlock());
    EXPECT_EQ(lock.at(64), 0U);

    EXPECT_EQ(lock->lock_shared(), shm::lock_result::locked);
    const auto used = std::uint64_t{lock.at(76)} << 32 | lock.at(72);
    ASSERT_EQ(std::popcount(used), 1);
    const auto place = static_cast<std::size_t>(std::countr_zero(used));
    EXPECT_NE(lock.at(128 + place * 64), 0U);
    EXPECT_TRUE(lock->unlock_shared());
    EXPECT_EQ(lock.at(128 + place * 64), 0U);
}

TEST(SyncLayout, Words) {
    const laid_out<shm::semaphore_word> semaphore{3U, 5U};
    EXPECT_EQ(sizeof(shm::semaphore_word), 8U);
    EXPECT_EQ(semaphore.at(0), 3U);
    EXPECT_EQ(semaphore.at(4), 5U);

    const laid_out<shm::event_word> event;
    event->set();
    EXPECT_EQ(event.at(0), 4U | 1U);
    event->clear();
    event->set();
    EXPECT_EQ(event.at(0), 8U | 1U);

    const laid_out<shm::notice_word> notices;
    notices->notify(1);
    EXPECT_EQ(notices.at(0), 2U);

    const laid_out<shm::latch_word> latch{4U};
    EXPECT_TRUE(latch->count_down(1));
    EXPECT_EQ(latch.at(0), 3U);
}

TEST(SyncLayout, Barrier) {
    EXPECT_EQ(sizeof(shm::barrier_page), 56U);
    EXPECT_EQ(sizeof(shm::barrier_place), 64U);
    EXPECT_EQ(offsetof(shm::barrier_place, phase), 40U);
    EXPECT_EQ(offsetof(shm::barrier_place, state), 44U);
    const laid_out<shm::barrier_page> page{2U};
    EXPECT_EQ(page.at(48), 2U);
    page->reset({});
    EXPECT_EQ(page.at(40), 2U);
    page->break_phase();
    EXPECT_EQ(page.at(40), 3U);
}

} // namespace
} // namespace tandem
