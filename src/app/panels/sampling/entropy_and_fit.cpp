#include "app/panels/sampling/entropy_and_fit.h"

#include "app/widgets/icons.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

/// An item with a line of small text on it; `reserved` pixels at its right stay free.
void draw_line_item(const char* name, std::string_view text, ImU32 colour, float reserved = 0) {
    ImFont* f = font(TextSize::small);
    const ButtonItem item =
        button_item(name, {std::max(ImGui::GetContentRegionAvail().x - reserved, 1.0f), f->FontSize});
    if (!item.seen) return;
    draw_text_cut(*ImGui::GetWindowDrawList(), {item.box.min, item.box.max}, f, colour, text);
    draw_focus_ring(item, px(3));
}

/// Whether a text of draw_line_item() need not be cut.
bool fits_in_line(const char* text, float reserved) {
    return measure(font(TextSize::small), text).x <= ImGui::GetContentRegionAvail().x - reserved;
}

/// How good the fit is, in words. `tail` is the probability that true draws fit worse.
const char* fit_in_words(double tail) {
    if (tail < 1e-3) return "so bad a fit is very rare";
    if (tail < 0.05) return "a rather bad fit, as chance also gives";
    return "a fit as chance gives it";
}

/// "as open as 11 equal choices": 2 to the power of the entropy.
const char* choices_text(SamplingPanelState& state) {
    const double n = std::exp2(state.entropy_after());
    return n < 1.05  ? ": as good as certain"
           : n < 9.5 ? state.format(": as open as {:.1f} equal choices", n)
                     : state.format(": as open as {:.0f} equal choices", n);
}

/// "3.46 bits: as open as 11 equal choices", or where the stages do something, "3.46 → 2.10 bits; 5 of 53
/// tokens left".
void draw_entropy_line(SamplingPanelState& state) {
    const Theme& t = theme();
    const double before = state.entropy_before(), after = state.entropy_after();
    const int n_alive = state.step().stages.back().n_alive;
    const std::size_t d_vocab = state.step().logits.size();
    const bool has_effect = static_cast<std::size_t>(n_alive) != d_vocab || std::abs(before - after) > 1e-9;
    ImFont *bold = font(TextSize::small, Face::bold), *regular = font(TextSize::small);
    const ButtonItem item = button_item("entropy", {available_width(), regular->FontSize});
    if (!item.seen) return;
    const std::string_view number =
        has_effect ? state.format("{:.2f} → {:.2f} bits", before, after) : state.format("{:.2f} bits", after);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = item.box.min.x + std::ceil(measure(bold, number).x);
    draw_text_cut(list, {item.box.min, item.box.max}, bold, t.text, number);
    draw_text_cut(list, {{left, item.box.min.y}, item.box.max}, regular, t.muted,
                  has_effect ? state.format("; {} of {} tokens left", n_alive, d_vocab)
                             : choices_text(state));
    draw_focus_ring(item, px(3));
    const std::string choices = choices_text(state);
    term_tooltip(term("entropy"),
                 state.format("{:.2f} bits{}\nthin bars: {}; thick bars: with the whole chain", after,
                              choices, state.before_name()));
}

/// "1000 draws: χ² = 12.34, 15 free, P = 0.654", or how many draws are made so far.
const char* fit_text(SamplingPanelState& state, float reserved) {
    const Resamples& r = state.resamples();
    const GoodnessOfFit& fit = r.fit();
    if (!r.done()) return state.format("{} of {} draws made ...", r.n_made(), r.n());
    if (fit.degrees_of_freedom == 0) return state.format("{} draws; only one outcome", r.n());
    const char* text = state.format("{} draws: χ² = {:.2f}, {} free, P = {:.3f}", r.n(), fit.statistic,
                                    fit.degrees_of_freedom, fit.p_value);
    if (fits_in_line(text, reserved)) return text;
    return state.format("χ² = {:.2f}, {} free, P = {:.3f}", fit.statistic, fit.degrees_of_freedom,
                        fit.p_value);
}

/// Pearson's chi-square test of the resamples, with a button at the right that closes them.
void draw_fit_line(SamplingPanelState& state) {
    const float close_width = px(20), reserved = close_width + px(4);
    draw_line_item("fit", fit_text(state, reserved), theme().text, reserved);
    const Resamples& r = state.resamples();
    const GoodnessOfFit& fit = r.fit();
    if (r.done() && fit.degrees_of_freedom > 0)
        term_tooltip(
            term("chi-square"),
            state.format("Pearson's test of {} draws (resample numbers 0 to {}) against the "
                         "probabilities: true draws fit worse in {:.1f} % of cases, {}. Tokens expected "
                         "fewer than {:.0f} times count together ({}). Bars: observed; line and whisker: "
                         "expected ± one standard deviation, √(n p (1 − p)).",
                         r.n(), r.n() - 1, 100 * fit.p_value, fit_in_words(fit.p_value), k_min_expected,
                         fit.n_pooled));
    ImGui::SameLine(0, px(4));
    const ButtonItem item =
        button_item("Close the resamples", {close_width, font(TextSize::small)->FontSize});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, theme().control_hover, px(4));
    draw_icon(list, Icon::close, item.box.center(), px(9), theme().muted);
    draw_focus_ring(item, px(4));
    tooltip("Close the resamples");
    if (item.pressed) state.set_resampling(false);
}

} // namespace

void draw_entropy_and_fit(SamplingPanelState& state) {
    draw_entropy_line(state);
    if (state.resampling()) draw_fit_line(state);
}

} // namespace gf::ui
