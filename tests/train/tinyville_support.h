#pragma once
// What the tests of Tinyville share: documents, their labels, and words cut without the product's own code.

#include "train/tinyville/corpus.h"

#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace gf::tests {

/// The first `n` documents of a corpus.
inline std::vector<tinyville::Document> first_documents(std::uint64_t seed, int n,
                                                        std::vector<std::string> only = {}) {
    const tinyville::DocumentSource source({seed, 0, std::move(only)});
    std::vector<tinyville::Document> all;
    for (int i = 0; i < n; ++i) all.push_back(source.draw(static_cast<std::uint64_t>(i)));
    return all;
}

inline std::vector<std::string> words_at_spaces(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string w; in >> w;) words.push_back(w);
    return words;
}

/// What a label says about `key`; nullptr if it says nothing.
inline const std::string* truth(const tinyville::Label& label, const std::string& key) {
    for (const auto& [k, value] : label.truth)
        if (k == key) return &value;
    return nullptr;
}

/// The documents on which the tests of labels and tasks look.
inline const std::vector<tinyville::Document>& sample() {
    static const std::vector<tinyville::Document> all = first_documents(11, 6000);
    return all;
}

/// Calls `check` with the document, the label and its text for each label of that phenomenon; returns how
/// many there were.
inline int for_labels(const std::vector<tinyville::Document>& all, const std::string& phenomenon,
                      const std::function<void(const tinyville::Document&, const tinyville::Label&,
                                               const std::string&)>& check) {
    int n = 0;
    for (const auto& d : all)
        for (const auto& l : d.labels)
            if (l.phenomenon == phenomenon) {
                ++n;
                check(d, l, d.text.substr(l.begin, l.end - l.begin));
            }
    return n;
}

} // namespace gf::tests
