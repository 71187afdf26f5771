#pragma once
// What a label says: which phenomenon stands where, and what the truth is.

#include <string>
#include <utility>
#include <vector>

namespace gf::tinyville {

struct Label {
    std::string phenomenon; ///< pronoun, agreement, sense, repeat, indirect-object, fact, counting, question,
                            ///< task ...
    std::size_t begin, end; ///< bytes of the document
    std::vector<std::pair<std::string, std::string>>
        truth; ///< {{"referent", "Mira"}, {"gender", "feminine"}}
};

} // namespace gf::tinyville
