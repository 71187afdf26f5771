#pragma once
// What the pictures of the panel Routing share: the run, the layer and the token in view, and where each
// token and expert has its place. Made anew in every frame.

#include "app/host/imgui_host.h"
#include "app/view/expert_hands.h"
#include "app/view/token_row.h"
#include "measures/router_load.h"

#include <span>
#include <vector>

namespace gf::ui {

struct RoutingScene {
    const View& view;
    Selection& selection;
    Commands& commands;
    int layer = 0;                        ///< in view
    int token = 0;                        ///< position in view
    ExpertRef expert;                     ///< in focus, or the first choice of the token
    bool expert_is_lit = false;           ///< it is in focus
    const std::vector<RouterLoad>& loads; ///< [layer], of the tokens shown
    std::span<const float> edges; ///< of the tokens' columns: token i stands between edges[i] and [i + 1]

    const ModelConfig& config() const { return view.config(); }
    const Trace& trace() const { return view.trace(); }
    int n_tokens() const { return static_cast<int>(edges.size()) - 1; }
    float left(int t) const { return edges[static_cast<std::size_t>(t)]; }
    float right(int t) const { return edges[static_cast<std::size_t>(t) + 1]; }
    /// How many of a row's slots count.
    int per_token(int l, int row) const { return trace().plan().experts(l, row).per_token; }
    int chosen(int l, int row, int slot) const {
        return static_cast<int>(trace().row(Site::expert_indices, l, row)[slot]);
    }
    real gate(int l, int row, int slot) const { return trace().row(Site::expert_gates, l, row)[slot]; }
    /// Whether the choice found its expert full. (A gate is 0 for no other reason, except where it is
    /// edited.)
    bool is_dropped(int l, int row, int slot) const {
        return trace().setup().capacity_factor > 0 && gate(l, row, slot) == 0;
    }
    /// The hue of an expert, as a fill.
    ImU32 hue(int expert) const { return theme().head_fill(expert, config().n_experts); }
};

} // namespace gf::ui
