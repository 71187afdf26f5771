// Head: the patterns of all heads as a grid, and one head large with its tokens.

#include "app/heat_map_widget.h"
#include "app/panel.h"
#include "app/panel_frame.h"
#include "app/rotated_text.h"
#include "app/token_labels.h"
#include "app/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf {
namespace {

class HeadPanel : public Panel {
  public:
    const char* title() const override { return "Head"; }
    const char* about() const override { return "one head large: which query reads which key"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;

  private:
    void update_maps(const Snapshot& snapshot);
    void draw_grid(const Snapshot& snapshot, Selection& selection, Commands& commands, const UiRect& area);
    void draw_head(const Snapshot& snapshot, Selection& selection, const UiRect& area);
    void draw_labels(const Snapshot& snapshot, const UiRect& matrix, std::optional<HeatMapCell> lit);
    void describe(const Snapshot& snapshot, const HeadRef& head, std::optional<HeatMapCell> cell);

    HeatMapWidget maps_;
    std::vector<real> row_; ///< a pattern row with masked cells marked, on its way to the card
    std::shared_ptr<const Trace> trace_;
    std::vector<HeatMapPlace> places_;
    HeatMapView grid_, head_;
    bool zoomed_ = false;
    fmt::memory_buffer text_;
};

/// Columns of the label margin on the left, and height of the one on top, in design lengths.
constexpr float k_label_margin = 64, k_layer_margin = 24;

void HeadPanel::update_maps(const Snapshot& s) {
    const Trace& trace = s.trace();
    const ModelConfig& c = s.config();
    if (trace_ != s.run().trace) {
        maps_.clear();
        trace_ = s.run().trace;
        zoomed_ = false;
    }
    const int n_keys = trace.n_keys();
    row_.resize(static_cast<std::size_t>(n_keys));
    maps_.update({c.n_layers * c.n_heads, trace.capacity(), n_keys, Pool::magnitude}, s.run().rows,
                 [&](int map, int row) -> std::span<const float> {
                     const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(map % c.n_heads) * n_keys;
                     const real* pattern = trace.row(Site::pattern, map / c.n_heads, row) + at;
                     const real* scores = trace.row(Site::attn_scores, map / c.n_heads, row) + at;
                     const Trace::RowPlan& plan = trace.plan(row);
                     const int n = plan.key_end - plan.segment_begin;
                     for (int k = 0; k < n; ++k)
                         row_[static_cast<std::size_t>(k)] = scores[k] == k_masked_cell ? k_masked_cell : pattern[k];
                     return {row_.data(), static_cast<std::size_t>(n)};
                 });
}

void HeadPanel::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    const ModelConfig& c = s.config();
    const HeadRef shown = selection.head.get().value_or(selection.pinned_head);
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{} layers x {} heads; layer {}, head {} large{}", c.n_layers, c.n_heads,
                   shown.layer, shown.head, shown == selection.pinned_head ? "" : " (preview: click pins it)");
    panel_header("Head", {text_.data(), text_.size()});
    if (!s.trace().kept(Site::pattern)) {
        constexpr const char* k_why =
            "At this length the patterns do not fit into the trace budget. A shorter prompt shows them.";
        ImGui::TextWrapped("%s", k_why);
        record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), k_why);
        return;
    }
    update_maps(s);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const float legend = px(28), gap = px(24), height = std::max(room.y - legend, px(40));
    // The grid takes what square maps need, at most two fifths.
    const float cell = std::min((room.x * 0.42f - px(k_layer_margin)) / static_cast<float>(c.n_heads),
                                (height - px(12)) / static_cast<float>(c.n_layers));
    const float grid_width = px(k_layer_margin) + std::max(cell, px(6)) * static_cast<float>(c.n_heads);
    draw_grid(s, selection, commands, {at, {at.x + grid_width, at.y + height}});
    draw_head(s, selection, {{at.x + grid_width + gap, at.y}, {at.x + room.x, at.y + height}});
}

void HeadPanel::draw_grid(const Snapshot& s, Selection& selection, Commands& commands, const UiRect& area) {
    const ModelConfig& c = s.config();
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = area.min.x + px(k_layer_margin), top = area.min.y + px(10);
    const float cell = std::floor(
        std::min((area.max.x - left) / static_cast<float>(c.n_heads), (area.max.y - top) / static_cast<float>(c.n_layers)));
    const float gap = std::min(px(4), std::floor(cell * 0.12f)), side = cell - gap;
    const auto box = [&](int layer, int head) {
        const ImVec2 min{left + cell * static_cast<float>(head), top + cell * static_cast<float>(layer)};
        return UiRect{min, {min.x + side, min.y + side}};
    };
    grid_ = themed_heat_map(false);
    grid_.rows = grid_.cols = s.cursor;
    grid_.row1 = grid_.col1 = static_cast<float>(s.cursor);
    grid_.scale.gamma = 0.5f;
    places_.clear();
    for (int l = 0; l < c.n_layers; ++l)
        for (int h = 0; h < c.n_heads; ++h) places_.push_back({l * c.n_heads + h, box(l, h)});
    maps_.draw(list, places_, grid_);

    for (int h = 0; h < c.n_heads; ++h) { // a head's hue is the same everywhere
        const UiRect b = box(0, h);
        list.AddRectFilled({b.min.x, area.min.y + px(2)}, {b.max.x, area.min.y + px(5)}, t.head_fill(h, c.n_heads));
    }
    const HeadRef shown = selection.head.get().value_or(selection.pinned_head);
    char name[32];
    for (int l = 0; l < c.n_layers; ++l) {
        if (side >= px(14) || l % 4 == 0) {
            *fmt::format_to_n(name, sizeof name - 1, "L{}", l).out = 0;
            list.AddText(font(TextSize::small), font(TextSize::small)->FontSize, {area.min.x, box(l, 0).min.y + side / 2 - px(8)},
                         t.muted, name);
        }
        for (int h = 0; h < c.n_heads; ++h) {
            const UiRect b = box(l, h);
            const HeadRef here{l, h};
            ImGui::SetCursorScreenPos(b.min);
            *fmt::format_to_n(name, sizeof name - 1, "L{}H{}", l, h).out = 0;
            if (ImGui::InvisibleButton(name, {std::max(side, 1.0f), std::max(side, 1.0f)})) commands.post(command::PinHead{l, h});
            if (ImGui::IsItemHovered()) {
                selection.head.set(here);
                tooltip(name);
            }
            if (here == shown || here == selection.pinned_head || ImGui::IsItemFocused())
                list.AddRect({b.min.x - px(2), b.min.y - px(2)}, {b.max.x + px(2), b.max.y + px(2)},
                             here == selection.pinned_head ? t.accent : t.muted, px(2), 0,
                             px(here == selection.pinned_head ? 2 : 1));
        }
    }
    ImGui::SetCursorScreenPos({area.min.x, area.max.y + px(4)});
    colour_legend({"weight", "0", "1", true}, grid_.scale);
}

void HeadPanel::draw_head(const Snapshot& s, Selection& selection, const UiRect& area) {
    const HeadRef shown = selection.head.get().value_or(selection.pinned_head);
    const float margin = px(k_label_margin);
    const float side = std::floor(std::min(area.width() - margin, area.height() - margin));
    if (side < px(24)) return;
    const ImVec2 min{area.min.x + margin, area.min.y + margin};
    const UiRect matrix{min, {min.x + side, min.y + side}};
    const auto n = static_cast<float>(s.cursor);
    if (!zoomed_) {
        head_ = themed_heat_map(false);
        head_.row0 = head_.col0 = 0;
        head_.row1 = head_.col1 = n;
    }
    const HeatMapView fresh = themed_heat_map(false); // the theme may have changed
    head_.look = fresh.look;
    head_.scale = fresh.scale;
    head_.scale.gamma = 0.5f;
    head_.rows = head_.cols = s.cursor;
    const float shown_cells = std::min(head_.row1 - head_.row0, n); // after a step back the view stays on the text
    head_.row1 = std::clamp(head_.row1, shown_cells, n);
    head_.col1 = std::clamp(head_.col1, shown_cells, n);
    head_.row0 = head_.row1 - shown_cells;
    head_.col0 = head_.col1 - shown_cells;
    if (side / (head_.row1 - head_.row0) >= px(8)) head_.look.gap_x = head_.look.gap_y = px(1);
    const HeatMapPlace place{shown.layer * s.config().n_heads + shown.head, matrix};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    maps_.draw(list, {&place, 1}, head_);

    ImGui::SetCursorScreenPos(matrix.min);
    ImGui::InvisibleButton("matrix", {side, side});
    std::optional<HeatMapCell> cell;
    if (ImGui::IsItemHovered()) {
        zoomed_ |= navigate_heat_map(head_, matrix);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) zoomed_ = false;
        cell = heat_map_cell_at({&place, 1}, head_, ImGui::GetMousePos());
        if (cell) {
            selection.cell.set({0, Site::pattern, shown.layer, shown.head, cell->row, cell->col});
            selection.token.set(cell->row);
            const UiRect r = heat_map_cell_rect(place, head_, cell->row, cell->col);
            list.AddRect({r.min.x - px(1), r.min.y - px(1)}, {r.max.x + px(1), r.max.y + px(1)}, theme().accent, 0, 0, px(2));
        }
    }
    draw_labels(s, matrix, cell);
    ImGui::SetCursorScreenPos({area.min.x, area.max.y + px(6)});
    describe(s, shown, cell);
}

/// Queries down the left side, keys along the top, as many as there is room for; those under the mouse always.
void HeadPanel::draw_labels(const Snapshot& s, const UiRect& matrix, std::optional<HeatMapCell> lit) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* face = font(TextSize::small);
    ImFont* bold = font(TextSize::small, Face::bold);
    const Theme& t = theme();
    const float cell = matrix.width() / (head_.row1 - head_.row0), margin = px(k_label_margin) - px(8);
    const int every = std::max(1, static_cast<int>(std::ceil((face->FontSize) / cell)));
    const auto each = [&](float from, float to, int lit_index, auto put) {
        for (int i = std::max(0, static_cast<int>(from)); i < std::min(s.cursor, static_cast<int>(std::ceil(to))); ++i) {
            const bool is_lit = i == lit_index;
            const bool crowded = lit_index >= 0 && std::abs(i - lit_index) < every;
            if (!is_lit && (i % every != 0 || crowded)) continue;
            const float middle = (static_cast<float>(i) + 0.5f - from) * cell;
            if (middle >= 0 && middle < matrix.width())
                put(token_labels().alone(s.run().token(i)), middle, is_lit ? bold : face, is_lit ? t.accent_text : t.text);
        }
    };
    each(head_.row0, head_.row1, lit ? lit->row : -1, [&](const std::string& label, float middle, ImFont* f, ImU32 ink) {
        const float width = std::min(f->CalcTextSizeA(f->FontSize, FLT_MAX, 0, label.c_str()).x, margin);
        const ImVec2 at{matrix.min.x - px(8) - width, matrix.min.y + middle - f->FontSize / 2};
        list.PushClipRect({matrix.min.x - margin - px(8), at.y}, {matrix.min.x, at.y + f->FontSize}, true);
        list.AddText(f, f->FontSize, at, ink, label.c_str());
        list.PopClipRect();
    });
    each(head_.col0, head_.col1, lit ? lit->col : -1, [&](const std::string& label, float middle, ImFont* f, ImU32 ink) {
        add_text_upwards(list, f, {matrix.min.x + middle, matrix.min.y - px(6)}, margin, ink, label);
    });
}

/// The value under the mouse, in words.
void HeadPanel::describe(const Snapshot& s, const HeadRef& head, std::optional<HeatMapCell> cell) {
    text_.clear();
    auto out = std::back_inserter(text_);
    if (cell) {
        const CellRef ref{0, Site::pattern, head.layer, head.head, cell->row, cell->col};
        CellRef score = ref;
        score.site = Site::attn_scores;
        const auto& query = token_labels().alone(s.run().token(cell->row));
        const auto& key = token_labels().alone(s.run().token(cell->col));
        const real value = s.trace().value(score);
        if (value == k_masked_cell)
            fmt::format_to(out, "query {} ({}) may not read key {} ({}): masked", query, cell->row, key, cell->col);
        else
            fmt::format_to(out, "query {} ({}) reads key {} ({}): weight {:.4f}, score {:.3f}", query, cell->row, key, cell->col,
                           s.trace().value(ref), value);
    } else {
        fmt::format_to(out, "Rows are queries, columns keys. Wheel: zoom, drag: pan.");
    }
    FontScope scope(TextSize::small);
    ImGui::PushStyleColor(ImGuiCol_Text, cell ? theme().text : theme().muted);
    ImGui::TextUnformatted(text_.data(), text_.data() + text_.size());
    ImGui::PopStyleColor();
    record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), {text_.data(), text_.size()});
}

} // namespace

std::unique_ptr<Panel> make_head_panel() { return std::make_unique<HeadPanel>(); }

} // namespace gf
