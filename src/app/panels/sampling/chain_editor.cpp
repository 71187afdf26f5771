#include "app/panels/sampling/chain_editor.h"

#include "app/panels/sampling/stage_names.h"
#include "app/widgets/buttons.h"
#include "app/widgets/menu.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/popup.h"
#include "app/widgets/slider.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/words/term_of.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

/// The slider of a stage.
struct StageControl {
    float min, max;
    const char* format; ///< of the value, for printf
    bool logarithmic;
};
/// By StageKind.
constexpr StageControl k_stage_controls[k_n_stage_kinds] = {
    {1, 2, "%.2f", false}, {0.05f, 2, "%.2f", false}, {1, 200, "%.0f", true},
    {0, 1, "%.2f", false}, {0, 0.5f, "%.3f", false},  {0, 0, "", false},
};
const StageControl& stage_control(StageKind kind) { return k_stage_controls[static_cast<std::size_t>(kind)]; }

constexpr float k_drag_reach = 24; ///< design length: a chip is dropped at most so far from the others

/// What stands on a stage's chip behind its name.
const char* value_text(LineBuffer& format, const SampleStage& stage) {
    if (!stage.on || stage.kind == StageKind::greedy) return "";
    if (stage.kind == StageKind::top_k) return format("{:.0f}", stage.value);
    if (stage.kind == StageKind::min_p) return format("{:.3f}", stage.value);
    return format("{:.2f}", stage.value);
}

/// Chips are lower where the lines of the panel stand closer together.
float chip_height() { return px(16) + ImGui::GetStyle().ItemSpacing.y + px(2); }

float chip_width(const char* label, std::string_view value) {
    const float words = measure(font(TextSize::small), label).x,
                number = measure(font(TextSize::small, Face::mono_bold), value).x;
    return std::ceil(words + (value.empty() ? 0 : px(5) + number) + px(14));
}

/// A chip smaller than those among controls; that of a stage that is off has no surface.
ButtonItem stage_chip(const char* label, std::string_view value, bool on, bool chosen) {
    const Theme& t = theme();
    const Mark mark = mark_of(chosen);
    const ButtonItem item = button_item(label, {chip_width(label, value), chip_height()}, mark);
    if (!item.seen) return item;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float rounding = item.box.height() / 2;
    if (const ImU32 fill = chosen ? t.accent_tint : item.hovered ? t.control_hover : on ? t.control : 0)
        list.AddRectFilled(item.box.min, item.box.max, fill, rounding);
    if (chosen || !on)
        list.AddRect(item.box.min, item.box.max, chosen ? t.accent : t.border, rounding, 0,
                     std::max(px(1), 1.0f));
    ImFont* words = font(TextSize::small);
    const float left = item.box.min.x + px(7);
    draw_text(list, item.box, left, words, on ? t.text : t.muted, label);
    if (!value.empty())
        draw_text(list, item.box, left + measure(words, label).x + px(5),
                  font(TextSize::small, Face::mono_bold), t.text, value);
    draw_focus_ring(item, rounding);
    return item;
}

/// The stage at one place of the chain stands at another one now.
void move_stage(SamplingChain& chain, int from, int to) {
    const auto at = [&](int i) { return chain.begin() + i; };
    if (from < to)
        std::rotate(at(from), at(from + 1), at(to + 1));
    else
        std::rotate(at(to), at(from), at(from + 1));
}

} // namespace

/// How many chips stand before the mouse, in reading order.
int ChainEditor::chips_before_mouse() const {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    return static_cast<int>(std::count_if(chips_.begin(), chips_.end(), [&](const Chip& chip) {
        return mouse.y > chip.box.max.y || (mouse.y >= chip.box.min.y && mouse.x > chip.box.center().x);
    }));
}

/// While a chip is dragged, marks where it will go; returns that place when it is let go near the others.
std::optional<int> ChainEditor::drag(int n_stages) {
    if (dragged_ < 0) return {};
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool is_near = std::any_of(chips_.begin(), chips_.end(), [&](const Chip& chip) {
        return chip.box.grown(px(k_drag_reach)).contains(mouse);
    });
    const int before = chips_before_mouse(), from = dragged_;
    if (ImGui::IsMouseReleased(ImGuiMouseButton_Left)) dragged_ = -1;
    if (!is_near) return {};
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    const bool is_last = before == static_cast<int>(chips_.size());
    const Chip& chip = chips_[static_cast<std::size_t>(is_last ? before - 1 : before)];
    const float x = is_last ? chip.box.max.x + px(1) : chip.box.min.x - px(3);
    ImGui::GetWindowDrawList()->AddRectFilled({x, chip.box.min.y}, {x + px(2), chip.box.max.y},
                                              theme().accent);
    if (dragged_ >= 0) return {};
    const int place = is_last ? n_stages : chip.stage;
    return place > from ? place - 1 : place;
}

namespace {

/// Where the chips of all stages would take more than a line of a low panel, those that are off go into a
/// menu, except the one in focus.
bool hides_stages_that_are_off(SamplingPanelState& state, float room) {
    if (!is_low_panel()) return false;
    float width = chip_width("all stages", "");
    for (const SampleStage& stage : state.chain())
        width += px(4) + chip_width(short_stage_name(stage.kind).data(), value_text(state.format, stage));
    return width > room;
}

/// The menu of the stages that are off: a click brings one into focus.
void draw_menu_of_stages(SamplingPanelState& state) {
    const SamplingChain& chain = state.chain();
    if (!begin_popup_beside("stages that are off", region_of_last_item())) return;
    for (int i = 0; i < static_cast<int>(chain.size()); ++i) {
        const SampleStage& stage = chain[static_cast<std::size_t>(i)];
        if (stage.on) continue;
        ImGui::PushID(i);
        if (menu_row(short_stage_name(stage.kind).data(),
                     {.text = short_stage_name(stage.kind), .detail = "off"}, popup_width(160))) {
            state.focus_on_stage(i, chain);
            ImGui::CloseCurrentPopup();
        }
        ImGui::PopID();
    }
    ImGui::EndPopup();
}

} // namespace

/// Draws the chips. Returns where the stage in focus is to go; nullopt: it stays.
std::optional<int> ChainEditor::draw_chips(SamplingPanelState& state) {
    const float room = ImGui::GetContentRegionAvail().x, right = ImGui::GetCursorScreenPos().x + room;
    auto begin_chip = [&, is_first = true](float width) mutable {
        if (std::exchange(is_first, false)) return;
        ImGui::SameLine(0, px(4));
        if (ImGui::GetCursorScreenPos().x + width > right) ImGui::NewLine();
    };
    const SamplingChain& chain = state.chain();
    const int n = static_cast<int>(chain.size());
    const bool hides_off = hides_stages_that_are_off(state, room);
    int n_hidden = 0;
    std::optional<int> target;
    chips_.clear();
    for (int i = 0; i < n; ++i) {
        const SampleStage& stage = chain[static_cast<std::size_t>(i)];
        if (hides_off && !stage.on && i != state.focused_stage()) {
            ++n_hidden;
            continue;
        }
        const char* label = short_stage_name(stage.kind).data();
        const char* value = value_text(state.format, stage);
        begin_chip(chip_width(label, value));
        // The item stays the same one when its stage moves.
        ImGui::PushID(static_cast<int>(stage.kind));
        ImGui::PushID(static_cast<int>(std::count_if(
            chain.begin(), chain.begin() + i, [&](const SampleStage& s) { return s.kind == stage.kind; })));
        const ButtonItem item = stage_chip(label, value, stage.on, i == state.focused_stage());
        ImGui::PopID();
        ImGui::PopID();
        chips_.push_back({item.box, i});
        if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) dragged_ = i;
        if (item.pressed && dragged_ < 0) state.focus_on_stage(i, chain);
        if (const int step = alt_arrow(item); step != 0 && i + step >= 0 && i + step < n) {
            state.focus_on_stage(i, chain);
            target = i + step;
        }
        if (dragged_ < 0)
            term_tooltip(term_of(stage.kind),
                         "drag it, or move it by Alt+← and Alt+→: stages apply in this order");
    }
    const int from = dragged_;
    if (const std::optional<int> dropped = drag(n)) {
        state.focus_on_stage(from, chain);
        target = dropped;
    }
    if (n_hidden > 0) {
        const char* words = state.format("{} off", n_hidden);
        begin_chip(chip_width(words, ""));
        if (stage_chip(words, "", false, false).pressed) ImGui::OpenPopup("stages that are off");
        tooltip("The stages of sampling that are off: a click chooses one");
        draw_menu_of_stages(state);
    }
    begin_chip(chip_width("all stages", ""));
    if (stage_chip("all stages", "", true, state.focused_stage() < 0).pressed)
        state.focus_on_stage(-1, chain);
    term_tooltip(term("sampling"), "shows what the whole chain does to the raw distribution");
    return target;
}

namespace {

/// "50257 tokens → top-k 40 → top-p 12": how many tokens each stage leaves that cuts any.
void draw_funnel(SamplingPanelState& state, int d_vocab) {
    fmt::memory_buffer text;
    auto out = std::back_inserter(text);
    fmt::format_to(out, "{} tokens", d_vocab);
    const auto& stages = state.step().stages;
    for (std::size_t i = 1; i < stages.size(); ++i)
        if (stages[i].stage.kind != StageKind::temperature &&
            stages[i].stage.kind != StageKind::repetition_penalty)
            fmt::format_to(out, " → {} {}", short_stage_name(stages[i].stage.kind), stages[i].n_alive);
    const std::string_view words(text.data(), text.size());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size{std::max(ImGui::GetContentRegionAvail().x, 1.0f), px(k_control_height)};
    ImGui::Dummy(size);
    draw_text_cut(*ImGui::GetWindowDrawList(), {at, {at.x + size.x, at.y + size.y}}, font(TextSize::small),
                  theme().muted, words);
    tooltip(words);
}

} // namespace

bool is_low_panel() { return ImGui::GetWindowHeight() < px(390); }

bool ChainEditor::draw(SamplingPanelState& state, SamplingChain& chain, int d_vocab) {
    const std::optional<int> target = draw_chips(state);
    if (state.focused_stage() < 0) {
        draw_funnel(state, d_vocab);
        return false;
    }
    chain = state.chain();
    const int i = state.focused_stage(), n = static_cast<int>(chain.size());
    SampleStage& stage = chain[static_cast<std::size_t>(i)];
    const auto move_to = [&](int other) {
        move_stage(chain, i, other);
        state.focus_on_stage(other, chain);
        return other != i;
    };
    if (target) return move_to(*target);
    bool changed = toggle("on", stage.on);
    ImGui::SameLine(0, px(12));
    if (icon_button("Earlier in the chain", Icon::back) && i > 0) return move_to(i - 1);
    ImGui::SameLine(0, px(4));
    if (icon_button("Later in the chain", Icon::forward) && i + 1 < n) return move_to(i + 1);
    if (stage.kind == StageKind::greedy) return changed;
    ImGui::SameLine(0, px(16));
    if (ImGui::GetContentRegionAvail().x < px(72)) ImGui::NewLine();
    // The slider is lower than the buttons; this puts it in the middle of their line.
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() + px(4));
    const StageControl& control = stage_control(stage.kind);
    auto value = static_cast<float>(stage.value);
    const float max =
        stage.kind == StageKind::top_k ? std::min(control.max, static_cast<float>(d_vocab)) : control.max;
    if (slim_slider("##value", value, control.min, max, control.format,
                    control.logarithmic ? ImGuiSliderFlags_Logarithmic : 0)) {
        stage.value = stage.kind == StageKind::top_k ? std::round(value) : static_cast<double>(value);
        stage.on = true;
        changed = true;
    }
    term_tooltip(term_of(stage.kind));
    return changed;
}

} // namespace gf::ui
