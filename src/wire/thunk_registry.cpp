// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The thunks of this process, and the names under which other processes know them.
//
// A library may be loaded and unloaded at any time. Its thunks come and go with it (constructor and
// destructor of its entries, which the loader runs), and the table of modules is read anew whenever
// the loader's count of changes has moved. The program itself stays where it is: code of its own is
// named and found without asking.
//
// Locking  the loader runs those constructors and destructors under its own lock, so nothing here
//          calls the loader under ours, except for dl_iterate_phdr(3), which takes another lock.

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "os/modules.hpp"
#include "tandem/codec_error.hpp"
#include "tandem/detail/thunk.hpp"
#include "tandem/error.hpp"

namespace tandem::detail {

namespace {

/// The name of code as it travels.
struct code_name {
    std::array<std::byte, 20> build_id{};
    std::uint64_t offset = 0; // from the load address of the module
    std::string path;         // of the module; empty for the program itself
};

/// Never changes, and is never unloaded.
const os::loaded_module& program() {
    static const os::loaded_module& only = *new os::loaded_module{os::loaded_modules().at(0)};
    return only;
}

std::string shown_path(const std::string& path) { return path.empty() ? "the program" : path; }

class registry {
public:
    static registry& instance() {
        // Never destroyed: a pool that is a static object may be destroyed after it.
        static registry& only = *new registry;
        return only;
    }

    void add(const thunk_entry& entry) {
        const std::lock_guard guard{mutex_};
        entries_.emplace(entry.address(), &entry);
    }
    void remove(const thunk_entry& entry) noexcept {
        const std::lock_guard guard{mutex_};
        const auto found = entries_.find(entry.address());
        if (found != entries_.end() && found->second == &entry) entries_.erase(found);
    }
    const thunk_entry* find(std::uintptr_t address) {
        const std::lock_guard guard{mutex_};
        const auto found = entries_.find(address);
        return found == entries_.end() ? nullptr : found->second;
    }

    /// The module whose code has this address.
    std::optional<os::loaded_module> holding(std::uintptr_t address) {
        return find_module([&](const auto& module) { return module.contains_code(address); });
    }
    std::optional<os::loaded_module> with_id(const os::build_id& id) {
        if (!id.present()) return std::nullopt;
        return find_module([&](const auto& module) { return module.id == id; });
    }

    const std::vector<std::byte>& keep(std::vector<std::byte> name) {
        const std::lock_guard guard{mutex_};
        return *names_.insert(std::move(name)).first;
    }

private:
    template <class Matches>
    std::optional<os::loaded_module> find_module(Matches matches) {
        const std::lock_guard guard{mutex_};
        const auto generation = os::module_generation();
        if (generation != generation_) {
            modules_ = os::loaded_modules();
            generation_ = generation;
        }
        const auto found = std::ranges::find_if(modules_, matches);
        return found == modules_.end() ? std::nullopt : std::optional{*found};
    }

    std::mutex mutex_;                                               // guards: all below
    std::unordered_map<std::uintptr_t, const thunk_entry*> entries_; // by address
    std::set<std::vector<std::byte>> names_; // those of unloaded libraries too: they may come back
    std::vector<os::loaded_module> modules_;
    std::uint64_t generation_ = 0;
};

// ---- naming
// --------------------------------------------------------------------------------------

code_name name_in(const os::loaded_module& module, std::uintptr_t address) {
    if (!module.id.present())
        throw launch_error{"naming a callable: " + shown_path(module.path) +
                           " has no build id; link it with -Wl,--build-id"};
    return {module.id.bytes, address - module.base, module.path};
}

code_name name_of(std::uintptr_t address) {
    if (program().contains_code(address)) return name_in(program(), address);
    const auto module = registry::instance().holding(address);
    if (!module) throw launch_error{"naming a callable: it is in no loaded module"};
    return name_in(*module, address);
}

// ---- finding
// -------------------------------------------------------------------------------------

/// Explains why there is no code of a name, and ends with a table of modules.
class code_missing {
public:
    explicit code_missing(const code_name& asked) : asked_{asked} {}

    /// What the file of that path holds now, if it was looked at.
    void set_found_in_file(const os::build_id& id) { found_in_file_ = id; }

    [[noreturn]] void fail(const std::string& reason) const {
        std::string message = "finding the code of a callable: " + shown_path(asked_.path) + reason;
        append(message, "asked for", os::build_id{asked_.build_id}, asked_.path);
        if (found_in_file_) append(message, "in the file", *found_in_file_, asked_.path);
        for (const auto& module : os::loaded_modules())
            append(message, "loaded", module.id, module.path);
        throw codec_error{message};
    }

private:
    static void append(std::string& table, std::string_view what, const os::build_id& id,
                       const std::string& path) {
        static constexpr std::size_t width = 13;
        const auto shown_id = id.present() ? id.text() : std::string(2 * id.bytes.size(), '-');
        table.append("\n  ").append(what).append(width - what.size(), ' ');
        table.append(shown_id).append("  ").append(shown_path(path));
    }

    const code_name& asked_;
    std::optional<os::build_id> found_in_file_;
};

/// Loads the library of that name, after a look into its file: what differs must not run.
os::loaded_module load(const code_name& asked) {
    code_missing missing{asked};
    if (asked.path.empty())
        missing.fail(
            " is another build here than there: its file was replaced while it ran; start "
            "it again");
    const os::build_id wanted{asked.build_id};
    const auto in_file = os::read_build_id(asked.path);
    if (!in_file)
        missing.fail(" is not loaded here and its file cannot be read (" +
                     in_file.error().message() +
                     "): keep the file of a library for as long as the program runs");
    missing.set_found_in_file(*in_file);
    if (*in_file != wanted)
        missing.fail(
            " is not the file any more that was loaded there: it was replaced; start the "
            "program again, or give the new library another name");
    if (const auto loaded = os::load_module(asked.path); !loaded)
        missing.fail(" cannot be loaded here: " + loaded.error());
    if (auto module = registry::instance().with_id(wanted)) return *std::move(module);
    missing.fail(
        " is loaded here in another build, which was its file before: start the pool or "
        "the program again after a library was replaced");
}

std::uintptr_t address_in(const os::loaded_module& module, const code_name& asked) {
    const auto address = module.base + asked.offset;
    if (!module.contains_code(address))
        code_missing{asked}.fail(" has no code at offset " + std::to_string(asked.offset) +
                                 ": the name is damaged");
    return address;
}

std::uintptr_t locate(const code_name& asked) {
    if (asked.build_id == program().id.bytes && program().id.present())
        return address_in(program(), asked);
    const auto module = registry::instance().with_id(os::build_id{asked.build_id});
    return address_in(module ? *module : load(asked), asked);
}

} // namespace

thunk_entry::thunk_entry(call_thunk thunk)
    : kind_{thunk_kind::call}, address_{reinterpret_cast<std::uintptr_t>(thunk)} {
    registry::instance().add(*this);
}

thunk_entry::thunk_entry(job_thunk thunk)
    : kind_{thunk_kind::job}, address_{reinterpret_cast<std::uintptr_t>(thunk)} {
    registry::instance().add(*this);
}

thunk_entry::~thunk_entry() { registry::instance().remove(*this); }

call_thunk thunk_entry::as_call() const noexcept {
    return reinterpret_cast<call_thunk>(address_); // NOLINT(performance-no-int-to-ptr)
}

job_thunk thunk_entry::as_job() const noexcept {
    return reinterpret_cast<job_thunk>(address_); // NOLINT(performance-no-int-to-ptr)
}

const std::vector<std::byte>& name_code(std::uintptr_t address) {
    return registry::instance().keep(encode(name_of(address)));
}

const thunk_entry& read_thunk(decoder& in, thunk_kind kind) {
    const auto asked = in.read<code_name>();
    const auto* entry = registry::instance().find(locate(asked));
    if (entry == nullptr || entry->kind() != kind)
        code_missing{asked}.fail(
            " has registered no such task: the name is damaged, or this library has a copy of "
            "Tandem of its own; program and libraries must share one (build Tandem with "
            "BUILD_SHARED_LIBS, or let the program export it and the library not link it)");
    return *entry;
}

void write_function(encoder& out, std::uintptr_t address) { out.write(name_of(address)); }

std::uintptr_t read_function(decoder& in) { return locate(in.read<code_name>()); }

} // namespace tandem::detail
