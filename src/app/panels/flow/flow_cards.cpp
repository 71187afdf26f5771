#include "app/panels/flow/flow_cards.h"

#include "app/host/colour_math.h"
#include "app/view/attention_rows.h"
#include "app/view/token_labels.h"
#include "app/view/token_row.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_card = 112, k_beside = 12, k_padding = 10, k_row = 22, k_least_row = 13, k_label = 48,
                k_mark = 6;
constexpr float k_class_row = 24, k_class_name = 56, k_vector = 20;

} // namespace

float FlowCards::width() { return px(k_card); }
float FlowCards::room(const Snapshot& s) { return s.has_source() ? width() + px(k_beside) : 0; }

ColourScale FlowCards::scale_of(const Trace& trace, Site site, int rows) {
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

void FlowCards::draw_stack(const Snapshot& s, const FlowLayout& layout, float left, Selection& selection,
                           Commands& commands) {
    const bool shows_encoder = !s.encoder_in_view(); // the one that is not in view
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const RunView& text = s.tree[static_cast<std::size_t>(s.branch)];
    const int n = shows_encoder ? s.source_run.rows : text.rows;
    const float height = layout.lowest - layout.top;
    const int fit = std::max(static_cast<int>(height / px(k_least_row)), 1), seen = n <= fit ? n : fit - 1;
    const int n_lines = std::max(seen + (seen < n), 1);
    const float row = std::floor(std::min(height / static_cast<float>(n_lines), px(k_row)));
    const float bottom = std::max(layout.bottom, layout.top + row * static_cast<float>(n_lines));
    const UiRect card{{left, layout.top - px(44)}, {left + width(), bottom + px(6)}};
    list.AddRectFilled(card.min, card.max, t.well, px(8));
    list.AddRect(card.min, card.max, t.border, px(8));
    const char* name = shows_encoder ? "encoder" : "decoder";
    const float x = card.min.x + px(k_padding), right = card.max.x - px(k_padding), y = layout.top - px(42);
    ImGui::SetCursorScreenPos(card.min);
    const ButtonItem item = button_item(name, {card.width(), layout.top - card.min.y});
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(8));
    ImFont *small = font(TextSize::small), *bold = font(TextSize::small, Face::bold);
    put_text_cut(list, {{x, y}, {right, y + small->FontSize}}, bold, t.text, name);
    put_text_cut(
        list, {{x, y + px(18)}, {right, y + px(18) + small->FontSize}}, small, t.muted,
        line_("{} layers",
              s.model->weights->config_of(shows_encoder ? Stack::encoder : Stack::decoder).n_layers));
    put_focus_ring(item, px(8));
    tooltip(
        shows_encoder
            ? "The encoder, folded: the tokens of the source, what it gives for each of them, and in the "
              "margin how "
              "much the head in focus reads it for the token in view.\nclick: show the encoder in all panels"
            : "The decoder, folded: its text so far. It reads what this encoder gives.\nclick: show the "
              "decoder in "
              "all panels");
    if (item.pressed) commands.post(command::ViewStack{name});
    for (int i = 0; i < seen; ++i) {
        const float top = layout.top + row * static_cast<float>(i);
        const UiRect line{{x, top}, {right, top + row}};
        if (shows_encoder)
            draw_source_row(s, layout, line, i, selection, commands);
        else
            put_text_cut(list, line, small, t.text, token_labels().alone(text.token(i)));
    }
    if (seen < n) {
        const float top = layout.top + row * static_cast<float>(seen);
        put_text_cut(list, {{x, top}, {right, top + row}}, small, t.muted, line_("and {} more", n - seen));
    }
}

/// A token of the source, what the encoder gives for it, and in the margin how much the token in view reads
/// it.
void FlowCards::draw_source_row(const Snapshot& s, const FlowLayout& layout, const UiRect& row, int position,
                                Selection& selection, Commands& commands) {
    const Theme& t = theme();
    const Trace& trace = s.trace();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool lit = selection.source_token.get() == position;
    put_text_cut(list, {row.min, {row.min.x + px(k_label), row.max.y}},
                 font(TextSize::small, lit ? Face::bold : Face::regular), lit ? t.accent_text : t.text,
                 short_label(s.source_run, position));
    const UiRect strip{{row.min.x + px(k_label + 4), row.min.y + 1},
                       {row.max.x - px(k_mark + 2), row.max.y - 1}};
    if (scaled_ != s.run().trace) {
        scaled_ = s.run().trace;
        scale_ = scale_of(trace, Site::encoder_out, s.source_run.rows).vmax;
    }
    ColourScale scale = themed_heat_map(true).scale;
    scale.vmin = -(scale.vmax = scale_);
    const auto n = static_cast<std::size_t>(s.config().d_model);
    draw_heat_strip(list, strip, {trace.row(Site::encoder_out, -1, position), n}, scale);
    const int query = selection.token_in_view(s.cursor);
    if (trace.kept(Site::cross_pattern, layout.layer) && query >= 0) {
        const CellRef weight{0, Site::cross_pattern, layout.layer, layout.head, query, position};
        list.AddRectFilled({row.max.x - px(k_mark), row.min.y + 1}, {row.max.x, row.max.y - 1},
                           with_alpha(t.fill(ColourRole::key), std::min(trace.value(weight), 1.0f)));
    }
    char name[32];
    *fmt::format_to_n(name, sizeof name - 1, "source {}", position).out = 0;
    ImGui::SetCursorScreenPos(row.min);
    const bool pressed = ImGui::InvisibleButton(name, {row.width(), row.height()});
    put_focus_ring_of_last_item(px(3));
    const CellRange of_row{Site::encoder_out, -1, position, position + 1};
    const auto holds = [&](const CellRange& r) {
        return r.param < 0 && r.site == of_row.site && position >= r.row_begin &&
               (r.row_end < 0 || position < r.row_end);
    };
    if (std::any_of(selection.precedents.begin(), selection.precedents.end(), holds))
        list.AddRect(strip.min, strip.max, t.accent, 0, 0, px(1.5f));
    if (!ImGui::IsItemHovered()) return;
    selection.source_token.set(position);
    const float part = (ImGui::GetMousePos().x - strip.min.x) / strip.width();
    if (part < 0 || part >= 1) return;
    const CellRef cell{0,  Site::encoder_out, -1,
                       -1, position,          static_cast<int>(part * static_cast<float>(n))};
    selection.cell.set(cell);
    const std::string site = site_name(cell.site, -1);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
        commands.post(command::AskValue{site, -1, cell.row, cell.column});
    else if (pressed)
        commands.post(command::PinCell{site, -1, cell.row, cell.column});
}

void FlowCards::draw_end(const Snapshot& s, const FlowLayout& layout, Selection& selection,
                         Commands& commands) {
    const FlowColumn* end = layout.end();
    if (!end || end->kind == FlowKind::next) return;
    if (!is_pooled(s)) return;
    // The tokens that the vector is made from.
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto [first, last] = s.trace().pooled_rows(0);
    for (int r = std::max(first, static_cast<int>(layout.row0));
         r < std::min(last, static_cast<int>(std::ceil(layout.row1))); ++r) {
        const float y = layout.middle_of(r), half = std::clamp(layout.row_height() * 0.28f, 0.5f, px(5));
        if (y > layout.top && y < layout.bottom)
            list.AddRectFilled({end->x0 - px(14), y - half}, {end->x0 - px(4), y + half},
                               theme().fill(ColourRole::residual));
    }
    end->kind == FlowKind::classes ? draw_classes(s, layout, selection, commands)
                                   : draw_pooled(s, layout, selection, commands);
}

void FlowCards::draw_classes(const Snapshot& s, const FlowLayout& layout, Selection& selection,
                             Commands& commands) {
    class_probabilities(s, classes_);
    const FlowColumn& c = *layout.end();
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* numbers = font(TextSize::small, Face::mono);
    const auto most =
        static_cast<std::size_t>(std::max((layout.bottom - layout.top) / px(k_class_row), 1.0f));
    for (std::size_t i = 0; i < std::min(most, classes_.size()); ++i) {
        const ClassProbability& p = classes_[i];
        const float top = layout.top + px(k_class_row) * static_cast<float>(i);
        const UiRect row{{c.x0, top}, {c.x1, top + px(k_class_row) - px(2)}};
        char name[24], number[16];
        *fmt::format_to_n(name, sizeof name - 1, "class {}", p.id).out = 0;
        *fmt::format_to_n(number, sizeof number - 1, "{:.1f} %", 100 * p.probability).out = 0;
        list.AddRectFilled(row.min, {row.min.x + row.width() * static_cast<float>(p.probability), row.max.y},
                           i == 0 ? t.accent_tint : t.control, px(3));
        const float left = row.max.x - px(4) - std::ceil(measure(numbers, number).x);
        put_text_cut(list, {{row.min.x + px(4), row.min.y}, {left - px(4), row.max.y}},
                     font(TextSize::small, i == 0 ? Face::bold : Face::regular),
                     i == 0 ? t.accent_text : t.text, name);
        put_text(list, row, left, numbers, i == 0 ? t.accent_text : t.text, number);
        ImGui::SetCursorScreenPos(row.min);
        const bool pressed = ImGui::InvisibleButton(name, row.size());
        put_focus_ring_of_last_item(px(3));
        if (ImGui::IsItemHovered()) {
            selection.cell.set({0, Site::class_logits, -1, -1, 0, p.id});
            tooltip(
                line_("{}: probability {:.4f}, logit {:.3f}\nclick pins it", name, p.probability, p.logit));
        }
        if (pressed) commands.post(command::PinCell{"class_logits", -1, 0, p.id});
    }
}

/// The vector from top to bottom.
void FlowCards::draw_pooled(const Snapshot& s, const FlowLayout& layout, Selection& selection,
                            Commands& commands) {
    const FlowColumn& c = *layout.end();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int n = s.config().d_model;
    const real* x = s.trace().row(Site::pooled, -1, 0);
    ColourScale scale = scale_of(s.trace(), Site::pooled, 1);
    scale.vmin = -scale.vmax;
    const float height = layout.bottom - layout.top;
    const int drawn = std::min(n, std::max(static_cast<int>(height), 1));
    const float left = std::floor(c.middle() - px(k_vector) / 2), right = left + px(k_vector);
    const auto y_of = [&](int i) {
        return layout.top + std::round(height * static_cast<float>(i) / static_cast<float>(drawn));
    };
    for (int i = 0; i < drawn; ++i) {
        float cell = x[i * n / drawn]; // of several in a pixel the largest
        for (int j = i * n / drawn + 1; j < (i + 1) * n / drawn; ++j)
            if (std::abs(x[j]) > std::abs(cell)) cell = x[j];
        list.AddRectFilled({left, y_of(i)}, {right, y_of(i + 1)}, pack(colour_of(scale, cell)));
    }
    ImGui::SetCursorScreenPos({left, layout.top});
    const bool pressed = ImGui::InvisibleButton("hook_pooled", {right - left, height});
    put_focus_ring_of_last_item(px(3));
    if (!ImGui::IsItemHovered()) return;
    const int at = std::clamp(
        static_cast<int>((ImGui::GetMousePos().y - layout.top) / height * static_cast<float>(n)), 0, n - 1);
    selection.cell.set({0, Site::pooled, -1, -1, 0, at});
    tooltip(line_("value {} of the text's vector: {:.4f}\nclick pins it", at, x[at]));
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
        commands.post(command::AskValue{"hook_pooled", -1, 0, at});
    else if (pressed)
        commands.post(command::PinCell{"hook_pooled", -1, 0, at});
}

} // namespace gf::ui
