#include "app/panels/positions/rope_controls.h"

#include "app/panels/positions/stage_heading.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/slider.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_control_label = 60, k_control_value = 128, k_control_line = 28, k_sentence = 36;
constexpr float k_least_base = 100, k_greatest_base = 1e6f, k_least_factor = 1.05f, k_greatest_factor = 8;

using enum RopeScalingKind;
constexpr std::array k_kinds{none, linear, dynamic, yarn};
constexpr std::array<const char*, k_kinds.size()> k_scalings{"as trained", "linear", "dynamic NTK", "YaRN"};
constexpr std::array<const char*, 2> k_bounds{"whole dimensions", "exact"};

/// The scaling that counts: that of the setup, or else the model's own.
const RopeScaling& scaling_of(const View& v, const RopeSetup& rope) {
    return rope.scaling.kind != none ? rope.scaling : v.run.model->config().rope_scaling;
}

} // namespace

float RopeControls::least_height() { return px(20) + 3 * px(k_control_line) + px(k_sentence); }
float RopeControls::greatest_height() { return least_height() + px(k_control_line); }
float RopeControls::height(const View& v) {
    return v.trace().setup().rope.scaling.kind == yarn ? greatest_height() : least_height();
}

/// The setup of the run, and what the sliders show of it while nobody moves one.
void RopeControls::read(const View& v) {
    setup_ = v.trace().setup().rope;
    if (!is_held_) {
        base_ = static_cast<float>(setup_.theta > 0 ? setup_.theta : v.run.model->config().rope_theta);
        factor_ = static_cast<float>(scaling_of(v, setup_).factor);
    }
    is_held_ = false;
}

void RopeControls::post(const View& v, Commands& commands) const {
    RunSetup setup = setup_of(v.run);
    setup.rope = setup_;
    const double own = v.run.model->config().rope_theta;
    setup.rope.theta = std::abs(base_ / own - 1) < 1e-3 ? 0 : static_cast<double>(base_);
    if (setup.rope.scaling.kind != none) setup.rope.scaling.factor = static_cast<double>(factor_);
    post_setup(v.run, std::move(setup), commands);
}

bool RopeControls::slider_line(const char* label, float& value, float least, float greatest,
                               bool is_logarithmic, std::string_view written, const UiRect& line) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_text(list, line, line.min.x, font(TextSize::small), t.muted, label);
    draw_text(list, line, line.max.x - px(k_control_value) + px(10), font(TextSize::small, Face::mono),
              t.text, written);
    ImGui::SetCursorScreenPos({line.min.x + px(k_control_label), line.min.y + px(2)});
    ImGui::BeginChild(label, {line.width() - px(k_control_label) - px(k_control_value), px(24)},
                      ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_NoScrollbar);
    slim_slider(label, value, least, greatest, "%.1f", is_logarithmic ? ImGuiSliderFlags_Logarithmic : 0);
    is_held_ |= ImGui::IsItemActive();
    const bool released = ImGui::IsItemDeactivatedAfterEdit();
    ImGui::EndChild();
    return released;
}

/// YaRN's `truncate`: whether the bounds between quick and slow clocks are whole dimensions.
bool RopeControls::bounds_line(const UiRect& line) {
    draw_text(*ImGui::GetWindowDrawList(), line, line.min.x, font(TextSize::small), theme().muted, "bounds");
    ImGui::SetCursorScreenPos({line.min.x + px(k_control_label), line.min.y + px(4)});
    int chosen = setup_.scaling.truncate ? 0 : 1;
    if (!segmented_control("bounds", chosen, k_bounds, ControlSize::small)) return false;
    setup_.scaling.truncate = chosen == 0;
    return true;
}

void RopeControls::draw(const View& v, Commands& commands, const UiRect& area) {
    read(v);
    const UiRect body = draw_heading(area, "Change RoPE", "acts on the run, not on the weights");
    float top = body.min.y;
    const auto line = [&] {
        const UiRect here{{area.min.x, top}, {area.max.x, top + px(k_control_line)}};
        top += px(k_control_line);
        return here;
    };
    char written[40];
    const bool is_own = std::abs(static_cast<double>(base_) / v.run.model->config().rope_theta - 1) < 1e-3;
    *fmt::format_to_n(written, sizeof written - 1, "{:.0f}{}", base_, is_own ? "  as trained" : "").out = 0;
    bool changed = slider_line("base", base_, k_least_base, k_greatest_base, true, written, line());
    const UiRect kinds = line();
    draw_text(*ImGui::GetWindowDrawList(), kinds, kinds.min.x, font(TextSize::small), theme().muted,
              "scaling");
    ImGui::SetCursorScreenPos({kinds.min.x + px(k_control_label), kinds.min.y + px(4)});
    RopeScalingKind kind = scaling_of(v, setup_).kind;
    int chosen = static_cast<int>(std::find(k_kinds.begin(), k_kinds.end(), kind) - k_kinds.begin());
    if (segmented_control("scaling", chosen, k_scalings, ControlSize::small)) {
        if (factor_ <= 1) factor_ = 2;
        kind = k_kinds[static_cast<std::size_t>(chosen)];
        setup_.scaling = {};
        setup_.scaling.kind = kind;
        changed = true;
    }
    const UiRect factor = line();
    if (setup_.scaling.kind != none) {
        *fmt::format_to_n(written, sizeof written - 1, "{:.2f}", factor_).out = 0;
        changed |= slider_line("factor", factor_, k_least_factor, k_greatest_factor, false, written, factor);
    }
    if (setup_.scaling.kind == yarn) changed |= bounds_line(line());
    if (changed) post(v, commands);
    write_sentence(v);
    draw_wrapped_text(*ImGui::GetWindowDrawList(), {area.min.x, top}, font(TextSize::small), theme().text,
                      {text_.data(), text_.size()}, area.width());
}

/// What the scaling does, with the run's own numbers.
void RopeControls::write_sentence(const View& v) {
    text_.clear();
    auto out = std::back_inserter(text_);
    const PositionTables& tables = v.trace().positions();
    // The first layer that has the model's RoPE, and not one of its own or none.
    int layer = 0;
    while (layer + 1 < v.config().n_layers &&
           (v.config().layer(layer).positions != Positions::rope ||
            v.config().layer(layer).rope_scaling != &v.config().rope_scaling))
        ++layer;
    if (v.config().layer(layer).positions != Positions::rope) return;
    const int last = v.config().layer(layer).d_rotary / 2 - 1;
    const double slowest = 2 * std::numbers::pi / tables.turn(layer, last);
    switch (scaling_of(v, v.trace().setup().rope).kind) {
    case linear:
        fmt::format_to(out, "All clocks run {:.2f} times slower: position p is read as p / {:.2f}.", factor_,
                       factor_);
        return;
    case dynamic:
        fmt::format_to(out,
                       "Beyond n_ctx = {} tokens the base grows with the text; for this one it is {:.0f}.",
                       v.config().n_ctx, tables.rope(layer).theta);
        return;
    case yarn:
        fmt::format_to(
            out,
            "Quick clocks stay, slow ones run up to {:.2f} times slower, and rotated vectors grow by {:.3f}. "
            "The paper finds the bounds by wavelength; {}.",
            tables.rope(layer).stretch.back(), tables.rope(layer).attention_factor,
            scaling_of(v, v.trace().setup().rope).truncate
                ? "its authors' code, as here, rounds them to whole dimensions"
                : "here they are not rounded to whole dimensions, as its authors' code does");
        return;
    case llama3:
    case longrope:
        fmt::format_to(out, "Slow clocks run up to {:.2f} times slower, quick ones stay.",
                       tables.rope(layer).stretch.back());
        return;
    case none:
        fmt::format_to(out, "The base sets the slowest clock: pair {} needs {:.0f} tokens a turn.", last,
                       slowest);
    }
}

} // namespace gf::ui
