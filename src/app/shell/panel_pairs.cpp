#include "app/shell/panel_pairs.h"

#include "app/host/imgui_host.h"
#include "app/widgets/plain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_gap = 12; ///< design length

/// "text: story".
std::string title_of(const Run& run) { return fmt::format("{}: {}", run.name, run.model->name); }

void draw_title(const std::string& title) {
    label_text(title, theme().accent_text, TextSize::small, Face::bold);
}

/// Above a panel that shows gradients: of what they are, or why there are none.
void draw_gradient_title(const View& v) {
    if (!v.shows_gradients()) return;
    if (v.run.gradients && v.snapshot.gradient_target)
        draw_title("gradient of " + in_words(*v.snapshot.gradient_target));
    else
        draw_title(fmt::format("no gradient: {}", v.run.why_no_gradients));
}

} // namespace

void PanelPairs::draw(std::size_t index, const View& v, Selection& selection, Commands& commands) {
    Panel& panel = *panels_[index];
    if (!v.against) {
        draw_gradient_title(v);
        return panel.draw(v, selection, commands);
    }
    if (v.shows_difference()) {
        draw_title(fmt::format("{} − {}", title_of(v.run), title_of(*v.against)));
        return panel.draw(v, selection, commands);
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float gap = px(k_gap);
    const bool is_wide = room.x > room.y;
    const ImVec2 half = is_wide ? ImVec2(std::floor((room.x - gap) / 2), room.y)
                                : ImVec2(room.x, std::floor((room.y - gap) / 2));
    const auto draw_half = [&](const char* id, Panel& shown, const View& view) {
        ImGui::BeginChild(id, {std::max(half.x, 1.0f), std::max(half.y, 1.0f)}, ImGuiChildFlags_None,
                          ImGuiWindowFlags_NavFlattened);
        draw_title(title_of(view.run));
        draw_gradient_title(view);
        shown.draw(view, selection, commands);
        ImGui::EndChild();
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
