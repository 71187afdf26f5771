#pragma once
// What the operations of a model are called and do, in plain words.

#include "core/params.h"
#include "core/site.h"

#include <string_view>

namespace gf {

struct SiteWords {
    std::string_view name; ///< "attention"
    std::string_view what; ///< a few words: "softmax over keys"
};
/// `config`: the same site does different things in different models.
SiteWords site_words(const ModelConfig& config, Site site);

/// Number of parameters that the values of this site are made with, beside those of the sites before it; all sites together:
/// all parameters of the model. What a normalised value is multiplied with next counts as the norm's.
std::size_t site_params(const Weights& weights, const SiteRef& site);

} // namespace gf
