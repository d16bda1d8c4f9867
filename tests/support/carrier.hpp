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

/// Carries descriptors within this process, as a socket does between processes.
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

/// What another process gets of `value`, if it takes it for a Received.
template <class Received, class T>
Received cross_as(carrier& by, const T& value) {
    encoder out;
    out.carry_descriptors(&by);
    out.write(value);
    decoder in{out.bytes()};
    in.find_descriptors(&by);
    Received result = in.template read<Received>();
    in.expect_end();
    return result;
}
template <class Received, class T>
Received cross_as(const T& value) {
    carrier by;
    return cross_as<Received>(by, value);
}

template <class T>
T cross(carrier& by, const T& value) {
    return cross_as<T>(by, value);
}
template <class T>
T cross(const T& value) {
    return cross_as<T>(value);
}

} // namespace tandem::test
