#pragma once
// Labels say which phenomenon stands where in a text, and what the truth about it is. They are made with the
// documents (prose_writer.h, corpus.cpp). The corpus files, the training data and the measures read them.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace gf::tinyville {

struct Label {
    std::string phenomenon; ///< pronoun, agreement, sense, repeat ...: docs/tinyville.md lists them
    std::size_t begin, end; ///< bytes of the document's text
    /// Keys and values: {{"referent", "Mira"}, {"gender", "feminine"}}.
    std::vector<std::pair<std::string, std::string>> truth;
};

struct LabelledText {
    std::string text;
    std::vector<Label> labels;
};

} // namespace gf::tinyville
