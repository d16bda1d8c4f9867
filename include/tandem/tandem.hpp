// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// All of Tandem. Users write `namespace mp = tandem;`.

#include "tandem/bootstrap.hpp"
#include "tandem/codec.hpp"
#include "tandem/error.hpp"
#include "tandem/exit_status.hpp"
#include "tandem/future.hpp"
#include "tandem/pool.hpp"
#include "tandem/portable.hpp"
#include "tandem/resources.hpp"
