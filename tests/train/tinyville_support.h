#pragma once
// What the tests of Tinyville share: documents, and words cut without the product's own tokenizer.

#include "train/tinyville/corpus.h"

#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace gf::tests {

/// The first `n` documents of a corpus.
inline std::vector<tinyville::Document> documents(std::uint64_t seed, int n,
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

inline const std::string* truth(const tinyville::Label& label, const std::string& key) {
    for (const auto& [k, value] : label.truth)
        if (k == key) return &value;
    return nullptr;
}

/// Calls `f` with each label of that phenomenon; returns how many there were.
inline int for_labels(
    const std::vector<tinyville::Document>& all, const std::string& phenomenon,
    const std::function<void(const tinyville::Document&, const tinyville::Label&, const std::string&)>& f) {
    int n = 0;
    for (const auto& d : all)
        for (const auto& l : d.labels)
            if (l.phenomenon == phenomenon) {
                ++n;
                f(d, l, d.text.substr(l.begin, l.end - l.begin));
            }
    return n;
}

} // namespace gf::tests
