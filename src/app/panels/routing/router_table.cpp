#include "app/panels/routing/router_table.h"

#include "app/view/cell_edits.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_row = 18, k_name = 46, k_number = 54, k_length = 44;

/// The columns of the table, in pixels from its left edge.
struct Columns {
    float logit_end, weight_end, score_end, gate_end, bar;
    explicit Columns(float width, bool biased) {
        const float numbers = biased ? 4 : 3;
        bar = std::clamp((width - px(k_name) - numbers * px(k_number)) / numbers - px(6), 0.0f, px(56));
        const float step = px(k_number) + px(6) + bar;
        logit_end = px(k_name) + step;
        weight_end = logit_end + step;
        score_end = weight_end + (biased ? step : 0);
        gate_end = width;
    }
};

void number_at(ImDrawList& list, const UiRect& line, float right, ImU32 ink, std::string_view text,
               bool bold = false) {
    ImFont* f = font(TextSize::small, bold ? Face::mono_bold : Face::mono);
    draw_text(list, line, line.min.x + right - std::ceil(measure(f, text).x), f, ink, text);
}

} // namespace

void RouterTable::draw_heading(const View& v) {
    const Theme& t = theme();
    const ModelConfig& c = v.config();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = available_width();
    const Columns columns(width, c.router_bias);
    ImGui::Dummy({width, px(k_row)});
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const UiRect line{at, {at.x + width, at.y + px(k_row)}};
    draw_text(list, line, at.x, f, t.muted, "expert");
    const auto heading = [&](float right, std::string_view words) {
        draw_text(list, line, at.x + right - std::ceil(measure(f, words).x), f, t.muted, words);
    };
    heading(columns.logit_end, "logit");
    heading(columns.weight_end, c.router == RouterKind::softmax ? "softmax" : "sigmoid");
    if (c.router_bias) heading(columns.score_end, "+ bias");
    heading(columns.gate_end, "gate");
}

/// A click pins the expert's weight.
void RouterTable::draw_expert(const View& v, Selection& selection, ExpertRef expert, bool in_focus, int token,
                              Commands& commands) {
    const Theme& t = theme();
    const ModelConfig& c = v.config();
    const int l = expert.layer, e = expert.expert;
    const Trace& trace = v.trace();
    char name[24];
    *fmt::format_to_n(name, sizeof name - 1, "route {}", e).out = 0;
    const ButtonItem item = button_item(name, {available_width(), px(k_row)}, mark_of(in_focus));
    if (!item.seen) return;
    const Columns columns(item.box.width(), c.router_bias);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const real logit = trace.row(Site::router_logits, l, token)[e],
               weight = trace.row(Site::expert_weights, l, token)[e];
    int slot = -1;
    const int per_token = trace.plan().experts(l, token).per_token;
    for (int i = 0; i < per_token; ++i)
        if (static_cast<int>(trace.row(Site::expert_indices, l, token)[i]) == e) slot = i;
    if (slot >= 0 || item.hovered) draw_fill(list, item.box, slot >= 0 ? t.accent_tint : t.control, px(3));
    if (in_focus) draw_border(list, item.box, t.accent, px(3));
    const ImU32 hue = t.head_fill(e, c.n_experts);
    list.AddRectFilled({item.box.min.x + px(3), item.box.min.y + px(3)},
                       {item.box.min.x + px(6), item.box.max.y - px(3)}, hue);
    draw_text(list, item.box, item.box.min.x + px(11), font(TextSize::small, Face::mono_bold), t.text,
              line_("{}", e));
    const auto bar = [&](float right, float share) {
        const float end = item.box.min.x + right - px(k_number), middle = item.box.center().y;
        list.AddRectFilled({end - columns.bar * std::clamp(share, 0.0f, 1.0f), middle - px(4)},
                           {end, middle + px(4)}, hue);
    };
    const bool off = is_expert_off(v, expert, token);
    number_at(list, item.box, columns.logit_end, off ? t.muted : t.text,
              off ? "off" : line_("{:.3f}", logit));
    bar(columns.weight_end, static_cast<float>(weight));
    number_at(list, item.box, columns.weight_end, t.text, line_("{:.3f}", weight));
    if (c.router_bias) {
        const real* bias = trace.weights().blocks[static_cast<std::size_t>(l)].router_bias;
        number_at(list, item.box, columns.score_end, t.muted, line_("{:+.3f}", bias[e]));
    }
    if (slot < 0)
        draw_text(list, item.box, item.box.max.x - std::ceil(measure(font(TextSize::small), "not run").x),
                  font(TextSize::small), t.muted, "not run");
    else {
        const real gate = trace.row(Site::expert_gates, l, token)[slot];
        const bool dropped = trace.setup().capacity_factor > 0 && gate == 0;
        bar(columns.gate_end, static_cast<float>(gate));
        number_at(list, item.box, columns.gate_end, dropped ? t.bad_text : t.accent_text,
                  dropped ? "full" : line_("{:.3f}", gate), true);
    }
    draw_focus_ring(item, px(3));
    const CellRef cell = v.cell(Site::expert_weights, l, -1, token, e);
    if (item.hovered) selection.cell.set(slot < 0 ? cell : v.cell(Site::expert_gates, l, -1, token, slot));
    if (item.pressed) commands.post(command::PinCell{v.address(cell)});
}

void RouterTable::draw_vector(std::string_view words, ImU32 hue, const std::vector<float>& values,
                              double length) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = available_width();
    const UiRect line{at, {at.x + width, at.y + px(k_row)}};
    ImGui::Dummy(line.size());
    list.AddRectFilled({at.x + px(3), at.y + px(3)}, {at.x + px(6), line.max.y - px(3)}, hue);
    draw_text_cut(list, {{at.x + px(11), at.y}, {at.x + width * 0.36f, line.max.y}},
                  font(TextSize::small, Face::mono), t.text, words);
    double square = 0;
    for (const float x : values) square += static_cast<double>(x) * static_cast<double>(x);
    const auto rms = static_cast<float>(std::sqrt(square / static_cast<double>(values.size())));
    ColourScale scale = themed_heat_map(true).scale;
    scale.vmax = std::max(3 * rms, 1e-9f);
    draw_heat_strip(list,
                    {{at.x + width * 0.38f, at.y + px(3)}, {line.max.x - px(k_length), line.max.y - px(3)}},
                    values, scale);
    number_at(list, line, width, t.text, line_("{:.2f}", length));
}

/// What each expert gives, its gate, and the sum that is written to the residual stream.
void RouterTable::draw_outputs(const View& v, Selection& selection, int layer, int token) {
    if (trace_.lock() != v.run.trace || layer_ != layer || token_ != token) {
        trace_ = v.run.trace, layer_ = layer, token_ = token;
        find_expert_outputs(v.trace(), layer, token, outputs_);
    }
    const Theme& t = theme();
    const int n_experts = v.config().n_experts;
    int slot = 0;
    for (const ExpertOutputs::Part& part : outputs_.parts) {
        const bool shared = part.chosen >= n_experts;
        const char* words = shared ? line_("{:.3f} × shared", part.gate)
                            : part.visited != part.chosen
                                ? line_("{:.3f} × E{} for {}", part.gate, part.visited, part.chosen)
                                : line_("{:.3f} × E{}", part.gate, part.chosen);
        const bool counts = shared || slot < v.trace().plan().experts(layer, token).per_token;
        if (counts)
            draw_vector(words, shared ? t.line : t.head_fill(part.visited, n_experts), part.values,
                        part.length);
        ++slot;
    }
    ImGui::PushID("written");
    draw_vector("= written", t.fill(ColourRole::mlp), outputs_.written, outputs_.length);
    ImGui::PopID();
    if (ImGui::IsItemHovered()) selection.cell.set(v.cell(Site::mlp_out, layer, -1, token, 0));
}

void RouterTable::draw(const View& v, Selection& selection, ExpertRef expert, int token, Commands& commands) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    draw_heading(v);
    for (int e = 0; e < v.config().n_experts; ++e)
        draw_expert(v, selection, {expert.layer, e}, e == expert.expert, token, commands);
    const Theme& t = theme();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect line{at, {at.x + available_width(), at.y + px(k_row)}};
    ImGui::Dummy(line.size());
    double sum = 0;
    const int per_token = v.trace().plan().experts(expert.layer, token).per_token;
    for (int slot = 0; slot < per_token; ++slot)
        sum += static_cast<double>(v.trace().row(
            Site::expert_weights, expert.layer,
            token)[static_cast<int>(v.trace().row(Site::expert_indices, expert.layer, token)[slot])]);
    const bool forced = v.trace().plan().experts(expert.layer, token).one_forced();
    ImFont* f = font(TextSize::small);
    const float length = std::ceil(measure(f, "length").x); // heads the last column of the vectors below
    draw_text(*ImGui::GetWindowDrawList(), line, line.max.x - length, f, t.muted, "length");
    draw_text_cut(*ImGui::GetWindowDrawList(), {line.min, {line.max.x - length - px(6), line.max.y}}, f,
                  t.muted,
                  forced ? "the expert is forced alone: its gate is 1"
                  : v.config().renormalised_gates
                      ? line_("gates: the chosen weights, divided by their sum {:.3f}", sum)
                      : line_("gates: the chosen weights as they are; their sum is {:.3f}", sum));
    draw_outputs(v, selection, expert.layer, token);
    ImGui::PopStyleVar();
}

} // namespace gf::ui
