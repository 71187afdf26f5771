#include "app/panels/attribution/waterfall.h"

#include "app/panels/attribution/attribution_words.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_axis = 46, k_sum_bars = 2.4f, k_names = 40, k_effects = 96, k_heading = 18,
                k_least_with_effects = 230, k_room_above = 34;
constexpr double k_named_share = 0.045; ///< of the axis, from which on a bar has its number

/// 1, 2 or 5 times a power of ten.
double round_step(double rough) {
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough) return factor * power;
    return 10 * power;
}

void number_centred(ImDrawList& list, float x, float y, ImU32 ink, std::string_view text) {
    ImFont* f = font(TextSize::small, Face::mono_bold);
    const float width = std::ceil(measure(f, text).x);
    list.AddRectFilled({x - width / 2 - 1, y - px(7)}, {x + width / 2 + 1, y + px(7)},
                       with_alpha(theme().panel, 0.7f));
    draw_text(list, {{x - width / 2, y - px(8)}, {x + width / 2, y + px(8)}}, x - width / 2, f, ink, text);
}

} // namespace

float Waterfall::y(double value) const {
    return chart_.max.y - chart_.height() * static_cast<float>((value - least_) / (greatest_ - least_));
}

int Waterfall::draw(const AttributionScene& s, const UiRect& area) {
    const bool has_effects = area.height() >= px(k_least_with_effects);
    place(s, {area.min, {area.max.x, area.max.y - (has_effects ? px(k_effects) : 0)}});
    draw_axis(area);
    draw_bars(s);
    draw_names(s, chart_.max.y + px(4));
    if (has_effects) draw_effects(s, {{chart_.min.x, area.max.y - px(k_effects)}, area.max});
    return handle_mouse(s, area);
}

/// The running sums, and an axis that holds all of them and 0.
void Waterfall::place(const AttributionScene& s, const UiRect& area) {
    const std::vector<AttributionTerm>& terms = s.split.terms();
    before_.assign(1, 0);
    names_.clear();
    least_ = 0, greatest_ = 1e-6;
    for (const AttributionTerm& term : terms) {
        before_.push_back(before_.back() + term.value);
        least_ = std::min(least_, before_.back());
        greatest_ = std::max(greatest_, before_.back());
        names_.push_back(short_part_name(term));
    }
    chart_ = {{area.min.x + px(k_axis), area.min.y + px(k_room_above)},
              {area.max.x, area.max.y - px(k_names)}};
    step_ = chart_.width() / (static_cast<float>(terms.size()) + k_sum_bars);
}

void Waterfall::draw_axis(const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small, Face::mono);
    draw_text(list, {area.min, {area.max.x, area.min.y + px(k_heading)}}, area.min.x, font(TextSize::small),
              t.muted, "running sum of what the parts wrote");
    const double step = round_step((greatest_ - least_) / 5);
    for (double v = std::ceil(least_ / step) * step; v <= greatest_ + step / 1000; v += step) {
        const float at = std::floor(y(v));
        const bool zero = std::abs(v) < step / 1000;
        list.AddLine({chart_.min.x, at}, {chart_.max.x, at}, zero ? t.line : t.border, px(1));
        const char* number = zero ? "0" : line_("{:+.4g}", v);
        draw_text(list, {{chart_.min.x - px(k_axis), at - px(8)}, {chart_.min.x, at + px(8)}},
                  chart_.min.x - px(6) - std::ceil(measure(f, number).x), f, t.muted, number);
    }
}

void Waterfall::draw_bars(const AttributionScene& s) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const std::vector<AttributionTerm>& terms = s.split.terms();
    const float gap = step_ > px(6) ? px(1.5f) : 0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const float left = chart_.min.x + step_ * static_cast<float>(i), a = y(before_[i]),
                    b = y(before_[i + 1]);
        list.AddRectFilled(
            {left + gap, std::floor(std::min(a, b))},
            {left + step_ - gap, std::max(std::ceil(std::max(a, b)), std::floor(std::min(a, b)) + px(1))},
            part_fill(s.view.config(), terms[i]));
        list.AddLine({left + step_ - gap, b}, {left + step_ + gap, b}, t.line, px(1));
    }
    draw_numbers(s);
    draw_sum();
}

/// The numbers of the longest bars, above them and over their neighbours.
void Waterfall::draw_numbers(const AttributionScene& s) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const std::vector<AttributionTerm>& terms = s.split.terms();
    float taken = -1e9f; // where the last number ends
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const float left = chart_.min.x + step_ * static_cast<float>(i), a = y(before_[i]),
                    b = y(before_[i + 1]);
        if (std::abs(terms[i].value) < k_named_share * (greatest_ - least_)) continue;
        const float x = left + step_ / 2;
        const bool rises = terms[i].value > 0;
        const bool collides = x - px(22) < taken;
        if (!collides || rises) // a bar that rises further stands higher than the number before it
            number_centred(list, x, std::min(a, b) - px(9), theme().text, line_("{:+.2f}", terms[i].value));
        taken = x + px(22);
    }
}

void Waterfall::draw_sum() {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = chart_.min.x + step_ * (static_cast<float>(before_.size() - 1) + 0.7f),
                right = left + step_ * 1.6f;
    const float zero = y(0), top = y(before_.back());
    list.AddRectFilled({left, std::min(zero, top)}, {right, std::max(zero, top) + 1}, theme().accent);
    const char* sum = line_("{:+.3f}", before_.back());
    const float half = std::ceil(measure(font(TextSize::small, Face::mono_bold), sum).x / 2);
    number_centred(list, std::min((left + right) / 2, chart_.max.x - half), std::min(zero, top) - px(9),
                   theme().accent_text, sum);
}

/// Each part's number or letter, and below it the layers.
void Waterfall::draw_names(const AttributionScene& s, float top) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const std::vector<AttributionTerm>& terms = s.split.terms();
    ImFont* f = font(TextSize::small, Face::mono);
    const auto left_of = [&](std::size_t i) { return chart_.min.x + step_ * static_cast<float>(i); };
    for (std::size_t i = 0; i < terms.size();) {
        const int layer = terms[i].layer;
        const std::size_t first = i;
        for (; i < terms.size() && terms[i].layer == layer; ++i) {
            const float width = std::ceil(measure(f, names_[i]).x);
            if (width > step_ + px(4) && layer >= 0) continue;
            const float at =
                left_of(i) + std::min((step_ - width) / 2, step_ - width); // "emb" ends at its bar
            draw_text(list, {{left_of(i), top}, {left_of(i + 1), top + px(16)}}, at, f,
                      static_cast<int>(i) == s.part ? t.accent_text : t.muted, names_[i]);
        }
        if (layer < 0 || layer >= s.view.config().n_layers) continue;
        const float a = left_of(first) + px(2), b = left_of(i) - px(2), y = top + px(17);
        list.AddLine({a, y}, {b, y}, t.line, px(1));
        ImFont* words = font(TextSize::small);
        const char* text = b - a > px(56) ? line_("layer {}", layer) : line_("{}", layer);
        const float width = std::ceil(measure(words, text).x);
        draw_text(list, {{a, y + px(1)}, {b, y + px(17)}}, (a + b - width) / 2, words, t.muted, text);
    }
    const float sum = left_of(terms.size()) + step_ * 0.7f;
    draw_text(list, {{sum, top}, {chart_.max.x, top + px(16)}}, sum, font(TextSize::small), t.accent_text,
              "sum");
}

UiRect Waterfall::bar_column(std::size_t i, const UiRect& area) const {
    const float left = chart_.min.x + step_ * static_cast<float>(i);
    return {{left, area.min.y}, {left + step_, area.max.y}};
}

/// What the target falls by when a part is switched off and all that follows is computed again.
void Waterfall::draw_effects(const AttributionScene& s, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = area.min.x - px(k_axis);
    draw_text_cut(list, {{left, area.min.y}, {area.max.x, area.min.y + px(16)}}, font(TextSize::small),
                  t.muted,
                  s.effects ? "switched off, the target falls by (outlined: what the part wrote itself; bars "
                              "of the first layer may be cut)"
                            : "switched off: is computed once the token is pinned, or is the last one");
    if (!s.effects) return;
    const std::vector<AttributionTerm>& terms = s.split.terms();
    // The first layer holds up all that follows: if it set the scale, nothing else could be seen.
    double largest = 1e-6;
    for (const AttributionTerm& term : terms) {
        if (term.layer < std::min(1, s.view.config().n_layers - 1)) continue;
        largest = std::max(largest, std::abs(term.value));
        if (const auto* effect = s.effects->effect_of(term))
            largest = std::max(largest, std::abs(s.effects->fall(*effect, s.target())));
    }
    const UiRect band{{area.min.x, area.min.y + px(32)}, {area.max.x, area.max.y - px(2)}};
    const float middle = std::floor(band.center().y), half = band.height() / 2;
    list.AddLine({band.min.x, middle}, {band.max.x, middle}, t.line, px(1));
    const auto height = [&](double v) {
        return static_cast<float>(std::clamp(v / largest, -1.0, 1.0)) * half;
    };
    float taken = -1e9f;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const UiRect column = bar_column(i, band);
        const auto* effect = s.effects->effect_of(terms[i]);
        if (!effect) continue;
        const double fall = s.effects->fall(*effect, s.target());
        const auto bar = [&](double v) {
            const float end = middle - height(v);
            return UiRect{{column.min.x + px(1.5f), std::min(middle, end)},
                          {column.max.x - px(1.5f), std::max(middle, end) + 1}};
        };
        list.AddRectFilled(bar(fall).min, bar(fall).max, part_fill(s.view.config(), terms[i]));
        list.AddRect(bar(terms[i].value).min, bar(terms[i].value).max, t.text);
        const float x = column.center().x;
        if (std::abs(fall) < 0.25 * largest || x - px(20) < taken) continue;
        number_centred(list, x, (fall > 0 ? bar(fall).min.y : middle) - px(8), t.text, line_("{:.2f}", fall));
        taken = x + px(20);
    }
}

int Waterfall::handle_mouse(const AttributionScene& s, const UiRect& area) {
    const std::vector<AttributionTerm>& terms = s.split.terms();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (s.part >= 0)
        outline_focus(
            list, bar_column(static_cast<std::size_t>(s.part), {{0, area.min.y + px(k_heading)}, area.max}));
    ImGui::SetCursorScreenPos({chart_.min.x, area.min.y});
    const float width = step_ * static_cast<float>(terms.size());
    const bool pressed =
        ImGui::InvisibleButton("parts", {std::max(width, 1.0f), std::max(area.height(), 1.0f)});
    draw_focus_ring_of_last_item(px(2));
    if (!ImGui::IsItemHovered()) return -1;
    const int i = std::clamp(static_cast<int>((ImGui::GetMousePos().x - chart_.min.x) / step_), 0,
                             static_cast<int>(terms.size()) - 1);
    const AttributionTerm& term = terms[static_cast<std::size_t>(i)];
    list.AddRectFilled(bar_column(static_cast<std::size_t>(i), area).min,
                       bar_column(static_cast<std::size_t>(i), area).max, with_alpha(theme().accent, 0.08f));
    if (term.part == AttributionTerm::Part::head) s.selection.head.set({term.layer, term.index});
    if (!pressed) return i;
    s.set("part", i);
    s.set("source", -1);
    if (term.part == AttributionTerm::Part::head) s.commands.post(command::PinHead{term.layer, term.index});
    return i;
}

} // namespace gf::ui
