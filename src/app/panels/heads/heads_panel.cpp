#include "app/panels/heads/heads_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/heads/head_roles_list.h"
#include "app/panels/heads/heads_grid.h"
#include "app/view/attention_rows.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace gf::ui {
namespace {

constexpr std::string_view k_by_layer = "layer";
constexpr std::array<const char*, 2> k_attentions{"self", "cross"};
constexpr std::size_t k_roles_budget = 60'000; // weights read in a frame: about 0.2 ms
constexpr float k_legend = 22, k_gap = 12, k_widest_list = 260, k_least_grid_x = 130, k_least_grid_y = 90,
                k_least_x = 64,
                k_least_y = 56; // design lengths

class HeadsPanel : public Panel {
  public:
    const char* title() const override { return "Heads"; }
    const char* about() const override { return "the patterns of all heads, and what they do"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
    std::vector<PanelOption> options() const override;
    void choose(std::string_view option, std::string_view value) override;

  private:
    std::string_view sort_name() const { return sort_ ? head_role_row(*sort_).name : k_by_layer; }
    void draw_header(const Snapshot& snapshot, Attention attention, Commands& commands);
    void draw_sorting();
    void draw_body(const Snapshot& snapshot, Selection& selection, Commands& commands);

    std::optional<HeadRole> sort_; ///< none: by layer
    HeadRoles roles_;
    HeadsGrid grid_;
    HeadRolesList list_;
    fmt::memory_buffer text_;
};

std::vector<PanelOption> HeadsPanel::options() const {
    PanelOption sort{"sort", {k_by_layer}};
    for (int i = 0; i < k_n_head_roles; ++i)
        sort.values.push_back(head_role_row(static_cast<HeadRole>(i)).name);
    return {sort};
}

void HeadsPanel::choose(std::string_view, std::string_view value) {
    sort_.reset();
    for (int i = 0; i < k_n_head_roles; ++i)
        if (head_role_row(static_cast<HeadRole>(i)).name == value) sort_ = static_cast<HeadRole>(i);
}

void HeadsPanel::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    const Attention attention = selection.attention;
    draw_header(s, attention, commands);
    const bool all = s.trace().kept(Site::pattern);
    if (!all && s.layer.index < 0) return say_why_not_kept(s, selection.pinned_head.layer);
    if (!roles_.update(s.run().trace, s.cursor, k_roles_budget)) request_frame();
    grid_.update(s, attention);
    draw_body(s, selection, commands);
}

void HeadsPanel::draw_header(const Snapshot& s, Attention attention, Commands& commands) {
    text_.clear();
    auto out = std::back_inserter(text_);
    const bool cross = attention == Attention::cross;
    fmt::format_to(out, "{} × {}{}, ", s.config().n_layers, s.config().n_heads,
                   cross ? " to the source" : "");
    if (s.layer.index >= 0)
        fmt::format_to(out, "layer {} alone: a click computes another one; ", s.layer.index);
    if (!sort_ || cross)
        fmt::format_to(out, "sorted by layer; hue = head");
    else if (s.layer.index >= 0)
        fmt::format_to(out, "{} is known where all layers are kept", sort_name());
    else if (roles_.queries(*sort_, s.cursor) > 0)
        fmt::format_to(out, "sorted by {}", sort_name());
    else
        fmt::format_to(out, "{}: none, {}", sort_name(), head_role_row(*sort_).never);
    // Roles, by which heads are sorted, are ways to read one's own text.
    const float menu = cross ? 0 : header_menu_width(sort_name());
    const float attentions = s.trace().source() ? segmented_width(k_attentions, ControlSize::small) : 0;
    const float gap = menu > 0 && attentions > 0 ? px(8) : 0;
    bool has_menu = menu > 0;
    HeaderPlace place = header_place(attentions + gap + menu);
    if (!place.fits && attentions > 0) has_menu = false, place = header_place(attentions);
    panel_header("Heads", {text_.data(), text_.size()}, place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    if (attentions > 0) {
        int chosen = cross;
        if (segmented("attention", chosen, k_attentions, ControlSize::small))
            commands.post(command::ViewAttention{k_attentions[static_cast<std::size_t>(chosen)]});
        ImGui::SameLine(0, px(8));
    }
    if (has_menu) draw_sorting();
}

void HeadsPanel::draw_sorting() {
    if (header_menu("sort", sort_name())) ImGui::OpenPopup("sort heads");
    tooltip("Sort the heads by layer or by what they do");
    if (!ImGui::BeginPopup("sort heads")) return;
    if (ImGui::MenuItem(k_by_layer.data(), nullptr, !sort_)) sort_.reset();
    for (int i = 0; i < k_n_head_roles; ++i) {
        const auto role = static_cast<HeadRole>(i);
        if (ImGui::MenuItem(head_role_row(role).name.data(), nullptr, sort_ == role)) sort_ = role;
    }
    ImGui::EndPopup();
}

void HeadsPanel::draw_body(const Snapshot& s, Selection& selection, Commands& commands) {
    ImVec2 room = ImGui::GetContentRegionAvail();
    room = {std::max(room.x, px(k_least_x)),
            std::max(room.y, px(k_least_y))}; // a panel that is smaller still scrolls
    ImVec2 at = ImGui::GetCursorScreenPos();
    at.y += px(2);
    const ImVec2 end{at.x + room.x, at.y + room.y - px(2)};
    UiRect maps{at, end}, roles{};
    const float width = HeadRolesList::width(), height = HeadRolesList::height(), gap = px(k_gap);
    const bool cross = selection.attention == Attention::cross; // without roles
    const bool fits_beside = !cross && room.x >= width + gap + px(k_least_grid_x);
    const bool fits_below = !cross && room.y >= height + gap + px(k_legend) + px(k_least_grid_y);
    // Where there is room for both: where the maps become larger.
    const auto cell = [&](float x, float y) {
        return std::min(x / static_cast<float>(s.config().n_heads),
                        1.3f * y / static_cast<float>(s.config().n_layers));
    };
    const bool larger_below = cell(room.x, room.y - height - gap) > cell(room.x - width - gap, room.y);
    if (fits_beside && !(fits_below && larger_below)) {
        maps.max.x -= width + gap;
        roles = {{maps.max.x + gap, at.y}, end};
    } else if (fits_below) {
        maps.max.y -= height + gap;
        roles = {{at.x, maps.max.y + gap}, {std::min(end.x, at.x + px(k_widest_list)), end.y}};
    }
    const bool has_legend = maps.height() > px(k_legend) + px(k_least_grid_y) && maps.width() > px(250);
    if (has_legend) maps.max.y -= px(k_legend);
    grid_.draw(s, roles_, s.layer.index >= 0 || cross ? std::nullopt : sort_, selection, commands, maps);
    if (roles.width() > 0) list_.draw(s, roles_, selection, commands, roles);
    if (!has_legend) return;
    ImGui::SetCursorScreenPos({at.x, std::min(maps.max.y, maps.min.y + grid_.height()) + px(4)});
    HeatMapView view = themed_heat_map(false);
    view.scale.gamma = 0.5f;
    colour_legend({"weight", "0", "1", !cross}, view.scale);
}

} // namespace

std::unique_ptr<Panel> make_heads_panel() { return std::make_unique<HeadsPanel>(); }

} // namespace gf::ui
