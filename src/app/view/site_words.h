#pragma once
// What the operations of a model are called in plain words, and what they do. Used by Outline and by the
// searches of Ctrl+K and the Inspector.

#include "core/site.h"

#include <string_view>

namespace gf::ui {

struct SiteWords {
    std::string_view name; ///< "attention"
    std::string_view what; ///< a few words: "softmax over keys"
};
/// The words for a site in models of this config: the same site does different things in different models.
SiteWords site_words(const ModelConfig& config, Site site);

} // namespace gf::ui
