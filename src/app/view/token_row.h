#pragma once
// Token labels side by side along the top or bottom of a picture. They never overlap: where they are many
// they are cut, or only every second, third, ... has one. Used by Flow and Head.

#include "app/host/item_recorder.h"
#include "session/branch.h"

#include <imgui.h>

#include <span>
#include <string_view>
#include <vector>

namespace gf::ui {

/// The slots of neighbouring tokens on screen: token first + i stands between edges[i] and edges[i + 1].
struct TokenSlots {
    int first = 0;
    std::span<const float> edges;
    int every = 1; ///< tokens whose position is a multiple of this have a label
    int count() const { return static_cast<int>(edges.size()) - 1; }
    int end() const { return first + count(); }
    bool contains(int token) const { return token >= first && token < end(); }
    float left(int token) const { return edges[static_cast<std::size_t>(token - first)]; }
    float right(int token) const { return edges[static_cast<std::size_t>(token - first) + 1]; }
    float centre(int token) const { return (left(token) + right(token)) / 2; }
};

/// A token's label without the dot for its leading space, for pictures in which tokens stand apart anyway.
std::string_view short_label(const Run& run, int position);

/// Fills `edges` with slots for the tokens [first, end) between `left` and `right`, in pixels, so that each
/// token has a label: as wide as the label where there is room, with the longest labels cut where room is
/// scarce. Returns false if it is too scarce for that.
bool fit_token_slots(const Run& run, int first, int end, float left, float right, std::vector<float>& edges);
/// How many neighbouring slots of this width, in pixels, share one label.
int tokens_per_label(float slot_width);

/// Width in pixels of a token's label in bold, as lit tokens have it.
float lit_token_label_width(const Run& run, int position);

/// A token that is highlighted, e.g. because the mouse is on it.
struct LitToken {
    int token = -1; ///< position; -1: none
    ImU32 colour = 0;
};

/// Draws the labels within `band`. Those of lit tokens are always there and whole, in bold and in their
/// colour, except that a later one gives way to an earlier one; all others give way to them. `colours`: one
/// for each slot.
void draw_token_row(ImDrawList& list, const Run& run, const TokenSlots& slots, const UiRect& band,
                    std::span<const LitToken> lit, std::span<const ImU32> colours);

} // namespace gf::ui
