#include "app/panels/positions/positions_panel.h"

#include "app/panels/positions/added_stage.h"
#include "app/panels/positions/alibi_stage.h"
#include "app/panels/positions/bucket_stage.h"
#include "app/panels/positions/order_stage.h"
#include "app/panels/positions/reach_chart.h"
#include "app/panels/positions/rope_controls.h"
#include "app/panels/positions/rope_stage.h"
#include "app/panels/positions/scheme_cards.h"
#include "app/view/attention_rows.h"
#include "app/view/not_kept_notice.h"
#include "app/view/panel_options.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/tooltip.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_panel_gap = 20, k_side_width = 420, k_min_with_side = 1000, k_cards_height = 150,
                k_low_cards_height = 30;
constexpr float k_min_with_pictures = 500, k_min_width = 300, k_min_height = 160, k_min_reach = 160;

/// What fills the middle: the scheme itself, or what was measured.
enum class Page { scheme, order, reach };
constexpr std::array<const char*, 3> k_pages{"scheme", "order", "reach"};
std::string_view name(Page page) { return k_pages[static_cast<std::size_t>(page)]; }

/// Which scheme is large; `automatic`: that of the run in view.
enum class ShownScheme { automatic, none, learned, sinusoidal, rope, alibi };
constexpr std::array<std::string_view, 6> k_shown_schemes{"auto",       "none", "learned",
                                                          "sinusoidal", "rope", "alibi"};
std::string_view name(ShownScheme scheme) { return k_shown_schemes[static_cast<std::size_t>(scheme)]; }
ShownScheme shown(Positions scheme) { return static_cast<ShownScheme>(static_cast<int>(scheme) + 1); }

struct PositionsOptions {
    Page page = Page::scheme;
    ShownScheme scheme = ShownScheme::automatic;
    bool no_mask = false; ///< another order is looked at where every word sees every other one
    /// How far before the query RoPE's key is to stand, a whole number; -1: where it does.
    double distance = -1;
    static void fields(auto& options, auto visit) {
        visit("page", options.page);
        visit("scheme", options.scheme);
        visit("no_mask", options.no_mask, {.words = k_off_on});
        visit("distance", options.distance, {.least = -1, .greatest = 1 << 20});
    }
};

class PositionsPanel : public PanelWithOptions<PositionsOptions> {
  public:
    const char* title() const override { return "Positions"; }
    const char* about() const override { return "five ways to tell a model where a word stands"; }
    bool shows_values() const override { return false; }
    bool shows_all_runs() const override { return true; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    const Run& run_to_draw(const View& view) const;
    Page page_to_draw(bool has_side) const {
        return has_side && options_.page == Page::reach ? Page::scheme : options_.page;
    }
    void draw_header(const View& view, const Run& run, bool has_side, Commands& commands);
    void draw_main(const View& view, const StageContext& context, Page page);
    void draw_side(const View& view, Commands& commands, const UiRect& area);
    void draw_stage(const StageContext& context, const PositionStudy* study);

    SchemeCards cards_;
    SchemePictures pictures_;
    RopeStage rope_;
    AlibiStage alibi_;
    AddedStage added_;
    OrderStage order_;
    ReachChart reach_;
    RopeControls controls_;
    fmt::memory_buffer text_;
};

/// Why a layer's positions have no picture here; empty if they have one.
std::string_view why_not_drawn(const ModelConfig& c, int layer) {
    if (c.positions == Positions::alibi && c.score_cap > 0)
        return "Scores are bent by a soft-cap here, so that they are not the product less the distance. "
               "Head, "
               "unrolled, shows each step.";
    if (c.positions != Positions::rope) return "";
    if (c.layer(layer).positions != Positions::rope)
        return "This layer turns nothing: its queries and keys are compared as they are, wherever they "
               "stand. Choose a head of another layer.";
    return "";
}

/// The run of the scheme that was chosen, else the one in view.
const Run& PositionsPanel::run_to_draw(const View& v) const {
    if (options_.scheme == ShownScheme::automatic) return v.run;
    const Run* run = run_with_scheme(v, static_cast<Positions>(static_cast<int>(options_.scheme) - 1));
    return run ? *run : v.run;
}

/// What the panel shows, its pages, and the button that opens all five models. What stands at the side has no
/// page.
void PositionsPanel::draw_header(const View& v, const Run& run, bool has_side, Commands& commands) {
    const SchemeRow& row = scheme_row(run.config().positions);
    const bool all_open = n_schemes_open(v) == static_cast<int>(scheme_rows().size());
    const char* compare = all_open ? "One alone" : "Compare five";
    const auto pages = std::span(k_pages).first(has_side ? 2 : 3);
    const float width =
        segmented_control_width(pages, ControlSize::small) + px(8) + header_button_width(compare);
    const HeaderPlace place = header_place_beside(title(), width);
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{} of {}, {}: {}", row.label, run.model->name, row.does,
                   row.sentence);
    panel_header(title(), {text_.data(), text_.size()}, place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    int page = static_cast<int>(page_to_draw(has_side));
    if (segmented_control("page", page, pages, ControlSize::small)) options_.page = static_cast<Page>(page);
    ImGui::SameLine(0, px(8));
    if (header_button("compare", compare))
        all_open ? post_remove_others(v, commands) : post_compare_five(v, commands);
    tooltip(all_open ? "Closes the runs beside the text"
                     : "Opens the five models that differ in nothing but positions, on this text");
}

void PositionsPanel::draw_stage(const StageContext& c, const PositionStudy* study) {
    if (c.query < 0) return;
    const bool needs_layer =
        c.config().positions == Positions::rope || c.config().positions == Positions::alibi;
    if (needs_layer && !c.trace().kept(Site::attn_scores, c.head.layer)) {
        ImGui::SetCursorScreenPos(c.area.min);
        return draw_not_kept_notice(c.view, c.head.layer);
    }
    if (const std::string_view why = why_not_drawn(c.config(), c.head.layer); !why.empty())
        return draw_wrapped_text(*ImGui::GetWindowDrawList(), c.area.min, font(TextSize::body), theme().text,
                                 why, c.area.width());
    switch (c.config().positions) {
    case Positions::buckets: return draw_bucket_stage(c);
    case Positions::none: return pictures_.mask.draw(c, study);
    case Positions::rope: {
        int distance = static_cast<int>(options_.distance);
        rope_.draw(c, distance);
        options_.distance = distance;
        return;
    }
    case Positions::alibi: return alibi_.draw(c);
    case Positions::learned:
    case Positions::sinusoidal: break;
    }
    AddedVectors& added = pictures_.of(c.config().positions);
    added.look_at(c.config(), c.view.run.model->weights, c.trace().stack());
    added_.draw(c, added);
}

/// How far the models reach, and below it what RoPE can be changed to.
void PositionsPanel::draw_side(const View& v, Commands& commands, const UiRect& area) {
    UiRect upper = area;
    const Run* rope = run_with_scheme(v, Positions::rope);
    if (rope && area.height() > RopeControls::greatest_height() + px(k_min_reach)) {
        const View of_rope(v.snapshot, *rope);
        upper.max.y -= RopeControls::height(of_rope) + px(k_panel_gap);
        controls_.draw(of_rope, commands, {{area.min.x, upper.max.y + px(k_panel_gap)}, area.max});
    }
    reach_.draw(v, commands, upper);
}

void PositionsPanel::draw_main(const View& v, const StageContext& c, Page page) {
    switch (page) {
    case Page::scheme: return draw_stage(c, v.snapshot.positions.get());
    case Page::order: return order_.draw(v, c.commands, c.area, options_.no_mask);
    case Page::reach: return draw_side(v, c.commands, c.area);
    }
}

void PositionsPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const Run& run = run_to_draw(v);
    const ImVec2 start = ImGui::GetCursorScreenPos(), available = ImGui::GetContentRegionAvail();
    const bool has_side = available.x > px(k_min_with_side),
               has_pictures = available.y > px(k_min_with_pictures);
    draw_header(v, run, has_side, commands);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 end{start.x + std::max(available.x, px(k_min_width)),
                     std::max(start.y + available.y, at.y + px(k_min_height)) - px(2)};
    const float cards_top = end.y - px(has_pictures ? k_cards_height : k_low_cards_height);
    UiRect main{{at.x, at.y + px(6)}, {end.x, cards_top - px(14)}};
    if (has_side) {
        draw_side(v, commands, {{main.max.x - px(k_side_width), main.min.y}, main.max});
        main.max.x -= px(k_side_width) + px(k_panel_gap);
    }
    const View of(v.snapshot, run);
    const HeadRef head{std::min(selection.head_in_view().layer, run.config().n_layers - 1),
                       std::min(selection.head_in_view().head, run.config().n_heads - 1)};
    const auto pinned = as_attention_cell(of, selection.pinned_cell, Attention::self, head);
    const int query =
        pinned && pinned->query < of.cursor ? pinned->query : selection.token_in_view(of.cursor);
    draw_main(v, {of, selection, commands, head, query, main}, page_to_draw(has_side));
    const auto clicked = cards_.draw(v, selection, commands, run.config().positions, {{at.x, cards_top}, end},
                                     pictures_, v.snapshot.positions.get());
    if (!clicked) return;
    options_.scheme = shown(*clicked);
    options_.page = Page::scheme;
}

} // namespace

std::unique_ptr<Panel> make_positions_panel() { return std::make_unique<PositionsPanel>(); }

} // namespace gf::ui
