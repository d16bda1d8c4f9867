# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# What find_package(tandem) reads: the packages that tandem::tandem links, then the target itself.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Boost 1.81) # headers only: Boost.PFR
find_dependency(OpenSSL 3.0) # what listeners and clients are linked with, by name
include(${CMAKE_CURRENT_LIST_DIR}/tandem-targets.cmake)
