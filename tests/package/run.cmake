# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Builds and runs consumer/ the given way; tests/package/CMakeLists.txt says which variables there are.

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${work})
if(way STREQUAL installed)
  # Installed in one place and used in another: nothing in a package may name where it was built.
  run(${CMAKE_COMMAND} --install ${build} --prefix ${work}/first)
  file(RENAME ${work}/first ${work}/prefix)
  set(tandem -D CMAKE_PREFIX_PATH=${work}/prefix)
else()
  set(tandem -D CONSUMER_TANDEM_SOURCE=${source})
endif()

run(${CMAKE_COMMAND} -S ${consumer} -B ${work}/build -G ${generator} ${tandem}
  -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_CXX_COMPILER_LAUNCHER=${launcher}
  -D CMAKE_BUILD_TYPE=${build_type} -D "CMAKE_CXX_FLAGS=${flags}")
run(${CMAKE_COMMAND} --build ${work}/build)
execute_process(COMMAND ${work}/build/consumer OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output STREQUAL "1\n4\n9\n16\n")
  message(FATAL_ERROR "the consumer printed: ${output}")
endif()

# As a part of another project Tandem builds the library and nothing else.
if(way STREQUAL subdirectory AND (EXISTS ${work}/build/tandem/tests OR EXISTS ${work}/build/tandem/apps))
  message(FATAL_ERROR "tests or applications of Tandem were configured for a consumer")
endif()
