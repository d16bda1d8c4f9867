// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A shared library that has a copy of libtandem.a of its own.

extern "C" {
void library_bootstrap();
void library_try_every_method();
}
