#pragma once
// A model's shape as a picture of some 70 by 40 pixels: its layers side by side, in each the query heads
// beside the keys and values that they share, and below them the MLP or its experts. Used by the gallery, and
// its legend by the start page.

#include "app/host/imgui_host.h"

namespace gf::ui {

struct ModelShape {
    int n_layers = 0, n_encoder_layers = 0; ///< without layers there is nothing to draw
    int n_heads = 0, n_kv_heads = 0;
    int n_experts = 0; ///< 0: one MLP in each layer
    bool has_mlp = true;
};

/// The greatest size of a portrait, in design lengths.
inline constexpr float k_portrait_width = 76, k_portrait_height = 48;

/// The width in pixels that this shape takes.
float portrait_width(const ModelShape& shape);
/// Draws the portrait with its upper right corner at `right_top`. `opacity`: 0 to 1.
void draw_model_portrait(ImDrawList& list, ImVec2 right_top, const ModelShape& shape, float opacity);

/// Draws what the colours mean at the right end of a line; nothing where there is no room.
void draw_portrait_legend(ImDrawList& list, const UiRect& line);

} // namespace gf::ui
