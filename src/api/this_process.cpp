// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/this_process.hpp"

#include "os/poll.hpp"
#include "os/process.hpp"
#include "runtime/self.hpp"

namespace tandem {

bool parent_process::running() const noexcept { return !os::is_readable(sentinel_); }

namespace this_process {

using runtime::self;

int id() noexcept { return os::current_process(); }

std::string name() { return self::instance().name; }

std::optional<parent_process> parent() {
    const auto& me = self::instance();
    if (!me.is_child) return std::nullopt;
    return parent_process{me.parent_id, me.parent_name, me.parent.get()};
}

bool is_worker() noexcept { return self::instance().is_child; }

bool stop_requested() noexcept {
    const auto* page = self::instance().page();
    return page != nullptr && page->stop_requested();
}

std::stop_token stop_token() { return runtime::own_stop_token(); }

} // namespace this_process
} // namespace tandem
