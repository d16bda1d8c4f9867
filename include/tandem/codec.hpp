// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Values to bytes and back, for the concept tandem::portable (detail/codec_portable.hpp lists the
// types and says how a class joins them). The format is in docs/protocol/codec.md. It is meant for
// processes of one program on one kind of machine: it carries no type information and no version.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/codec_error.hpp"
#include "tandem/detail/codec_decoder.hpp"
#include "tandem/detail/codec_encoder.hpp"
#include "tandem/detail/codec_portable.hpp"

namespace tandem {

/// The bytes of `value`.
/// \throws codec_error if it is nested too deeply, or is a variant without a value.
template <class T>
[[nodiscard]] std::vector<std::byte> encode(const T& value) {
    encoder out;
    out.write(value);
    return {out.bytes().begin(), out.bytes().end()};
}

/// The value that encode() made `bytes` of.
/// \throws codec_error unless the bytes are exactly one encoding of a T.
template <class T>
[[nodiscard]] T decode(std::span<const std::byte> bytes) {
    decoder in{bytes};
    T value = in.template read<T>();
    in.expect_end();
    return value;
}

} // namespace tandem
