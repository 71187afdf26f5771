#pragma once
// The controls above the matrix of the Masks panel: chips of presets with a tiny picture of each mask, and
// the choice of layers and heads.

#include "app/panels/masks/mask_presets.h"

#include <string>

namespace gf::ui {

/// A chip with the mask in small. True when clicked. A kind that looks both ways is drawn joined to a causal
/// mask where `is_causal`.
bool mask_chip(const char* label, const MaskShape& mask, bool is_causal, bool chosen);
float mask_chip_width(const char* label);
/// The shape of a preset on a text of few tokens, for its chip.
MaskShape picture_of(const MaskPreset& preset);

/// Indices to choose from, several at once: "all 0 1 2 3". `text` is "all" or like "0,2". True when changed.
bool index_picker(const char* name, std::string& text, int n);
float index_picker_width(int n);
/// "0,2" as a list; empty for "all". Numbers from n on are left out. @throws Error for other words
std::vector<int> indices_of(const std::string& text, int n);

/// Goes on in the line where `width` pixels have room, else in the next one.
void flow(float width);

} // namespace gf::ui
