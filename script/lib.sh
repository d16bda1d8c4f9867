# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced by the scripts in this folder: strict mode, the repository's root as working directory,
# messages, and the one way to build a preset. No colours: the output is read in logs as well.

set -euo pipefail
unset CDPATH

caller_directory=$PWD # where relative paths in a user's arguments start
root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
cd -- "$root"
export caller_directory root

say() { printf '== %s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Runs a command silently; prints what it wrote only if it fails.
run_quietly() { # <log file> <command…>
    local log=$1 status=0
    shift
    mkdir -p -- "$(dirname -- "$log")"
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        cat -- "$log" >&2
        die "failed with status $status: $*"
    fi
}

configure_preset() { # <preset>
    run_quietly "build/$1/configure.log" cmake --preset "$1"
}

build_preset() { # <preset>
    say "building preset $1 in build/$1"
    configure_preset "$1"
    cmake --build --preset "$1" || die "the build of preset $1 failed"
}

# Runs the tests of a preset, as many at a time as there are CPUs. Keeps what ctest printed in
# build/<preset>/ctest.log; the exit status is ctest's.
test_preset() { # <preset> [ctest arguments…]
    local preset=$1
    shift
    ctest --preset "$preset" --parallel "$(nproc)" --no-label-summary "$@" 2>&1 | tee "build/$preset/ctest.log"
}
