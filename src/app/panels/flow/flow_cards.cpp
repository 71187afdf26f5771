#include "app/panels/flow/flow_cards.h"

#include "app/host/colour_math.h"
#include "app/view/token_labels.h"
#include "app/view/token_row.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_card_width = 112, k_gap_beside = 12, k_padding = 10, k_row = 22, k_min_row = 13;
constexpr float k_label = 48, k_mark = 6; ///< parts of a source token's row
constexpr float k_class_row = 24, k_pooled_width = 20;

/// A scale whose colours are full at three times the root mean square, as those of Flow's strips are.
ColourScale scale_of(const Trace& trace, Site site, int rows) {
    double squares = 0;
    const int n = trace.width(site);
    for (int r = 0; r < rows; ++r)
        for (int i = 0; i < n; ++i) {
            const auto x = static_cast<double>(trace.row(site, -1, r)[i]);
            if (std::isfinite(x)) squares += x * x;
        }
    ColourScale scale = themed_heat_map(true).scale;
    scale.vmax =
        squares > 0 ? static_cast<float>(3 * std::sqrt(squares / (static_cast<double>(rows) * n))) : 1.0f;
    return scale;
}

/// Marks the tokens that the text's vector is pooled from, left of the output's column.
void draw_pooled_rows(const View& v, const FlowLayout& layout, const FlowColumn& output) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto [first, end] = v.trace().pooled_rows(0);
    for (int r = std::max(first, static_cast<int>(layout.row0));
         r < std::min(end, static_cast<int>(std::ceil(layout.row1))); ++r) {
        const float y = layout.middle_of(r), half = std::clamp(layout.row_height() * 0.28f, 0.5f, px(5));
        if (y > layout.top && y < layout.bottom)
            list.AddRectFilled({output.x0 - px(14), y - half}, {output.x0 - px(4), y + half},
                               theme().fill(ColourRole::residual));
    }
}

} // namespace

float FlowCards::width() { return px(k_card_width); }
float FlowCards::width_with_gap(const View& v) {
    return v.has_other_stack() ? width() + px(k_gap_beside) : 0;
}

/// The stack of the other run and its number of layers, as a button.
void FlowCards::draw_stack_name(const View& v, const UiRect& box, Commands& commands) {
    const Theme& t = theme();
    const Run& other = v.source ? *v.source : *v.reader;
    const std::string_view name = other.stack_name();
    const float x = box.min.x + px(k_padding), right = box.max.x - px(k_padding), y = box.max.y - px(42);
    ImGui::SetCursorScreenPos(box.min);
    const ButtonItem item = button_item(name.data(), box.size());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(8));
    ImFont *small = font(TextSize::small), *bold = font(TextSize::small, Face::bold);
    draw_text_cut(list, {{x, y}, {right, y + small->FontSize}}, bold, t.text, name);
    draw_text_cut(list, {{x, y + px(18)}, {right, y + px(18) + small->FontSize}}, small, t.muted,
                  line_("{} layers", other.config().n_layers));
    draw_focus_ring(item, px(8));
    tooltip(v.source
                ? "The encoder, folded: the tokens of the source, what it gives for each of them, and in the "
                  "margin how much the head in focus reads it for the token in view.\n"
                  "click: show the encoder in all panels"
                : "The decoder, folded: its text so far. It reads what this encoder gives.\n"
                  "click: show the decoder in all panels");
    if (item.pressed) commands.post(command::ViewRun{other.name});
}

void FlowCards::draw_other_run(const View& v, const FlowLayout& layout, float left, Selection& selection,
                               Commands& commands) {
    const Run& other = v.source ? *v.source : *v.reader;
    const Theme& t = theme();
    const int n = other.rows;
    const float height = layout.lowest - layout.top;
    const int fit = std::max(static_cast<int>(height / px(k_min_row)), 1);
    const int n_seen = n <= fit ? n : fit - 1; // the last line says how many more there are
    const int n_lines = std::max(n_seen + (n_seen < n), 1);
    const float row = std::floor(std::min(height / static_cast<float>(n_lines), px(k_row)));
    const float bottom = std::max(layout.bottom, layout.top + row * static_cast<float>(n_lines));
    const UiRect card{{left, layout.header_top}, {left + width(), bottom + px(6)}};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(card.min, card.max, t.well, px(8));
    list.AddRect(card.min, card.max, t.border, px(8));
    draw_stack_name(v, {card.min, {card.max.x, layout.top}}, commands);
    ImFont* small = font(TextSize::small);
    const auto line_box = [&](int i) {
        const float top = layout.top + row * static_cast<float>(i);
        return UiRect{{card.min.x + px(k_padding), top}, {card.max.x - px(k_padding), top + row}};
    };
    for (int i = 0; i < n_seen; ++i) {
        if (v.source)
            draw_source_row(v, layout, line_box(i), i, selection, commands);
        else
            draw_text_cut(list, line_box(i), small, t.text, token_labels().label(other.token(i)));
    }
    if (n_seen < n) draw_text_cut(list, line_box(n_seen), small, t.muted, line_("and {} more", n - n_seen));
}

/// Draws a token of the source, what the encoder gives for it, and in the margin how much the token in view
/// reads it.
void FlowCards::draw_source_row(const View& v, const FlowLayout& layout, const UiRect& row, int position,
                                Selection& selection, Commands& commands) {
    const Theme& t = theme();
    const Trace& trace = v.trace();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool lit = selection.source_token.get() == position;
    draw_text_cut(list, {row.min, {row.min.x + px(k_label), row.max.y}},
                  font(TextSize::small, lit ? Face::bold : Face::regular), lit ? t.accent_text : t.text,
                  short_label(*v.source, position));
    const UiRect strip{{row.min.x + px(k_label + 4), row.min.y + 1},
                       {row.max.x - px(k_mark + 2), row.max.y - 1}};
    if (encoder_trace_ != v.run.trace) {
        encoder_trace_ = v.run.trace;
        encoder_vmax_ = scale_of(trace, Site::encoder_out, v.source->rows).vmax;
    }
    ColourScale scale = themed_heat_map(true).scale;
    scale.vmax = encoder_vmax_;
    scale.vmin = -encoder_vmax_;
    const auto d_model = static_cast<std::size_t>(v.config().d_model);
    draw_heat_strip(list, strip, {trace.row(Site::encoder_out, -1, position), d_model}, scale);
    const int query = selection.token_in_view(v.cursor);
    if (trace.kept(Site::cross_pattern, layout.layer) && query >= 0) {
        const CellRef weight = v.cell(Site::cross_pattern, layout.layer, layout.head, query, position);
        list.AddRectFilled({row.max.x - px(k_mark), row.min.y + 1}, {row.max.x, row.max.y - 1},
                           with_alpha(t.fill(ColourRole::key), std::min(trace.value(weight), 1.0f)));
    }
    handle_source_row(v, row, strip, position, selection, commands);
}

/// Makes the row of a source token an item: the mouse on its strip points at a value of the encoder's output.
void FlowCards::handle_source_row(const View& v, const UiRect& row, const UiRect& strip, int position,
                                  Selection& selection, Commands& commands) {
    char name[32];
    *fmt::format_to_n(name, sizeof name - 1, "source {}", position).out = 0;
    ImGui::SetCursorScreenPos(row.min);
    const bool pressed = ImGui::InvisibleButton(name, {row.width(), row.height()});
    draw_focus_ring_of_last_item(px(3));
    const auto holds_row = [&](const CellRange& range) {
        return range.param < 0 && range.site == Site::encoder_out && position >= range.row_begin &&
               (range.row_end < 0 || position < range.row_end);
    };
    const auto precedents = selection.precedents_in(v.run.id);
    if (std::any_of(precedents.begin(), precedents.end(), holds_row))
        ImGui::GetWindowDrawList()->AddRect(strip.min, strip.max, theme().accent, 0, 0, px(1.5f));
    if (!ImGui::IsItemHovered()) return;
    selection.source_token.set(position);
    const float part = (ImGui::GetMousePos().x - strip.min.x) / strip.width();
    if (part < 0 || part >= 1) return;
    const int column = static_cast<int>(part * static_cast<float>(v.config().d_model));
    const CellRef cell = v.cell(Site::encoder_out, -1, -1, position, column);
    selection.cell.set(cell);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
        commands.post(command::AskValue{v.address(cell)});
    else if (pressed)
        commands.post(command::PinCell{v.address(cell)});
}

void FlowCards::draw_output(const View& v, const FlowLayout& layout, Selection& selection,
                            Commands& commands) {
    const FlowColumn* output = layout.output_column();
    if (!output || output->kind == FlowColumnKind::next || !has_pooled_output(v)) return;
    draw_pooled_rows(v, layout, *output);
    if (output->kind == FlowColumnKind::classes)
        draw_classes(v, layout, selection, commands);
    else
        draw_pooled(v, layout, selection, commands);
}

/// Draws one row for each class, the likeliest first, as many as have room.
void FlowCards::draw_classes(const View& v, const FlowLayout& layout, Selection& selection,
                             Commands& commands) {
    class_probabilities(v, classes_);
    const FlowColumn& c = *layout.output_column();
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* numbers = font(TextSize::small, Face::mono);
    const auto n_fit =
        static_cast<std::size_t>(std::max((layout.bottom - layout.top) / px(k_class_row), 1.0f));
    for (std::size_t i = 0; i < std::min(n_fit, classes_.size()); ++i) {
        const ClassProbability& p = classes_[i];
        const float top = layout.top + px(k_class_row) * static_cast<float>(i);
        const UiRect row{{c.x0, top}, {c.x1, top + px(k_class_row) - px(2)}};
        char name[24], number[16];
        *fmt::format_to_n(name, sizeof name - 1, "class {}", p.id).out = 0;
        *fmt::format_to_n(number, sizeof number - 1, "{:.1f} %", 100 * p.probability).out = 0;
        list.AddRectFilled(row.min, {row.min.x + row.width() * static_cast<float>(p.probability), row.max.y},
                           i == 0 ? t.accent_tint : t.control, px(3));
        const float left = row.max.x - px(4) - std::ceil(measure(numbers, number).x);
        draw_text_cut(list, {{row.min.x + px(4), row.min.y}, {left - px(4), row.max.y}},
                      font(TextSize::small, i == 0 ? Face::bold : Face::regular),
                      i == 0 ? t.accent_text : t.text, name);
        draw_text(list, row, left, numbers, i == 0 ? t.accent_text : t.text, number);
        ImGui::SetCursorScreenPos(row.min);
        const bool pressed = ImGui::InvisibleButton(name, row.size());
        draw_focus_ring_of_last_item(px(3));
        if (ImGui::IsItemHovered()) {
            selection.cell.set(v.cell(Site::class_logits, -1, -1, 0, p.id));
            tooltip(
                line_("{}: probability {:.4f}, logit {:.3f}\nclick pins it", name, p.probability, p.logit));
        }
        if (pressed) commands.post(command::PinCell{"class_logits", -1, 0, p.id});
    }
}

/// Draws the text's vector from top to bottom.
void FlowCards::draw_pooled(const View& v, const FlowLayout& layout, Selection& selection,
                            Commands& commands) {
    const FlowColumn& c = *layout.output_column();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int n = v.config().d_model;
    const real* x = v.trace().row(Site::pooled, -1, 0);
    ColourScale scale = scale_of(v.trace(), Site::pooled, 1);
    scale.vmin = -scale.vmax;
    const float height = layout.bottom - layout.top;
    const int drawn = std::min(n, std::max(static_cast<int>(height), 1));
    const float left = std::floor(c.middle() - px(k_pooled_width) / 2), right = left + px(k_pooled_width);
    const auto y_of = [&](int i) {
        return layout.top + std::round(height * static_cast<float>(i) / static_cast<float>(drawn));
    };
    for (int i = 0; i < drawn; ++i) {
        float cell = x[i * n / drawn]; // the largest of several values that share a pixel
        for (int j = i * n / drawn + 1; j < (i + 1) * n / drawn; ++j)
            if (std::abs(x[j]) > std::abs(cell)) cell = x[j];
        list.AddRectFilled({left, y_of(i)}, {right, y_of(i + 1)}, pack(colour_of(scale, cell)));
    }
    ImGui::SetCursorScreenPos({left, layout.top});
    const bool pressed = ImGui::InvisibleButton("hook_pooled", {right - left, height});
    draw_focus_ring_of_last_item(px(3));
    if (!ImGui::IsItemHovered()) return;
    const int at = std::clamp(
        static_cast<int>((ImGui::GetMousePos().y - layout.top) / height * static_cast<float>(n)), 0, n - 1);
    selection.cell.set(v.cell(Site::pooled, -1, -1, 0, at));
    tooltip(line_("value {} of the text's vector: {:.4f}\nclick pins it", at, x[at]));
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
        commands.post(command::AskValue{"hook_pooled", -1, 0, at});
    else if (pressed)
        commands.post(command::PinCell{"hook_pooled", -1, 0, at});
}

} // namespace gf::ui
