#include "app/panels/sampling/parts.h"

#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

/// How a stage is set by hand.
struct Control {
    float least, most;
    const char* format;
    bool logarithmic;
    const char* about;
};
constexpr Control k_controls[k_n_stage_kinds] = {
    {1, 2, "%.2f", false,
     "divides the logits of tokens that the text holds already (multiplies negative ones)"},
    {0.05f, 2, "%.2f", false, "divides all logits: below 1 sharpens, above 1 flattens"},
    {1, 200, "%.0f", true, "keeps only so many of the likeliest tokens"},
    {0, 1, "%.2f", false, "keeps the smallest set of likeliest tokens with so much probability"},
    {0, 0.5f, "%.3f", false, "keeps tokens with at least so much of the largest probability"},
    {0, 0, "", false, "keeps only the likeliest token"},
};
const Control& control(StageKind kind) { return k_controls[static_cast<std::size_t>(kind)]; }

const char* value_text(LineBuffer& line, const SampleStage& stage) {
    if (!stage.on || stage.kind == StageKind::greedy) return "";
    if (stage.kind == StageKind::top_k) return line("{:.0f}", stage.value);
    if (stage.kind == StageKind::min_p) return line("{:.3f}", stage.value);
    return line("{:.2f}", stage.value);
}

/// Lower where lines are.
float chip_height() { return px(16) + line_gap() + px(2); }

float chip_width(const char* label, std::string_view value) {
    const float words = measure(font(TextSize::small), label).x,
                number = measure(font(TextSize::small, Face::mono_bold), value).x;
    return std::ceil(words + (value.empty() ? 0 : px(5) + number) + px(14));
}

/// Smaller than a chip among controls; a stage that is off has no surface.
bool stage_chip(const char* label, std::string_view value, bool on, bool chosen) {
    const Theme& t = theme();
    const Mark mark = mark_of(chosen);
    const ButtonItem item = button_item(label, {chip_width(label, value), chip_height()}, mark);
    if (!item.seen) return false;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float rounding = item.box.height() / 2;
    if (const ImU32 fill = chosen ? t.accent_tint : item.hovered ? t.control_hover : on ? t.control : 0)
        list.AddRectFilled(item.box.min, item.box.max, fill, rounding);
    if (chosen || !on)
        list.AddRect(item.box.min, item.box.max, chosen ? t.accent : t.border, rounding, 0,
                     std::max(px(1), 1.0f));
    ImFont* words = font(TextSize::small);
    const float left = item.box.min.x + px(7);
    put_text(list, item.box, left, words, on ? t.text : t.muted, label);
    if (!value.empty())
        put_text(list, item.box, left + measure(words, label).x + px(5),
                 font(TextSize::small, Face::mono_bold), t.text, value);
    put_focus_ring(item, rounding);
    return item.pressed;
}

void draw_chips(SamplingView& view) {
    const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
    const auto place = [&](float width, bool first) {
        if (first) return;
        ImGui::SameLine(0, px(4));
        if (ImGui::GetCursorScreenPos().x + width > right) ImGui::NewLine();
    };
    const SamplingChain& chain = view.chain();
    for (int i = 0; i < static_cast<int>(chain.size()); ++i) {
        const SampleStage& stage = chain[static_cast<std::size_t>(i)];
        const char* label = short_name(stage.kind).data();
        const char* value = value_text(view.line, stage);
        place(chip_width(label, value), i == 0);
        ImGui::PushID(i);
        if (stage_chip(label, value, stage.on, i == view.focus())) view.focus_on(i, chain);
        ImGui::PopID();
        tooltip(control(stage.kind).about);
    }
    place(chip_width("all stages", ""), chain.empty());
    if (stage_chip("all stages", "", true, view.focus() < 0)) view.focus_on(-1, chain);
    tooltip("What the whole chain does to the raw distribution");
}

/// How many tokens each stage leaves.
void draw_funnel(SamplingView& view, int d_vocab) {
    fmt::memory_buffer text;
    auto out = std::back_inserter(text);
    fmt::format_to(out, "{} tokens", d_vocab);
    const auto& stages = view.step().stages;
    for (std::size_t i = 1; i < stages.size(); ++i)
        if (stages[i].stage.kind != StageKind::temperature &&
            stages[i].stage.kind != StageKind::repetition_penalty)
            fmt::format_to(out, " → {} {}", short_name(stages[i].stage.kind), stages[i].n_alive);
    const std::string_view words(text.data(), text.size());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size{std::max(ImGui::GetContentRegionAvail().x, 1.0f), px(k_control_height)};
    ImGui::Dummy(size);
    put_text_cut(*ImGui::GetWindowDrawList(), {at, {at.x + size.x, at.y + size.y}}, font(TextSize::small),
                 theme().muted, words);
    tooltip(words);
}

} // namespace

bool draw_chain(SamplingView& view, SamplingChain& chain, int d_vocab) {
    draw_chips(view);
    if (view.focus() < 0) {
        draw_funnel(view, d_vocab);
        return false;
    }
    chain = view.chain();
    const int i = view.focus(), n = static_cast<int>(chain.size());
    SampleStage& stage = chain[static_cast<std::size_t>(i)];
    const auto move_to = [&](int other) {
        std::swap(chain[static_cast<std::size_t>(i)], chain[static_cast<std::size_t>(other)]);
        view.focus_on(other, chain);
        return true;
    };
    bool changed = toggle("on", stage.on);
    ImGui::SameLine(0, px(12));
    if (icon_button("Earlier in the chain", Icon::back) && i > 0) return move_to(i - 1);
    ImGui::SameLine(0, px(4));
    if (icon_button("Later in the chain", Icon::forward) && i + 1 < n) return move_to(i + 1);
    if (stage.kind == StageKind::greedy) return changed;
    ImGui::SameLine(0, px(16));
    if (ImGui::GetContentRegionAvail().x < px(72)) ImGui::NewLine();
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() + px(4)); // in the middle of the line
    const Control& c = control(stage.kind);
    auto value = static_cast<float>(stage.value);
    const float most =
        stage.kind == StageKind::top_k ? std::min(c.most, static_cast<float>(d_vocab)) : c.most;
    if (slim_slider("##value", value, c.least, most, c.format,
                    c.logarithmic ? ImGuiSliderFlags_Logarithmic : 0)) {
        stage.value = stage.kind == StageKind::top_k ? std::round(value) : static_cast<double>(value);
        stage.on = true;
        changed = true;
    }
    tooltip(c.about);
    return changed;
}

} // namespace gf::ui
