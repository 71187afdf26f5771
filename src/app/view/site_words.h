#pragma once
// What the operations of a model are called and do, in plain words.

#include "core/params.h"
#include "core/site.h"

#include <string_view>

namespace gf::ui {

struct SiteWords {
    std::string_view name; ///< "attention"
    std::string_view what; ///< a few words: "softmax over keys"
};
/// `config`: the same site does different things in different models.
SiteWords site_words(const ModelConfig& config, Site site);

/// Number of parameters that the values of this site of a stack are made with, beside those of the sites
/// before it; all sites together: all parameters that the stack uses. What a normalised value is multiplied
/// with next counts as the norm's.
std::size_t site_params(const Weights& weights, Stack stack, const SiteRef& site);
std::size_t layer_params(const Weights& weights, Stack stack, int layer);
/// The embedding, which both stacks read, counts as the decoder's.
std::size_t stack_params(const Weights& weights, Stack stack);

} // namespace gf::ui
