// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// hwloc is not linked but loaded when it is asked for: with libudev behind it, it would add almost
// a millisecond to the start of each program, forkserver and spawned process (ADR 0017).

#include "os/topology.hpp"

#include <dlfcn.h>
#include <hwloc.h>

#include <memory>

namespace tandem::os {

namespace {

static_assert(HWLOC_API_VERSION >= 0x00020500 && HWLOC_API_VERSION < 0x00030000);
constexpr const char* library_file = "libhwloc.so.15"; // of all 2.x

/// The functions of hwloc that are used. hwloc.h has the others inline, in terms of these.
struct hwloc_library {
    decltype(&::hwloc_topology_init) init = nullptr;
    decltype(&::hwloc_topology_set_flags) set_flags = nullptr;
    decltype(&::hwloc_topology_load) discover = nullptr;
    decltype(&::hwloc_topology_destroy) destroy = nullptr;
    decltype(&::hwloc_get_type_depth) depth_of = nullptr;
    decltype(&::hwloc_get_nbobjs_by_depth) count_at = nullptr;
    decltype(&::hwloc_get_obj_by_depth) object_at = nullptr;
    decltype(&::hwloc_topology_get_depth) depth = nullptr;
    decltype(&::hwloc_get_depth_type) type_at = nullptr;
    decltype(&::hwloc_bitmap_alloc) new_set = nullptr;
    decltype(&::hwloc_bitmap_free) free_set = nullptr;
    decltype(&::hwloc_get_cpubind) binding = nullptr;
    decltype(&::hwloc_bitmap_intersects) intersect = nullptr;
    std::string missing; // why it cannot be used; empty: it can
};

template <class F>
void find(void* library, const char* name, F& function, std::string& missing) {
    function = reinterpret_cast<F>(::dlsym(library, name));
    if (function == nullptr) missing = std::string{library_file} + " has no " + name;
}

hwloc_library load_hwloc() {
    hwloc_library found;
    void* library = ::dlopen(library_file, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* why = ::dlerror(); // NOLINT(concurrency-mt-unsafe): of this thread
        found.missing = why != nullptr ? why : library_file;
        return found;
    }
    auto& missing = found.missing;
    find(library, "hwloc_topology_init", found.init, missing);
    find(library, "hwloc_topology_set_flags", found.set_flags, missing);
    find(library, "hwloc_topology_load", found.discover, missing);
    find(library, "hwloc_topology_destroy", found.destroy, missing);
    find(library, "hwloc_get_type_depth", found.depth_of, missing);
    find(library, "hwloc_get_nbobjs_by_depth", found.count_at, missing);
    find(library, "hwloc_get_obj_by_depth", found.object_at, missing);
    find(library, "hwloc_topology_get_depth", found.depth, missing);
    find(library, "hwloc_get_depth_type", found.type_at, missing);
    find(library, "hwloc_bitmap_alloc", found.new_set, missing);
    find(library, "hwloc_bitmap_free", found.free_set, missing);
    find(library, "hwloc_get_cpubind", found.binding, missing);
    find(library, "hwloc_bitmap_intersects", found.intersect, missing);
    return found;
}

class loaded_topology {
public:
    explicit loaded_topology(const hwloc_library& hwloc) : hwloc_{hwloc} {
        if (hwloc.init(&topology_) != 0) return;
        // Processors that this process may not use count too; no thread is moved about to look.
        (void)hwloc.set_flags(topology_, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED |
                                             HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING);
        is_loaded_ = hwloc.discover(topology_) == 0;
    }
    loaded_topology(const loaded_topology&) = delete;
    loaded_topology& operator=(const loaded_topology&) = delete;
    ~loaded_topology() {
        if (topology_ != nullptr) hwloc_.destroy(topology_);
    }

    [[nodiscard]] bool is_loaded() const noexcept { return is_loaded_; }

    [[nodiscard]] topology summary() const {
        return {.cores = count(HWLOC_OBJ_CORE),
                .cores_allowed = count_allowed_cores(),
                .packages = count(HWLOC_OBJ_PACKAGE),
                .numa_nodes = count(HWLOC_OBJ_NUMANODE),
                .caches = caches()};
    }

private:
    [[nodiscard]] int count(hwloc_obj_type_t type) const {
        return static_cast<int>(hwloc_.count_at(topology_, hwloc_.depth_of(topology_, type)));
    }

    [[nodiscard]] int count_allowed_cores() const {
        const auto depth = hwloc_.depth_of(topology_, HWLOC_OBJ_CORE);
        const auto cores = hwloc_.count_at(topology_, depth);
        const std::unique_ptr<hwloc_bitmap_s, decltype(hwloc_.free_set)> mine{hwloc_.new_set(),
                                                                              hwloc_.free_set};
        if (mine == nullptr || hwloc_.binding(topology_, mine.get(), HWLOC_CPUBIND_THREAD) != 0)
            return static_cast<int>(cores);
        int allowed = 0;
        for (unsigned i = 0; i < cores; ++i)
            if (hwloc_.intersect(hwloc_.object_at(topology_, depth, i)->cpuset, mine.get()) != 0)
                ++allowed;
        return allowed;
    }

    [[nodiscard]] std::vector<topology::cache> caches() const {
        std::vector<topology::cache> found;
        for (int depth = hwloc_.depth(topology_) - 1; depth > 0; --depth) {
            const auto type = hwloc_.type_at(topology_, depth);
            const auto number = static_cast<int>(hwloc_.count_at(topology_, depth));
            if (type < HWLOC_OBJ_L1CACHE || type > HWLOC_OBJ_L5CACHE || number == 0) continue;
            const auto& attributes = hwloc_.object_at(topology_, depth, 0)->attr->cache;
            found.push_back({static_cast<int>(attributes.depth), attributes.size, number});
        }
        return found;
    }

    const hwloc_library& hwloc_;
    hwloc_topology_t topology_ = nullptr;
    bool is_loaded_ = false;
};

} // namespace

std::expected<topology, std::string> read_topology() {
    static const hwloc_library hwloc = load_hwloc();
    if (!hwloc.missing.empty()) return std::unexpected{hwloc.missing};
    const loaded_topology read{hwloc};
    if (!read.is_loaded()) return std::unexpected{std::string{"hwloc cannot read the machine"}};
    return read.summary();
}

} // namespace tandem::os
