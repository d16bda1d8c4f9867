// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/resource.h>

namespace tandem::test {

/// Raises a limit of this process, if it may, for as long as the object lives.
class raised_limit {
public:
    raised_limit(__rlimit_resource what, rlim_t most) : what_{what} {
        ::getrlimit(what_, &before_);
        rlimit raised = before_;
        raised.rlim_cur = most;
        was_raised_ = before_.rlim_max >= most && ::setrlimit(what_, &raised) == 0;
    }
    raised_limit(const raised_limit&) = delete;
    raised_limit& operator=(const raised_limit&) = delete;
    ~raised_limit() { ::setrlimit(what_, &before_); }

    [[nodiscard]] bool was_raised() const noexcept { return was_raised_; }

private:
    __rlimit_resource what_;
    rlimit before_{};
    bool was_raised_ = false;
};

} // namespace tandem::test
