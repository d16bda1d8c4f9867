// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Marks what the compiled half of the library gives to its headers; everything else stays hidden.
#define TANDEM_EXPORT __attribute__((visibility("default")))
