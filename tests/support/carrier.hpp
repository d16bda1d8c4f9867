// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "os/file.hpp"
#include "tandem/codec.hpp"
#include "tandem/detail/descriptor.hpp"

namespace tandem::test {

/// Carries descriptors within this process.
class carrier final : public detail::descriptor_sink, public detail::descriptor_source {
public:
    std::uint64_t put(const detail::descriptor& sent) override {
        sent_.emplace(++last_,
                      detail::descriptor{std::move(os::duplicate(sent.fd().get()).value())});
        return last_;
    }
    detail::descriptor take(std::uint64_t number) override { return std::move(sent_.at(number)); }

private:
    std::map<std::uint64_t, detail::descriptor> sent_;
    std::uint64_t last_ = 0;
};

/// What arrives when `value` is sent.
template <class T>
T cross(carrier& by, const T& value) {
    encoder out;
    out.carry_descriptors(&by);
    out.write(value);
    decoder in{out.bytes()};
    in.find_descriptors(&by);
    T result = in.template read<T>();
    in.expect_end();
    return result;
}

} // namespace tandem::test
