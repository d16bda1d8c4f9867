// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast does a value become bytes and another value again?
// Engine    cereal's binary archive, over a buffer that has room for all of it from the start.
// Reported  GB/s of content, see tandem.cpp

#include <cereal/archives/binary.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <spanstream>

#include "support/codec.hpp"

namespace bench {

template <class Archive>
void serialize(Archive& archive, reading& r) {
    archive(r.sensor, r.channel, r.valid, r.value);
}

} // namespace bench

int main() {
    std::vector<char> buffer(64 << 20);
    bench::report_codec("cereal", [&]<class T>(const T& value) {
        std::ospanstream out{buffer};
        cereal::BinaryOutputArchive{out}(value);
        std::ispanstream in{out.span()};
        T copy;
        cereal::BinaryInputArchive{in}(copy);
        return copy;
    });
}
