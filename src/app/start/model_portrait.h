#pragma once
// A model's shape as a picture of some 70 by 40 pixels: its layers side by side, in each the query heads
// beside the keys and values that they share, and below them the MLP or its experts.

#include "app/host/imgui_host.h"

namespace gf::ui {

struct ModelShape {
    int n_layers = 0, n_encoder_layers = 0; ///< no layers: there is nothing to draw
    int n_heads = 0, n_kv_heads = 0;
    int n_experts = 0; ///< 0: one MLP
    bool has_mlp = true;
};

/// The most that one takes, in design lengths.
inline constexpr float k_portrait_width = 76, k_portrait_height = 48;

/// Pixels.
float portrait_width(const ModelShape& shape);
/// `right_top`: its corner. `opacity` 0 to 1.
void draw_model_portrait(ImDrawList& list, ImVec2 right_top, const ModelShape& shape, float opacity);

/// What its colours mean, from `left` to `right`; nothing where there is no room.
void draw_portrait_legend(ImDrawList& list, const UiRect& line);

} // namespace gf::ui
