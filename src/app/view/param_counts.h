#pragma once
// How many parameters a site, a layer or a stack has. Used by Outline and by Flow's tooltips.

#include "core/params.h"
#include "core/site.h"

#include <cstddef>

namespace gf::ui {

/// Number of parameters that make this site of a stack from the sites before it. All sites together have all
/// parameters that the stack uses. The gain and bias that follow a normalised value count as the norm's.
std::size_t n_site_params(const Weights& weights, Stack stack, const SiteRef& site);
/// Number of parameters of one layer of a stack.
std::size_t n_layer_params(const Weights& weights, Stack stack, int layer);
/// Number of parameters of a stack. The embedding, which both stacks read, counts as the decoder's.
std::size_t n_stack_params(const Weights& weights, Stack stack);

} // namespace gf::ui
