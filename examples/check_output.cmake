# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

# Runs PROGRAM and compares what it prints with the file EXPECTED. Times are masked as TIME and process
# ids as PID; a program that prints any has lines of several processes, which are sorted.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed ERROR_VARIABLE complaints
  RESULT_VARIABLE status)
file(READ ${EXPECTED} expected)
string(REGEX REPLACE "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]" "TIME" masked "${printed}")
string(REGEX REPLACE "pid [0-9]+" "pid PID" masked "${masked}")
if(NOT masked STREQUAL printed)
  string(REGEX REPLACE "\n$" "" masked "${masked}")
  string(REPLACE "\n" ";" lines "${masked}")
  list(SORT lines)
  list(JOIN lines "\n" masked)
  string(APPEND masked "\n")
endif()
if(NOT status EQUAL 0 OR NOT masked STREQUAL expected OR NOT complaints STREQUAL "")
  message(FATAL_ERROR "exit status ${status}\nprinted:\n${masked}${complaints}expected:\n${expected}")
endif()
