// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// All of Tandem. Users write `namespace mp = tandem;`.

#include "tandem/as_completed.hpp"
#include "tandem/bootstrap.hpp"
#include "tandem/codec.hpp"
#include "tandem/error.hpp"
#include "tandem/exit_status.hpp"
#include "tandem/failure.hpp"
#include "tandem/fn.hpp"
#include "tandem/forkserver.hpp"
#include "tandem/future.hpp"
#include "tandem/interrupt.hpp"
#include "tandem/on_error.hpp"
#include "tandem/pool.hpp"
#include "tandem/pool_options.hpp"
#include "tandem/portable.hpp"
#include "tandem/process.hpp"
#include "tandem/process_handle.hpp"
#include "tandem/process_options.hpp"
#include "tandem/process_result.hpp"
#include "tandem/queue.hpp"
#include "tandem/queue_error.hpp"
#include "tandem/queue_options.hpp"
#include "tandem/resources.hpp"
#include "tandem/result_range.hpp"
#include "tandem/shared.hpp"
#include "tandem/standard_stream.hpp"
#include "tandem/start_method.hpp"
#include "tandem/this_process.hpp"
#include "tandem/wait.hpp"
#include "tandem/wait_futures.hpp"
#include "tandem/worker_state.hpp"
