#include "app/panels/heads/heads_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/heads/attention_switch.h"
#include "app/panels/heads/head_roles_list.h"
#include "app/panels/heads/heads_grid.h"
#include "app/view/not_kept_notice.h"
#include "app/view/panel_options.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/popup.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace gf::ui {
namespace {

constexpr std::string_view k_by_layer = "layer";
constexpr std::size_t k_roles_budget = 60'000; // weights read in a frame: about 0.2 ms
// Design lengths.
constexpr float k_legend_height = 22, k_list_gap = 12, k_max_list_width = 260;
constexpr float k_min_grid_width = 130, k_min_grid_height = 90; ///< what the list of roles leaves to the maps
constexpr float k_min_heads_width = 64, k_min_heads_height = 56; ///< a panel that is smaller scrolls

/// What heads can be sorted by, in words: their layer, or a role.
std::span<const std::string_view> sort_words() {
    static const std::vector<std::string_view> words = [] {
        std::vector<std::string_view> all{k_by_layer};
        for (int i = 0; i < k_n_head_roles; ++i) all.push_back(head_role_row(static_cast<HeadRole>(i)).name);
        return all;
    }();
    return words;
}

struct HeadsOptions {
    std::string sort = std::string(k_by_layer);
    static void fields(auto& options, auto visit) { visit("sort", options.sort, {.words = sort_words()}); }
};

class HeadsPanel : public PanelWithOptions<HeadsOptions> {
  public:
    const char* title() const override { return "Heads"; }
    const char* about() const override { return "the patterns of all heads, and what they do"; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void take_option(std::string_view name) override;
    void sort_by(std::string_view word);
    std::string_view sort_name() const { return options_.sort; }
    ShownRoles measure_roles(const View& view);
    void write_order(const View& view, const ShownRoles& roles, bool is_cross);
    void draw_header(const View& view, const ShownRoles& roles, Attention attention, Commands& commands);
    void draw_sort_menu();
    void note_hidden(const View& view, const UiRect& line);
    struct Layout {
        UiRect maps, roles; ///< roles: empty where there is no room for the list
        bool has_legend = false;
    };
    Layout lay_out(const View& view, bool is_cross) const;
    void draw_body(const View& view, const ShownRoles& roles, Selection& selection, Commands& commands);

    std::optional<HeadRole> sort_; ///< the role of options_.sort; nullopt: by layer
    HeadRoles roles_;
    HeadsGrid grid_;
    HeadRolesList list_;
    fmt::memory_buffer text_;
};

void HeadsPanel::take_option(std::string_view) { sort_by(options_.sort); }

void HeadsPanel::sort_by(std::string_view word) {
    options_.sort = word;
    sort_.reset();
    for (int i = 0; i < k_n_head_roles; ++i)
        if (head_role_row(static_cast<HeadRole>(i)).name == word) sort_ = static_cast<HeadRole>(i);
}

/// Reads some more rows of the text in view, or of the probe text where that is wanted.
ShownRoles HeadsPanel::measure_roles(const View& v) {
    const Snapshot::Probe& probe = v.snapshot.probe;
    const bool on_probe = probe.on && probe.trace && probe.model == v.run.model;
    const RunView measured = on_probe ? RunView{.trace = probe.trace, .rows = probe.rows}
                                      : RunView{.trace = v.run.trace, .rows = v.cursor};
    if (!roles_.advance(measured, k_roles_budget)) request_frame();
    return {roles_, measured.rows, on_probe};
}

void HeadsPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const Attention attention = selection.attention;
    const ShownRoles roles = measure_roles(v);
    draw_header(v, roles, attention, commands);
    const bool all = v.trace().kept(Site::pattern);
    if (!all && v.run.layer.index < 0) return draw_not_kept_notice(v, selection.pinned_head.layer);
    grid_.upload(v, attention);
    draw_body(v, roles, selection, commands);
}

/// Says by what the heads are sorted, and on how much that rests.
void HeadsPanel::write_order(const View& v, const ShownRoles& roles, bool is_cross) {
    auto out = std::back_inserter(text_);
    if (!sort_ || is_cross)
        fmt::format_to(out, "sorted by layer; hue = head");
    else if (!roles.is_of_probe && v.run.layer.index >= 0)
        fmt::format_to(out, "{} is known where all layers are kept", sort_name());
    else if (roles.cases(*sort_) > 0)
        fmt::format_to(out, "sorted by {}, {}{}", sort_name(), cases_in_words(roles.cases(*sort_)),
                       roles.is_of_probe ? " of the probe text" : "");
    else
        fmt::format_to(out, "{}: none, {}", sort_name(), head_role_row(*sort_).impossible_because);
    fmt::format_to(out, "; in each map rows listen to columns");
}

void HeadsPanel::draw_header(const View& v, const ShownRoles& roles, Attention attention,
                             Commands& commands) {
    text_.clear();
    auto out = std::back_inserter(text_);
    const bool cross = attention == Attention::cross;
    fmt::format_to(out, "{} × {}{}, ", v.config().n_layers, v.config().n_heads,
                   cross ? " to the source" : "");
    if (v.run.layer.index >= 0)
        fmt::format_to(out, "layer {} alone: a click computes another one; ", v.run.layer.index);
    write_order(v, roles, cross);
    // Roles, by which heads are sorted, are ways to read one's own text, so that cross-attention has no menu.
    const float menu_width = cross ? 0 : header_menu_width(sort_name());
    const float attentions_width = attention_switch_width(v);
    const float gap = menu_width > 0 && attentions_width > 0 ? px(8) : 0;
    bool has_menu = menu_width > 0;
    HeaderPlace place = header_place_beside(title(), attentions_width + gap + menu_width);
    if (!place.fits && attentions_width > 0) {
        has_menu = false;
        place = header_place_beside(title(), attentions_width);
    }
    std::string_view shown_title = title();
    if (!place.fits && menu_width > 0) { // the menu says more than the title
        has_menu = true;
        shown_title = "";
        place = header_place_beside("", menu_width);
    }
    panel_header(shown_title, {text_.data(), text_.size()}, place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    if (attentions_width > 0 && !shown_title.empty()) {
        draw_attention_switch(attention, commands);
        ImGui::SameLine(0, px(8));
    }
    if (has_menu) draw_sort_menu();
}

void HeadsPanel::draw_sort_menu() {
    if (header_menu("sort", sort_name())) ImGui::OpenPopup("sort heads");
    term_tooltip(sort_ ? term(head_role_row(*sort_).name) : term("head role"),
                 "sorts the heads by layer or by what they do");
    if (!begin_popup_beside("sort heads", region_of_last_item())) return;
    for (const std::string_view word : sort_words())
        if (ImGui::MenuItem(word.data(), nullptr, options_.sort == word)) sort_by(word);
    ImGui::EndPopup();
}

/// Maps and list of roles side by side or one above the other, where there is room for both as the maps
/// become larger.
HeadsPanel::Layout HeadsPanel::lay_out(const View& v, bool is_cross) const {
    const ImVec2 cursor = ImGui::GetCursorScreenPos(), available = ImGui::GetContentRegionAvail();
    const ImVec2 room{std::max(available.x, px(k_min_heads_width)),
                      std::max(available.y, px(k_min_heads_height))};
    const ImVec2 at{cursor.x, cursor.y + px(2)};
    const ImVec2 end{at.x + room.x, at.y + room.y - px(2)};
    const float width = HeadRolesList::width(), height = HeadRolesList::height(), gap = px(k_list_gap);
    // Roles are ways to read one's own text, so that there is no list of those of cross-attention.
    const bool fits_beside = !is_cross && room.x >= width + gap + px(k_min_grid_width);
    const bool fits_below = !is_cross && room.y >= height + gap + px(k_legend_height) + px(k_min_grid_height);
    const auto map_size = [&](float grid_width, float grid_height) {
        return std::min(grid_width / static_cast<float>(v.config().n_heads),
                        1.3f * grid_height / static_cast<float>(v.config().n_layers));
    };
    const bool is_larger_below =
        map_size(room.x, room.y - height - gap) > map_size(room.x - width - gap, room.y);
    Layout result{{at, end}, {}};
    UiRect& maps = result.maps;
    if (fits_beside && !(fits_below && is_larger_below)) {
        maps.max.x -= width + gap;
        result.roles = {{maps.max.x + gap, at.y}, end};
    } else if (fits_below) {
        maps.max.y -= height + gap;
        result.roles = {{at.x, maps.max.y + gap}, {std::min(end.x, at.x + px(k_max_list_width)), end.y}};
    }
    result.has_legend = maps.height() > px(k_legend_height) + px(k_min_grid_height) && maps.width() > px(250);
    if (result.has_legend) maps.max.y -= px(k_legend_height);
    return result;
}

void HeadsPanel::draw_body(const View& v, const ShownRoles& roles, Selection& selection, Commands& commands) {
    const bool is_cross = selection.attention == Attention::cross;
    const Layout layout = lay_out(v, is_cross);
    const UiRect& maps = layout.maps;
    // Scores of roles need all layers.
    const bool is_sortable = (roles.is_of_probe || v.run.layer.index < 0) && !is_cross;
    grid_.draw(v, roles, is_sortable ? sort_ : std::nullopt, selection, commands, maps);
    if (layout.roles.width() > 0) list_.draw(v, roles, selection, commands, layout.roles);
    if (!layout.has_legend) return;
    ImGui::SetCursorScreenPos({maps.min.x, std::min(maps.max.y, maps.min.y + grid_.height()) + px(4)});
    const ColourScale scale = grid_.colour_scale(v);
    const std::string greatest = fmt::format("{:.2g}", scale.vmax),
                      least = v.has_both_signs() ? "-" + greatest : "0";
    colour_legend({"weight", least.c_str(), greatest.c_str(), !is_cross, "attention weight"}, scale);
    note_hidden(v, {{ImGui::GetItemRectMax().x + px(12), ImGui::GetItemRectMin().y},
                    {maps.max.x, ImGui::GetItemRectMax().y}});
}

/// Says loudly how many heads are scrolled out of sight, and where one line of pixels shows several rows.
void HeadsPanel::note_hidden(const View& v, const UiRect& line) {
    const int hidden = grid_.n_hidden_heads(), pooled = grid_.rows_per_pixel(v);
    if (hidden == 0 && pooled == 1) return;
    text_.clear();
    const auto out = std::back_inserter(text_);
    if (hidden > 0) fmt::format_to(out, "{} of {} heads hidden: scroll", hidden, grid_.n_heads());
    if (pooled > 1) fmt::format_to(out, "{}{} rows in one", hidden > 0 ? ", " : "", pooled);
    const std::string_view words(text_.data(), text_.size());
    ImFont* f = font(TextSize::small, Face::bold);
    if (hidden == 0 && measure(f, words).x > line.width()) return; // all heads are there, if only small
    draw_text_cut(*ImGui::GetWindowDrawList(), line, f, theme().accent_text, words);
}

} // namespace

std::unique_ptr<Panel> make_heads_panel() { return std::make_unique<HeadsPanel>(); }

} // namespace gf::ui
