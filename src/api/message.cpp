// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/message.hpp"

#include <string>

namespace tandem::detail {

std::uint64_t outgoing_message::put(const descriptor& sent) {
    if (!refusal_.empty()) throw codec_error{"encoding: " + std::string{refusal_}};
    descriptors_.push_back(sent);
    return descriptors_.size();
}

descriptor incoming_message::take(std::uint64_t number) {
    if (number == 0 || number > descriptors_.size())
        throw codec_error{"decoding: the message brings " + std::to_string(descriptors_.size()) +
                          " descriptors, number " + std::to_string(number) + " is asked for"};
    return descriptors_[number - 1];
}

} // namespace tandem::detail
