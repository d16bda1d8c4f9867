// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/interrupt.hpp"

#include <system_error>

#include "os/interrupt.hpp"

namespace tandem {

interrupt_guard::interrupt_guard() {
    if (const auto caught = os::catch_interrupt(); !caught)
        throw std::system_error{caught.error(), "making an interrupt_guard: taking SIGINT over"};
}

interrupt_guard::~interrupt_guard() { os::release_interrupt(); }

bool interrupt_guard::stop_requested() const noexcept { return os::interrupt_caught(); }

} // namespace tandem
