#include "app/shell/panel_pairs.h"

#include "app/host/imgui_host.h"
#include "app/view/gradient_words.h"
#include "app/view/token_labels.h"
#include "app/widgets/panel_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

constexpr float k_gap = 12; ///< design length

/// "text: story".
std::string title_of(const Run& run) { return fmt::format("{}: {}", run.name, run.model->name); }

/// Of what a panel shows gradients, or why there are none.
std::string gradient_caption(const View& v) {
    if (!v.shows_gradients()) return "";
    if (!v.run.gradients || !v.snapshot.gradient_target)
        return fmt::format("no gradient: {}", v.run.why_no_gradients);
    return "gradient of " + gradient_words(*v.snapshot.gradient_target);
}

std::string with_gradient_caption(std::string caption, const View& v) {
    const std::string gradient = gradient_caption(v);
    return gradient.empty() ? caption : caption + "; " + gradient;
}

/// The head itself, or the nearest one that the model has.
HeadRef head_within(const ModelConfig& c, HeadRef head) {
    return {std::min(head.layer, c.n_layers - 1), std::min(head.head, c.n_heads - 1)};
}

} // namespace

void PanelPairs::draw(std::size_t index, const View& v, Selection& selection, Commands& commands) {
    Panel& panel = *panels_[index];
    const auto draw_with = [&](Panel& shown, const View& view, std::string caption) {
        set_panel_caption(std::move(caption));
        token_labels().set_model(view.run.model); // another model may have other tokens
        shown.draw(view, selection, commands);
        token_labels().set_model(v.snapshot.model);
        set_panel_caption("");
    };
    if (!v.against || panel.shows_all_runs() || (v.shows_difference() && !panel.shows_values()))
        return draw_with(panel, v, panel.shows_values() ? gradient_caption(v) : "");
    if (v.shows_difference())
        return draw_with(panel, v, fmt::format("{} − {}", title_of(v.run), title_of(*v.against)));
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float gap = px(k_gap);
    const bool is_wide = room.x > room.y;
    const ImVec2 half = is_wide ? ImVec2(std::floor((room.x - gap) / 2), room.y)
                                : ImVec2(room.x, std::floor((room.y - gap) / 2));
    const auto draw_half = [&](const char* id, Panel& shown, const View& view) {
        // One of the runs may be of a smaller model: for it a layer and a head are in view that it has.
        const HeadRef pinned = selection.pinned_head;
        const std::optional<HeadRef> hovered = selection.head.get();
        selection.pinned_head = head_within(view.config(), pinned);
        if (hovered) selection.head.stand_for(head_within(view.config(), *hovered));
        ImGui::BeginChild(id, {std::max(half.x, 1.0f), std::max(half.y, 1.0f)}, ImGuiChildFlags_None,
                          ImGuiWindowFlags_NavFlattened);
        draw_with(shown, view, with_gradient_caption(title_of(view.run), view));
        ImGui::EndChild();
        selection.pinned_head = pinned;
        selection.head.stand_for(hovered);
    };
    draw_half("first", panel, View(v.snapshot, v.run, nullptr, v.values.quantity));
    is_wide ? ImGui::SameLine(0, gap) : ImGui::Dummy({1, gap});
    draw_half("second", *twins_[index], View(v.snapshot, *v.against, nullptr, v.values.quantity));
}

void PanelPairs::set_option(const command::SetView& option) {
    set_panel_option(panels_, option);
    set_panel_option(twins_, option);
}

} // namespace gf::ui
