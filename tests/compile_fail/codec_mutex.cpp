// expect: tandem: this type is not portable: make it an aggregate of portable members
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <mutex>

#include "tandem/codec.hpp"

void send(tandem::encoder& out, const std::mutex& lock) { out.write(lock); }
