// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <string>
#include <system_error>

namespace bench {

/// A `T` in shared memory which processes that are no forks of this one reach by a path: it leads
/// through /proc to a descriptor of this process, so nothing stays behind.
template <class T>
class reachable {
public:
    reachable() : memory_{::memfd_create("bench", MFD_CLOEXEC)} {
        if (memory_ < 0 || ::ftruncate(memory_, sizeof(T)) != 0) fail("memfd");
        value_ = ::new (map(memory_)) T{};
    }
    reachable(const reachable&) = delete;
    reachable& operator=(const reachable&) = delete;
    ~reachable() {
        ::munmap(value_, sizeof(T));
        ::close(memory_);
    }

    /// In another process: the same `T`, mapped until that process ends.
    static T& at(const std::string& path) {
        const int memory = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
        if (memory < 0) fail(path);
        T& value = *static_cast<T*>(map(memory));
        ::close(memory);
        return value;
    }
    [[nodiscard]] std::string path() const {
        return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(memory_);
    }

    T& operator*() const { return *value_; }
    T* operator->() const { return value_; }

private:
    static void* map(int memory) {
        void* const at = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
        if (at == MAP_FAILED) fail("mmap");
        return at;
    }
    [[noreturn]] static void fail(const std::string& what) {
        throw std::system_error(errno, std::generic_category(), what);
    }

    int memory_;
    T* value_ = nullptr;
};

} // namespace bench
