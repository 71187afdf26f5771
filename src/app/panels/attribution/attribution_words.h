#pragma once
// How the panel Attribution names and colours the parts of a model, and its formulas. Used by its pictures.

#include "app/panels/attribution/attribution_scene.h"
#include "core/formula/spelling.h"

#include <string>

namespace gf::ui {

/// "L4H5", "L3 MLP", "L3 E2", "embedding", "position", "L1 biases", "final biases", "edits"
std::string part_name(const ModelConfig& config, const AttributionTerm& term);
/// A letter or number below its bar: "5", "M", "emb".
std::string short_part_name(const AttributionTerm& term);
/// The hue of a part as a fill: heads have their own.
ImU32 part_fill(const ModelConfig& config, const AttributionTerm& term);
/// "“Hana” − “Simon”", or the one token.
std::string target_words(const Run& run, const AttributionTarget& target);
/// The term with its numbers, for the formula bar; a head's by the tokens that it reads.
Spelling spell_term(const Run& run, const Attribution& split, const AttributionTerm& term);

} // namespace gf::ui
