#include "app/panels/outline/outline_panel.h"

#include "app/host/colour_math.h"
#include "app/view/cell_edits.h"
#include "app/view/param_counts.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/words/term_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_operation = 38, k_folded = 24; ///< heights of rows
constexpr float k_rail = 14;                     ///< width of the rail at the left
constexpr float k_min_width_for_shapes = 120;
constexpr float k_fade = 28; ///< height of a fading end

/// Where the scrolling window has more above or below, its content fades instead of being cut.
void fade_scrolled_ends() {
    const UiRect inner = inside_of_window();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ground = theme().panel, clear = with_alpha(ground, 0);
    const float above = std::min(ImGui::GetScrollY(), px(k_fade)),
                below = std::min(ImGui::GetScrollMaxY() - ImGui::GetScrollY(), px(k_fade));
    if (above > 0)
        list.AddRectFilledMultiColor(inner.min, {inner.max.x, inner.min.y + above}, ground, ground, clear,
                                     clear);
    if (below > 0)
        list.AddRectFilledMultiColor({inner.min.x, inner.max.y - below}, inner.max, clear, clear, ground,
                                     ground);
}

/// Appends a rounded number: "1024", "260 k", "12 M".
void write_count(fmt::memory_buffer& out, std::size_t n) {
    const auto to = std::back_inserter(out);
    if (n >= 10'000'000)
        fmt::format_to(to, "{:.0f} M", static_cast<double>(n) * 1e-6);
    else if (n >= 10'000)
        fmt::format_to(to, "{:.0f} k", static_cast<double>(n) * 1e-3);
    else
        fmt::format_to(to, "{}", n);
}

bool has_edit(const View& v, auto condition) {
    return std::any_of(v.edits().begin(), v.edits().end(), condition);
}

/// Draws a row's part of the residual stream: a line down the left side that everything hangs on.
void draw_rail(const UiRect& box) {
    const float x = box.min.x + px(5);
    ImGui::GetWindowDrawList()->AddLine({x, box.min.y}, {x, box.max.y}, theme().line, std::max(px(1), 1.0f));
}

/// Draws the mark of an edit at the right end of a row, within its height.
void draw_row_edit_mark(const UiRect& box, bool edits_on) {
    const float right = box.max.x - px(6);
    draw_edit_mark(*ImGui::GetWindowDrawList(), {right - px(8), box.min.y + px(1)},
                   {box.max.x - px(1), box.max.y}, edits_on);
}

class OutlinePanel : public Panel {
  public:
    bool shows_values() const override { return false; }
    const char* title() const override { return "Outline"; }
    const char* about() const override { return "the operations of the model in their order"; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    /// An operation, a folded layer, or the stack of another run.
    struct Row {
        std::optional<SiteRef> site; ///< set for an operation
        std::string other_run;       ///< name of the run of another stack, for its row
        int layer = -1;
        std::string name;        ///< the item's label: a site's public name, "layer 3", "encoder"
        std::string words, what; ///< the row's upper and lower line
        std::string params;      ///< "260 k par."; empty: none
        std::size_t n_params = 0;
    };
    void make_rows(const View& view, int layer);
    void add_other_run(const Run& run);
    void draw_operation(const View& view, const Row& row, Selection& selection, Commands& commands);
    void draw_operation_text(const View& view, const Row& row, const UiRect& box, bool shape_wanted,
                             bool chosen);
    void show_operation_tooltip(const View& view, const Row& row);
    void draw_folded(const View& view, const Row& row, const Selection& selection, Commands& commands);
    void write_shape(const View& view, Site site);
    std::string_view text() const { return {text_.data(), text_.size()}; }

    std::shared_ptr<const Model> model_;
    int run_ = -1;   ///< id of the run of rows_
    int layer_ = -1; ///< the one that is unfolded in rows_
    std::vector<Row> rows_;
    std::optional<Operation> scrolled_to_;
    fmt::memory_buffer text_;
};

/// Adds the stack of the run that this one reads, or that reads this one, folded.
void OutlinePanel::add_other_run(const Run& run) {
    Row& row = rows_.emplace_back();
    row.other_run = run.name;
    row.name = row.words = run.stack_name();
    row.words += fmt::format(", {} layers", run.config().n_layers);
    row.n_params = n_stack_params(*run.model->weights, run.stack());
}

/// Makes the rows, unless they are already those of this model, run and layer. What is read comes before what
/// reads it.
void OutlinePanel::make_rows(const View& v, int layer) {
    const Stack stack = v.run.stack();
    if (model_ == v.run.model && run_ == v.run.id && layer_ == layer) return;
    model_ = v.run.model;
    run_ = v.run.id;
    layer_ = layer;
    rows_.clear();
    if (v.source) add_other_run(*v.source);
    for (const SiteRef& site : all_sites(v.config())) {
        if (site.layer >= 0 && site.layer != layer) {
            if (rows_.empty() || rows_.back().layer != site.layer) {
                Row& row = rows_.emplace_back();
                row.layer = site.layer;
                row.name = row.words = fmt::format("layer {}", site.layer);
                row.n_params = n_layer_params(v.weights(), stack, site.layer);
            }
            continue;
        }
        const SiteWords words = site_words(v.config(), site.site);
        Row& row = rows_.emplace_back();
        row.site = site;
        row.layer = site.layer;
        row.name = site_name(site.site, site.layer);
        row.words = words.name;
        row.what = words.what;
        row.n_params = n_site_params(v.weights(), stack, site);
    }
    if (v.reader) add_other_run(*v.reader);
    for (Row& row : rows_) {
        if (row.n_params == 0) continue;
        text_.clear();
        write_count(text_, row.n_params);
        row.params = std::string(text()) + " par.";
    }
}

void OutlinePanel::draw(const View& v, Selection& selection, Commands& commands) {
    make_rows(v, selection.pinned_head.layer);
    text_.clear();
    if (v.has_other_stack()) fmt::format_to(std::back_inserter(text_), "the {}; ", v.run.stack_name());
    write_count(text_, v.weights().size());
    fmt::format_to(std::back_inserter(text_), " parameters");
    panel_header("Outline", text());
    ImGui::BeginChild("operations", {0, 0}, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    for (const Row& row : rows_)
        if (row.site)
            draw_operation(v, row, selection, commands);
        else
            draw_folded(v, row, selection, commands);
    ImGui::PopStyleVar();
    scrolled_to_ = selection.operation;
    fade_scrolled_ends();
    ImGui::EndChild();
}

/// Writes the shape that the site's values have for this text, "20 × 64", into text_.
void OutlinePanel::write_shape(const View& v, Site site) {
    const ModelConfig& c = v.config();
    text_.clear();
    const auto out = std::back_inserter(text_);
    const int heads = site_heads(c, site);
    for (const Axis axis : site_row(site).axes) {
        int n = 0;
        switch (axis) {
        case Axis::pos:
        case Axis::query:
        case Axis::key: n = v.cursor; break;
        case Axis::source: n = v.source->rows; break;
        case Axis::segment: n = 1; break;
        case Axis::head:
        case Axis::kv_head: n = heads; break;
        default: n = site_width(c, site, v.cursor) / heads; break;
        }
        if (axis == Axis::one) continue;
        if (axis == Axis::d_mlp && heads > 1) fmt::format_to(out, " × {}", heads); // experts
        fmt::format_to(out, "{}{}", text_.size() > 0 ? " × " : "", n);
    }
}

void OutlinePanel::draw_operation(const View& v, const Row& row, Selection& selection, Commands& commands) {
    const Theme& t = theme();
    const SiteRef site = *row.site;
    const bool chosen = selection.operation && selection.operation->site == site &&
                        (*selection.operation == site || selection.operation->part == Operation::k_mask);
    const auto cell = selection.focus_in(v.run.id);
    const bool lit = cell && cell->param < 0 && cell->site == site.site && cell->layer == site.layer;
    const float width = std::max(ImGui::GetContentRegionAvail().x, 1.0f);
    const ButtonItem item = button_item(row.name.c_str(), {width, px(k_operation)}, mark_of(chosen));
    if (chosen && scrolled_to_ != selection.operation) ImGui::SetScrollHereY(0.4f);
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (chosen || item.hovered || lit) {
        const ImU32 ground = chosen ? t.accent_tint : item.hovered ? t.control : t.well;
        list.AddRectFilled({item.box.min.x + px(k_rail), item.box.min.y}, item.box.max, ground, px(6));
    }
    draw_rail(item.box);
    list.AddCircleFilled({item.box.min.x + px(5), std::floor(item.box.min.y + px(11))},
                         px(chosen || lit ? 5 : 4), t.fill(site_row(site.site).family));
    draw_operation_text(v, row, item.box, width >= px(k_min_width_for_shapes), chosen);
    if (has_edit(v,
                 [&](const RunEdit& e) { return e.range.site == site.site && e.range.layer == site.layer; }))
        draw_row_edit_mark(item.box, v.snapshot.edits_on);
    draw_focus_ring(item, px(6));
    if (shows_term_tooltip()) show_operation_tooltip(v, row);
    if (item.pressed) commands.post(command::SelectOperation{chosen ? "" : row.name});
}

/// Two lines: the name and, where there is room, the shape; what the operation does and the parameters.
void OutlinePanel::draw_operation_text(const View& v, const Row& row, const UiRect& box, bool shape_wanted,
                                       bool chosen) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *body = font(TextSize::body, chosen ? Face::bold : Face::regular), *small = font(TextSize::small);
    const float left = box.min.x + px(k_rail + 6), right = box.max.x - px(6);
    const UiRect upper{{left, box.min.y + px(2)}, {right, box.min.y + px(21)}},
        lower{{left, upper.max.y - px(2)}, {right, box.max.y - px(3)}};
    write_shape(v, row.site->site);
    const float shape_width = shape_wanted ? std::ceil(measure(small, text()).x) + px(8) : 0;
    const bool shape_fits = measure(body, row.words).x + shape_width <= upper.width();
    draw_text_cut(list, {upper.min, {right - (shape_fits ? shape_width : 0), upper.max.y}}, body,
                  chosen ? t.accent_text : t.text, row.words);
    if (shape_fits && shape_width > 0)
        draw_text(list, upper, right - shape_width + px(8), small, t.muted, text());
    const float params_width = row.params.empty() ? 0 : std::ceil(measure(small, row.params).x) + px(8);
    const bool params_fit = measure(small, row.what).x + params_width <= lower.width();
    draw_text_cut(list, {lower.min, {right - (params_fit ? params_width : 0), lower.max.y}}, small, t.muted,
                  row.what);
    if (params_fit && params_width > 0)
        draw_text(list, lower, right - params_width + px(8), small, t.muted, row.params);
}

void OutlinePanel::show_operation_tooltip(const View& v, const Row& row) {
    write_shape(v, row.site->site);
    const std::string shape(text());
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{}: {}\n{}\n{}\n{} parameters", row.words, row.what, row.name,
                   shape, row.n_params);
    if (const auto formula = site_row(row.site->site).formula; !formula.empty())
        fmt::format_to(std::back_inserter(text_), "\n= {}", formula);
    term_tooltip(term_of(row.site->site), text());
}

void OutlinePanel::draw_folded(const View& v, const Row& row, const Selection& selection,
                               Commands& commands) {
    const Theme& t = theme();
    const float width = std::max(ImGui::GetContentRegionAvail().x, 1.0f);
    const ButtonItem item = button_item(row.name.c_str(), {width, px(k_folded)});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered)
        list.AddRectFilled({item.box.min.x + px(k_rail), item.box.min.y}, item.box.max, t.control, px(6));
    draw_rail(item.box);
    const float x = item.box.min.x + px(5), middle = std::floor(item.box.center().y);
    list.AddRectFilled({x - px(4), middle - px(4)}, {x + px(4), middle + px(4)}, t.block, px(2));
    const float left = item.box.min.x + px(k_rail + 6), right = item.box.max.x - px(6);
    ImFont *body = font(TextSize::body), *small = font(TextSize::small);
    const float params_width = std::ceil(measure(small, row.params).x) + px(8);
    const bool params_fit = measure(body, row.words).x + params_width <= right - left;
    draw_text_cut(list, {{left, item.box.min.y}, {right - (params_fit ? params_width : 0), item.box.max.y}},
                  body, t.muted, row.words);
    if (params_fit) draw_text(list, item.box, right - params_width + px(8), small, t.muted, row.params);
    if (row.other_run.empty() && has_edit(v, [&](const RunEdit& e) { return e.range.layer == row.layer; }))
        draw_row_edit_mark(item.box, v.snapshot.edits_on);
    draw_focus_ring(item, px(6));
    tooltip(!row.other_run.empty() ? "Show this stack, in all panels" : "Unfold this layer");
    if (!item.pressed) return;
    if (!row.other_run.empty())
        commands.post(command::ViewRun{row.other_run});
    else
        commands.post(command::PinHead{row.layer, selection.pinned_head.head});
}

} // namespace

std::unique_ptr<Panel> make_outline_panel() { return std::make_unique<OutlinePanel>(); }

} // namespace gf::ui
