#include "app/panels/routing/routing_panel.h"

#include "app/panels/routing/no_experts.h"
#include "app/panels/routing/routing_map.h"
#include "app/panels/routing/routing_ribbons.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "io/assets.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_ribbons_share = 0.37f;                     // of the height
constexpr float k_least_ribbons = 130, k_widest_column = 48; // design lengths
constexpr int k_most_layer_buttons = 8;
constexpr std::array<const char*, 8> k_layer_words{"layer 0", "1", "2", "3", "4", "5", "6", "7"};
/// Models of one recipe that differ in nothing but their experts.
constexpr std::array<const char*, 5> k_twins{"story-moe", "story-moe-unbalanced", "story-moe-bias",
                                             "story-moe-shared", "story-moe-dense"};

class RoutingPanel : public Panel {
  public:
    const char* title() const override { return "Routing"; }
    const char* about() const override { return "which tokens go to which experts, in all layers"; }
    bool shows_values() const override { return false; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_header(const View& view, int layer, const Selection& selection, Commands& commands);
    void draw_pictures(const RoutingScene& scene, const UiRect& area);
    void place_tokens(const View& view, float left, float right);

    RouterLoads loads_;
    RoutingRibbons ribbons_;
    RoutingMap map_;
    std::vector<float> edges_;
    LineBuffer line_;
};

/// Opens the other models of the same recipe beside the text, in lock-step with it.
void post_compare_twins(const View& v, Commands& commands) {
    for (const char* twin : k_twins) {
        const std::filesystem::path path = find_asset(std::string("models/") + twin);
        std::error_code failed;
        if (path.empty() || !std::filesystem::exists(path / "model.safetensors", failed) ||
            v.snapshot.find_run(std::string_view(twin)) ||
            path.filename() == std::filesystem::path(v.snapshot.model_path).filename())
            continue;
        command::AddRun run;
        run.model = path.string();
        run.name = twin;
        commands.post(std::move(run));
    }
}

bool has_twins_beside(const View& v) {
    return std::ranges::any_of(k_twins,
                               [&](const char* twin) { return v.snapshot.find_run(std::string_view(twin)); });
}

void post_remove_twins(const View& v, Commands& commands) {
    for (const char* twin : k_twins)
        if (v.snapshot.find_run(std::string_view(twin))) commands.post(command::RemoveRun{twin});
}

constexpr const char* k_mark_text = "Mark text";

void RoutingPanel::draw_header(const View& v, int layer, const Selection& selection, Commands& commands) {
    const ModelConfig& c = v.config();
    const bool compared = has_twins_beside(v);
    const char* compare = compared ? "One alone" : "Compare twins";
    const auto layers =
        std::span(k_layer_words).first(static_cast<std::size_t>(std::min(c.n_layers, k_most_layer_buttons)));
    const float width = header_button_width(k_mark_text) + header_button_width(compare) + 2 * px(8) +
                        segmented_control_width(layers, ControlSize::small);
    const HeaderPlace place = header_place_beside(title(), width);
    const int k = v.trace().plan().experts(layer, std::max(v.cursor - 1, 0)).per_token;
    const char* shared = c.n_shared_experts == 0   ? ""
                         : c.n_shared_experts == 1 ? " and a shared one"
                                                   : " and shared ones";
    panel_header(
        title(),
        line_("layer {}: the router sends every token to {} of {} experts{}", layer, k, c.n_experts, shared),
        place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    if (header_button("mark the text", k_mark_text))
        commands.post(command::SetView{"Text", "tint", "expert"});
    tooltip("Tints each token of the Text by the expert with the largest gate in this layer");
    ImGui::SameLine(0, px(8));
    if (header_button("compare", compare))
        compared ? post_remove_twins(v, commands) : post_compare_twins(v, commands);
    tooltip(compared ? "Closes the models beside the text"
                     : "Opens the models of the same recipe with other experts, or with none, on this text, "
                       "in lock-step");
    ImGui::SameLine(0, px(8));
    int chosen = layer < static_cast<int>(layers.size()) ? layer : -1;
    if (segmented_control("layer", chosen, layers, ControlSize::small))
        commands.post(command::PinHead{chosen, selection.pinned_head.head});
}

/// Columns of one width; labels find their room where they can.
void RoutingPanel::place_tokens(const View& v, float left, float right) {
    const float n = static_cast<float>(v.cursor), width = std::min((right - left) / n, px(k_widest_column));
    edges_.clear();
    for (int i = 0; i <= v.cursor; ++i) edges_.push_back(left + width * static_cast<float>(i));
}

void RoutingPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const int layer = routed_layer(v, selection);
    if (!v.config().is_moe()) panel_header(title(), about());
    if (v.config().is_moe()) draw_header(v, layer, selection, commands);
    if (v.cursor == 0 || draw_no_experts_notice(v, layer, commands)) return;
    loads_.advance({.trace = v.run.trace, .rows = v.cursor});
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const UiRect area{{at.x, at.y + px(4)},
                      {at.x + std::max(room.x, px(200)), at.y + std::max(room.y, px(120))}};
    place_tokens(v, area.min.x + RoutingMap::left_margin(), area.max.x - RoutingMap::right_margin());
    const int token = std::max(selection.token_in_view(v.cursor), 0);
    const ExpertRef expert = expert_in_view(v, selection, layer, token);
    const auto focus = selection.focus_in(v.run.id);
    const bool lit = focus && expert_of(v, *focus).has_value() && !selection.token.get();
    draw_pictures({v, selection, commands, layer, token, expert, lit, loads_.layers(), edges_}, area);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({std::max(room.x, 1.0f), std::max(room.y, 1.0f)});
}

void RoutingPanel::draw_pictures(const RoutingScene& s, const UiRect& area) {
    const float ribbons = std::max(std::floor(area.height() * k_ribbons_share), px(k_least_ribbons));
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_text(list, {area.min, {area.max.x, area.min.y + px(18)}}, area.min.x, font(TextSize::small), t.muted,
              "experts");
    draw_text(list, {{area.min.x, area.min.y + px(16)}, {area.max.x, area.min.y + px(32)}}, area.min.x,
              font(TextSize::small), t.faint, "width: visits");
    const UiRect upper{{s.edges.front(), area.min.y},
                       {area.max.x - RoutingMap::right_margin(), area.min.y + ribbons}};
    ribbons_.draw(s, upper);
    const float middle = (upper.min.y + px(52) + upper.max.y) / 2;
    draw_text(list, {{area.min.x, middle - px(16)}, {upper.min.x, middle}}, area.min.x, font(TextSize::small),
              t.muted, "visits");
    draw_text(list, {{area.min.x, middle}, {upper.min.x, middle + px(16)}}, area.min.x, font(TextSize::small),
              t.faint, "width: gate");
    map_.draw_text(s, upper.max.y + px(2));
    const float top = upper.max.y + px(2) + RoutingMap::text_height() + px(6);
    if (top + px(40) < area.max.y) map_.draw(s, {{area.min.x, top}, area.max});
}

} // namespace

std::unique_ptr<Panel> make_routing_panel() { return std::make_unique<RoutingPanel>(); }

} // namespace gf::ui
