// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A worker that is no process: it gets tasks encoded and leaves results encoded, as one that is
// does, so that what cannot cross fails here, too.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <unordered_map>
#include <vector>

#include "runtime/local_store.hpp"
#include "tandem/detail/descriptor_bundle.hpp"
#include "tandem/detail/thunk.hpp"
#include "tandem/worker_state.hpp"

namespace tandem::runtime {

/// One item on its way to a local worker.
struct local_task {
    std::uint64_t job = 0; // its number
    std::size_t index = 0;
    detail::thunk_kind kind = detail::thunk_kind::call;
    std::shared_ptr<const detail::parcel> state;
    encoder item;
    detail::descriptor_bundle descriptors{}; // that the item names
    shared_values shared;
};

/// What became of it: an encoded result, or the description of an exception.
struct local_outcome {
    bool failed = false;
    encoder body;
    detail::descriptor_bundle descriptors{}; // that the body names
    std::exception_ptr error;                // instead: there was no memory for the body
};

/// Used by one thread at a time. What the initializer leaves behind is this worker's own, whichever
/// thread that is.
class local_worker {
public:
    /// Calls an encoded initializer, if there is one.
    /// \throws initializer_failed
    void begin(const detail::parcel& initializer);
    /// Items that were run since then.
    [[nodiscard]] std::size_t items_run() const noexcept { return items_run_; }
    /// True in a task: one of an inline engine may run others.
    [[nodiscard]] bool is_running() const noexcept { return depth_ > 0; }

    [[nodiscard]] local_outcome run(const local_task& task) noexcept;

    /// Frees what the jobs have left that are not `is_known` any more, before the next task.
    template <class IsKnown>
    void forget_jobs(IsKnown is_known) {
        if (is_running()) return;
        for (const auto& [number, opened] : jobs_)
            if (!is_known(number)) forgotten_.push_back(number);
    }

    /// Destroys callables and the state of the worker.
    void end() noexcept;

private:
    struct opened_job {
        std::unique_ptr<detail::chunk_runner> runner;
        std::exception_ptr error; // why there is no runner
    };

    [[nodiscard]] local_outcome try_run(const local_task& task);
    void run_item(const local_task& task, detail::result_sink& sink);
    opened_job& open(const local_task& task);

    std::unordered_map<std::uint64_t, opened_job> jobs_;
    std::vector<std::uint64_t> forgotten_; // to be erased from jobs_
    std::size_t items_run_ = 0;
    int depth_ = 0; // of tasks that run tasks
    detail::worker_state state_;
};

} // namespace tandem::runtime
