// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast does a value become bytes and another value again?
// Engine    Tandem's codec, with a buffer that is reused as a pool does it.
// Reported  GB/s of content (numbers and characters): a million ints, 100,000 strings, as many
//           structs with padding, a map of 20,000 vectors.

#include <tandem/codec.hpp>

#include "support/codec.hpp"

int main() {
    tandem::encoder out;
    bench::report_codec("tandem", [&]<class T>(const T& value) {
        out.clear();
        out.write(value);
        return tandem::decode<T>(out.bytes());
    });
}
