#include "app/panels/sampling/parts.h"

#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

void line_of_text(const char* name, std::string_view text, ImU32 colour, float reserved = 0) {
    ImFont* f = font(TextSize::small);
    const ButtonItem item =
        button_item(name, {std::max(ImGui::GetContentRegionAvail().x - reserved, 1.0f), f->FontSize});
    if (!item.seen) return;
    put_text_cut(*ImGui::GetWindowDrawList(), {item.box.min, item.box.max}, f, colour, text);
    put_focus_ring(item, px(3));
}

/// The verdict in words; the numbers say how far to trust it.
const char* verdict(double tail) {
    if (tail < 1e-3) return "so bad a fit is very rare";
    if (tail < 0.05) return "a rather bad fit, as chance also gives";
    return "a fit as chance gives it";
}

} // namespace

float line_gap() { return px(ImGui::GetWindowHeight() < px(390) ? 4 : 6); }

void draw_summary(SamplingView& view) {
    const StageRecord& last = view.step().stages.back();
    const float room = ImGui::GetContentRegionAvail().x;
    const auto fits = [&](const char* text, float reserved) {
        return measure(font(TextSize::small), text).x <= room - reserved;
    };
    const double before = view.entropy_before(), after = view.entropy_after();
    const std::size_t d_vocab = view.step().logits.size();
    const char* entropy =
        view.line("entropy {:.2f} → {:.2f} bits; {} of {} tokens left", before, after, last.n_alive, d_vocab);
    if (!fits(entropy, 0))
        entropy = view.line("{:.2f} → {:.2f} bits; {} of {} tokens", before, after, last.n_alive, d_vocab);
    line_of_text("entropy", entropy, theme().muted);
    tooltip(view.line("grey: {}; coloured: with the whole chain", view.before_name()));
    if (!view.resampling()) return;
    const Resamples& r = view.resamples();
    const GoodnessOfFit& fit = r.fit();
    const float close = px(20), reserved = close + px(4);
    const char* text = nullptr;
    if (!r.done())
        text = view.line("{} of {} draws made ...", r.n_made(), r.n());
    else if (fit.freedom == 0)
        text = view.line("{} draws; only one outcome", r.n());
    else if (text = view.line("{} draws: χ² = {:.2f}, {} free, P = {:.3f}", r.n(), fit.statistic, fit.freedom,
                              fit.tail);
             !fits(text, reserved))
        text = view.line("χ² = {:.2f}, {} free, P = {:.3f}", fit.statistic, fit.freedom, fit.tail);
    line_of_text("fit", text, theme().text, reserved);
    if (r.done() && fit.freedom > 0)
        tooltip(view.line("Pearson's test of {} draws (resample numbers 0 to {}) against the probabilities: "
                          "true draws fit worse in "
                          "{:.1f} % of cases, {}. Tokens expected fewer than {:.0f} times count together "
                          "({}). Bars: observed; line "
                          "and whisker: expected ± one standard deviation, √(n p (1 − p)).",
                          r.n(), r.n() - 1, 100 * fit.tail, verdict(fit.tail), k_least_expected,
                          fit.n_pooled));
    ImGui::SameLine(0, px(4));
    ImFont* f = font(TextSize::small);
    const ButtonItem item = button_item("Close the resamples", {close, f->FontSize});
    if (!item.seen) return;
    if (item.hovered)
        ImGui::GetWindowDrawList()->AddRectFilled(item.box.min, item.box.max, theme().control_hover, px(4));
    draw_icon(*ImGui::GetWindowDrawList(), Icon::close, item.box.center(), px(9), theme().muted);
    put_focus_ring(item, px(4));
    tooltip("Close the resamples");
    if (item.pressed) view.set_resampling(false);
}

} // namespace gf::ui
