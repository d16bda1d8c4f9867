// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A library that the plugin needs.

extern "C" long thousands(long count);
extern "C" long thousands(long count) { return 1000 * count; }
