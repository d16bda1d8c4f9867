// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Everything that runs after a crash is async-signal-safe: it allocates nothing and takes no lock.
// The unwinder finds its tables through _dl_find_object(), which takes none either.

#include "os/crash_handler.hpp"

#include <dlfcn.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>

// There in a program that is built with such a sanitizer.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): they have these names
extern "C" [[gnu::weak]] void __asan_init();
extern "C" [[gnu::weak]] void __tsan_init();
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace tandem::os {

namespace {

constexpr std::array crash_signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
constexpr std::size_t stack_bytes = std::size_t{64} << 10; // a signal's frame may take 11 KiB

/// Pages that are never touched cost nothing.
alignas(64) constinit std::array<std::byte, stack_bytes> alternate_stack{};

constinit crash_note* note = nullptr;
constinit pid_t noting_process = 0; // a fork of it must not write into its note
constinit std::atomic<pid_t> noting_thread{0};
constinit volatile sig_atomic_t walking = 0;
jmp_buf after_walk;

/// The modules met so far: a path is written once.
struct known_module {
    const link_map* module = nullptr;
    std::uint32_t path = crash_note::unknown_path;
};
constinit std::array<known_module, 32> known_modules{};

std::uint32_t write_path(const char* path) noexcept {
    const auto bytes = ::strlen(path) + 1;
    const auto at = note->path_bytes;
    if (bytes > note->paths.size() - at) return crash_note::unknown_path;
    std::memcpy(note->paths.data() + at, path, bytes);
    note->path_bytes += static_cast<std::uint32_t>(bytes);
    return at;
}

std::uint32_t path_of(const link_map* module) noexcept {
    for (auto& known : known_modules) {
        if (known.module == module) return known.path;
        if (known.module != nullptr) continue;
        known = {module, write_path(module->l_name == nullptr ? "" : module->l_name)};
        return known.path;
    }
    return crash_note::unknown_path;
}

void add_frame(std::uintptr_t address) noexcept {
    const auto at = note->frames_noted;
    if (at == note->frames.size()) return;
    crash_note::frame frame{.offset = address};
    dl_find_object found{};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the address of code comes as a number
    if (::_dl_find_object(reinterpret_cast<void*>(address), &found) == 0) {
        frame.offset = address - found.dlfo_link_map->l_addr;
        frame.path = path_of(found.dlfo_link_map);
    }
    note->frames[at] = frame;
    std::atomic_signal_fence(std::memory_order_seq_cst); // a nested signal finds a whole frame
    note->frames_noted = at + 1;
}

/// What the unwinder is to do with the frames that it finds.
struct stack_walk {
    bool crashed = false; // the frames up to here are the handler's own
    int most = 0;
};

_Unwind_Reason_Code visit_frame(_Unwind_Context* context, void* walk) {
    auto& state = *static_cast<stack_walk*>(walk);
    int is_exact = 0; // not a return address: the instruction that a signal interrupted
    const auto address = ::_Unwind_GetIPInfo(context, &is_exact);
    if (is_exact != 0) state.crashed = true;
    // The call is what counts, not the instruction behind it.
    if (state.crashed && address != 0) add_frame(is_exact != 0 ? address : address - 1);
    const bool go_on = note->frames_noted < note->frames.size() && --state.most > 0;
    return go_on ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

/// After a jump to a place without code the stack cannot be walked, but the caller is known.
void add_caller_of_no_code(const ucontext_t& context) noexcept {
#if defined(__x86_64__)
    const auto program_counter = static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RIP]);
    const auto stack = static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RSP]);
    std::uintptr_t caller = 0;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a register
    std::memcpy(&caller, reinterpret_cast<const void*>(stack), sizeof caller);
#elif defined(__aarch64__)
    const auto program_counter = static_cast<std::uintptr_t>(context.uc_mcontext.pc);
    const auto caller = static_cast<std::uintptr_t>(context.uc_mcontext.regs[30]);
#endif
#if defined(__x86_64__) || defined(__aarch64__)
    dl_find_object found{};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a register
    if (::_dl_find_object(reinterpret_cast<void*>(program_counter), &found) != 0)
        add_frame(caller - 1);
#else
    (void)context;
#endif
}

void walk_stack(const ucontext_t& context) noexcept {
    constexpr int most = 128; // with the handler's own
    stack_walk walk{.crashed = false, .most = most};
    (void)::_Unwind_Backtrace(&visit_frame, &walk);
    if (note->frames_noted <= 1) add_caller_of_no_code(context);
}

void set_action(int signal, void (*action)(int)) noexcept {
    struct sigaction plain{};
    plain.sa_handler = action;
    (void)::sigaction(signal, &plain, nullptr);
}

/// Lets the signals of a broken stack through, or blocks them.
void change_mask(int how) noexcept {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGSEGV);
    ::sigaddset(&signals, SIGBUS);
    (void)::pthread_sigmask(how, &signals, nullptr);
}

/// Leaves the signal pending: it ends the process when the handler returns, as if it had come only
/// then, with all that it carries.
void raise_again(int signal, siginfo_t* info) noexcept {
    set_action(signal, SIG_DFL);
    const auto sent = ::syscall(SYS_rt_tgsigqueueinfo, ::getpid(), ::gettid(), signal, info);
    if (sent != 0) (void)::syscall(SYS_tgkill, ::getpid(), ::gettid(), signal);
}

void note_crash(int signal, siginfo_t* info, void* context) {
    if (::getpid() != noting_process) return raise_again(signal, info);
    pid_t first = 0;
    // Relaxed: which thread is first is all that counts.
    if (!noting_thread.compare_exchange_strong(first, ::gettid(), std::memory_order_relaxed)) {
        if (first != ::gettid())
            for (;;) ::pause();                      // that thread ends the process
        if (walking != 0) ::_longjmp(after_walk, 1); // the stack is broken, too
        return raise_again(signal, info);
    }
    if (::_setjmp(after_walk) == 0) {
        walking = 1;
        change_mask(SIG_UNBLOCK);
        walk_stack(*static_cast<const ucontext_t*>(context));
    }
    walking = 0;
    change_mask(SIG_BLOCK); // until the handler returns
    note->signal = signal;
    raise_again(signal, info);
}

/// Installs `action` unless the program has one of its own.
void handle_if_unhandled(int signal, const struct sigaction& action) noexcept {
    struct sigaction previous{};
    if (::sigaction(signal, &action, &previous) != 0) return;
    if ((previous.sa_flags & SA_SIGINFO) != 0 || previous.sa_handler != SIG_DFL)
        (void)::sigaction(signal, &previous, nullptr);
}

constinit bool is_prepared = false; // here, or in the process that this one is a fork of

_Unwind_Reason_Code visit_nothing(_Unwind_Context* context, void* /*nothing*/) {
    int is_exact = 0;
    dl_find_object found{};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the address of code comes as a number
    (void)::_dl_find_object(reinterpret_cast<void*>(::_Unwind_GetIPInfo(context, &is_exact)),
                            &found);
    return _URC_NORMAL_STOP;
}

} // namespace

void prepare_to_note_crashes() noexcept {
    if (!is_prepared) (void)::_Unwind_Backtrace(&visit_nothing, nullptr);
    is_prepared = true;
}

void note_crashes_in(crash_note& shared) noexcept {
    if (&__asan_init != nullptr || &__tsan_init != nullptr) return;
    note = &shared;
    noting_process = ::getpid();
    prepare_to_note_crashes();
    const stack_t stack{.ss_sp = alternate_stack.data(), .ss_flags = 0, .ss_size = stack_bytes};
    if (::sigaltstack(&stack, nullptr) != 0) return;
    struct sigaction action{};
    action.sa_sigaction = note_crash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (const int signal : crash_signals) ::sigaddset(&action.sa_mask, signal);
    for (const int signal : crash_signals) handle_if_unhandled(signal, action);
}

} // namespace tandem::os
