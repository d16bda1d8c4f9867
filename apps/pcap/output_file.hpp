// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

namespace traffic {

/// Whether `path` is written to directly: /dev/stdout, a pipe.
[[nodiscard]] bool is_device(const std::string& path);

/// Puts `text` under the name `path`, all or nothing: it is written under another name beside it
/// and renamed. What is no regular file, and anything below /dev, is appended to directly.
///
/// `interrupted` is asked between pieces; when it says yes, nothing is left behind, and false is
/// returned.
/// \throws std::runtime_error "PATH: reason" if that fails; nothing is left behind then, either.
[[nodiscard]] bool write_output(const std::string& path, std::string_view text,
                                bool (*interrupted)());

} // namespace traffic
