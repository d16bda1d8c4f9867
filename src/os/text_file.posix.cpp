// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

std::string read_text(const std::string& path) {
    const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); };
    const unique_fd file{retry_on_eintr(open)};
    if (!file) return {};
    std::string text;
    std::array<char, 4096> buffer; // filled below
    for (;;) {
        const auto read = [&] { return ::read(file.get(), buffer.data(), buffer.size()); };
        const auto bytes = retry_on_eintr(read);
        if (bytes <= 0) return bytes == 0 ? text : std::string{};
        text.append(buffer.data(), static_cast<std::size_t>(bytes));
    }
}

} // namespace tandem::os
