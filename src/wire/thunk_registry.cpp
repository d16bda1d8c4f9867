// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The thunks of this process, and the names under which other processes know them.
//
// Entries are a list linked through static objects, so that registering works before main and in
// any order of initialisation, and takes no memory.
//   [registered]  link() stores the head -> newest_entry() loads it:  the entry is complete.

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "os/modules.hpp"
#include "tandem/codec_error.hpp"
#include "tandem/detail/thunk.hpp"
#include "tandem/error.hpp"

namespace tandem::detail {

namespace {

constinit std::atomic<const thunk_entry*> newest{nullptr};

const thunk_entry* newest_entry() noexcept {
    return newest.load(std::memory_order_acquire); // [registered]
}

/// What is loaded into this process; looks again when something is asked for that it does not know.
class module_table {
public:
    const os::loaded_module* holding(std::uintptr_t address) {
        return find([&](const os::loaded_module& m) { return m.contains_code(address); });
    }
    const os::loaded_module* with_id(const os::build_id& id) {
        return find([&](const os::loaded_module& m) { return m.id == id; });
    }

private:
    template <class Matches>
    const os::loaded_module* find(Matches matches) {
        auto found = std::ranges::find_if(modules_, matches);
        if (found == modules_.end()) {
            modules_ = os::loaded_modules();
            found = std::ranges::find_if(modules_, matches);
        }
        return found == modules_.end() ? nullptr : &*found;
    }

    std::vector<os::loaded_module> modules_;
};

class registry {
public:
    static registry& instance() {
        // Never destroyed: a pool that is a static object may be destroyed after it.
        static registry& only = *new registry;
        return only;
    }

    code_id identify(std::uintptr_t address) {
        const std::lock_guard guard{mutex_};
        const auto* module = modules_.holding(address);
        if (module == nullptr) throw launch_error{"naming a callable: it is in no loaded module"};
        if (!module->id.present())
            throw launch_error{"naming a callable: " + name_of(*module) +
                               " has no build id; link it with -Wl,--build-id"};
        return {module->id.bytes, address - module->base};
    }

    const thunk_entry* find(const code_id& id) {
        const std::lock_guard guard{mutex_};
        const auto* module = modules_.with_id({id.build_id});
        if (module == nullptr) return nullptr;
        index_new_entries();
        const auto found = by_address_.find(module->base + id.offset);
        return found == by_address_.end() ? nullptr : found->second;
    }

    std::uintptr_t locate(const code_id& id) {
        const std::lock_guard guard{mutex_};
        const os::build_id module_id{id.build_id};
        const auto* module = modules_.with_id(module_id);
        if (module == nullptr)
            throw codec_error{"decoding a function: no module with build id " + module_id.text() +
                              " is loaded in this process; open it in the worker first"};
        const auto address = module->base + id.offset;
        if (!module->contains_code(address))
            throw codec_error{"decoding a function: its offset lies outside of the code of " +
                              name_of(*module)};
        return address;
    }

private:
    static std::string name_of(const os::loaded_module& module) {
        return module.path.empty() ? "the program" : module.path;
    }

    void index_new_entries() {
        const auto* head = newest_entry();
        for (const auto* entry = head; entry != indexed_; entry = entry->next())
            by_address_.emplace(entry->address(), entry);
        indexed_ = head;
    }

    std::mutex mutex_; // guards: all below
    module_table modules_;
    std::unordered_map<std::uintptr_t, const thunk_entry*> by_address_;
    const thunk_entry* indexed_ = nullptr;
};

/// Puts `entry` at the head of the list; returns what is behind it.
void link(const thunk_entry& entry, const thunk_entry*& next) noexcept {
    next = newest.load(std::memory_order_relaxed); // the exchange checks it
    while (!newest.compare_exchange_weak(next, &entry,
                                         std::memory_order_release,     // [registered]
                                         std::memory_order_relaxed)) {} // checked by the next try
}

} // namespace

thunk_entry::thunk_entry(call_thunk thunk) noexcept
    : kind_{thunk_kind::call}, address_{reinterpret_cast<std::uintptr_t>(thunk)}, next_{nullptr} {
    link(*this, next_);
}

thunk_entry::thunk_entry(job_thunk thunk) noexcept
    : kind_{thunk_kind::job}, address_{reinterpret_cast<std::uintptr_t>(thunk)}, next_{nullptr} {
    link(*this, next_);
}

call_thunk thunk_entry::as_call() const noexcept {
    return reinterpret_cast<call_thunk>(address_); // NOLINT(performance-no-int-to-ptr)
}

job_thunk thunk_entry::as_job() const noexcept {
    return reinterpret_cast<job_thunk>(address_); // NOLINT(performance-no-int-to-ptr)
}

code_id identify_code(std::uintptr_t address) { return registry::instance().identify(address); }

const thunk_entry* find_thunk(const code_id& id) { return registry::instance().find(id); }

std::uintptr_t locate_function(const code_id& id) { return registry::instance().locate(id); }

} // namespace tandem::detail
