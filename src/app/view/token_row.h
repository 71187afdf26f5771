#pragma once
// Token labels side by side along the top or bottom of a picture, never overlapping: cut, or thinned out,
// where they are many.

#include "app/host/item_recorder.h"
#include "session/branch.h"

#include <imgui.h>

#include <span>
#include <string_view>
#include <vector>

namespace gf::ui {

/// Tokens first, first + 1, ... stand between edges[0] and edges[1], edges[1] and edges[2], ...
struct TokenSlots {
    int first = 0;
    std::span<const float> edges;
    int every = 1; ///< which tokens have a label: all, every second one, ...
    int count() const { return static_cast<int>(edges.size()) - 1; }
    int end() const { return first + count(); }
    bool contains(int token) const { return token >= first && token < end(); }
    float left(int token) const { return edges[static_cast<std::size_t>(token - first)]; }
    float right(int token) const { return edges[static_cast<std::size_t>(token - first) + 1]; }
    float centre(int token) const { return (left(token) + right(token)) / 2; }
};

/// A token's label where tokens stand apart anyway: without the dot for its leading space.
std::string_view short_label(const RunView& run, int position);

/// Slots for tokens first to end - 1 between left and right in which every one has a label, of the label's
/// width where there is room, the longest ones cut where it is scarce. False when it is too scarce.
bool fit_token_slots(const RunView& run, int first, int end, float left, float right,
                     std::vector<float>& edges);
/// How many equal slots of this width share one label.
int tokens_per_label(float slot);

/// Width of a token's label, lit.
float token_label_width(const RunView& run, int position);

struct LitToken {
    int token = -1; ///< -1: none
    ImU32 ink = 0;
};

/// Labels within `band`. Lit ones are always there and whole, in bold and their colour; the others give way
/// to them, later ones of the lit to earlier ones. `inks` by slot.
void put_token_row(ImDrawList& list, const RunView& run, const TokenSlots& slots, const UiRect& band,
                   std::span<const LitToken> lit, std::span<const ImU32> inks);

} // namespace gf::ui
