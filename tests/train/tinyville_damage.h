#pragma once
// Ways to damage a story of Tinyville so that it is no story any more. The tests of the judge try them all.

#include "train/tinyville/corpus.h"
#include "train/tinyville/random_stream.h"

#include <optional>
#include <string>
#include <vector>

namespace gf::tests {

struct Damage {
    const char* name;
    /// The damaged text, or none if the document gives no occasion for this damage.
    std::optional<std::string> (*apply)(const tinyville::Document&, tinyville::RandomStream&);
};

const std::vector<Damage>& damages();

} // namespace gf::tests
