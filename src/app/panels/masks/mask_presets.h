#pragma once
// The masks that one click sets, as data, and how they are joined to the rules that are there. Used by the
// Masks panel and its tests.

#include "app/view/view.h"
#include "core/mask_painting.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

struct MaskPreset {
    const char* label; ///< on its chip
    MaskKind kind;
    std::string_view term; ///< the glossary's entry
    int number;            ///< its window, size or prefix at first; 0: it has none
};
std::span<const MaskPreset> mask_presets();

/// Which layers and heads a change is for; empty: all.
struct MaskScope {
    std::vector<int> layers{}, heads{};
};

/// What a click on a preset does to other shapes: it takes their place, or is joined to them.
enum class PresetJoin { alone, both, either };
std::string_view name(PresetJoin join);

/// The rules with the preset, or without it if its kind is there already. Paint stays. `starts` are the
/// documents of the text.
std::vector<MaskRule> with_preset(std::vector<MaskRule> rules, const MaskPreset& preset, PresetJoin join,
                                  const MaskScope& scope, const std::vector<int>& starts);
/// The rules without any shape: the model's own mask, with the paint on it.
std::vector<MaskRule> without_shapes(std::vector<MaskRule> rules);
/// The rule of this kind; -1: there is none.
int rule_of_kind(const std::vector<MaskRule>& rules, MaskKind kind);

/// The number of a rule that a person sets: window, size or prefix. Null where its kind has none.
int* number_of(MaskRule& rule);

/// Where sentences begin, besides token 0: behind tokens that end one, and at each further start token.
std::vector<int> starts_of_sentences(const Run& run, int n_tokens);

/// "model's own and document, and not painted" for a head: how its mask is made.
std::string mask_formula(const std::vector<MaskRule>& rules, const LayerConfig& layer, int layer_index,
                         int head);
/// Painted cells of a head in the first n x n cells: hidden and shown ones.
struct PaintCount {
    int hidden = 0, shown = 0;
};
PaintCount count_paint(const std::vector<MaskRule>& rules, int layer, int head, int n);

} // namespace gf::ui
