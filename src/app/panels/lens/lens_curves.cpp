#include "app/panels/lens/lens_curves.h"

#include "app/view/token_labels.h"
#include "app/view/token_row.h"
#include "app/widgets/text_field.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_place_width = 206, k_to_go_width = 118, k_gap = 22, k_heading = 18, k_scale = 16,
                k_legend_line = 18;
constexpr std::size_t k_most_curves = 6;
constexpr double k_least_probability = 1e-4, k_least_to_go = 0.01, k_most_to_go = 30;

/// Where a value lies on a logarithmic axis, from 0 to 1.
float log_place(double value, double least, double most) {
    return static_cast<float>(std::log(std::clamp(value, least, most) / least) / std::log(most / least));
}

ImU32 hue(std::size_t curve) {
    return theme().head_fill(static_cast<int>(curve), static_cast<int>(k_most_curves));
}

struct Tick {
    double value;
    const char* words;
};

/// Vertical lines with their numbers above them.
void draw_axis(const UiRect& area, std::span<const Tick> ticks, double least, double most) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small, Face::mono);
    for (const Tick& tick : ticks) {
        const float x = std::floor(area.min.x + area.width() * log_place(tick.value, least, most));
        list.AddLine({x, area.min.y}, {x, area.max.y}, t.border, px(1));
        const float width = std::ceil(measure(f, tick.words).x);
        draw_text(list, {{x - width, area.min.y - px(k_scale)}, {x + width, area.min.y}},
                  std::clamp(x - width / 2, area.min.x - px(8), area.max.x + px(6) - width), f, t.muted,
                  tick.words);
    }
}

void draw_dot(ImVec2 at, float radius, ImU32 colour) {
    ImGui::GetWindowDrawList()->AddCircleFilled(at, radius, colour);
}

} // namespace

std::string with_pin_switched(std::span<const int> pins, int token) {
    std::vector<int> changed(pins.begin(), pins.end());
    if (std::erase(changed, token) == 0) changed.push_back(token);
    return fmt::format("{}", fmt::join(changed, " "));
}

float LensCurves::width() { return px(k_place_width + k_gap + k_to_go_width); }

void LensCurves::draw(const LensScene& s, const UiRect& area) {
    const UiRect place{area.min, {area.min.x + px(k_place_width), area.max.y}};
    choose_tokens(s);
    draw_place(s, place);
    draw_to_go(s, {{place.max.x + px(k_gap), area.min.y}, area.max});
}

/// The token of the output, the pinned ones, and the guesses that stand at most points.
void LensCurves::choose_tokens(const LensScene& s) {
    tokens_.clear();
    if (!s.place.is_complete() || s.place.points().empty()) return;
    const auto add = [&](int token) {
        if (tokens_.size() < k_most_curves && std::ranges::find(tokens_, token) == tokens_.end())
            tokens_.push_back(token);
    };
    const int n = static_cast<int>(s.place.points().size());
    add(s.place.guess(n - 1));
    for (const int token : s.pins) add(token);
    const std::size_t most = std::max<std::size_t>(tokens_.size(), 5);
    for (int i = n - 1; i > 0 && tokens_.size() < most; --i) add(s.place.guess(i));
}

void LensCurves::draw_place(const LensScene& s, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float top = s.lines.front().top, bottom = s.lines.back().bottom;
    draw_text_cut(list, {area.min, {area.max.x, area.min.y + px(k_heading)}},
                  font(TextSize::body, Face::bold), t.text,
                  line_("At “{}” (row {})", short_label(s.view.run, s.token), s.token));
    constexpr std::array<Tick, 5> k_ticks{
        {{1e-4, ".01%"}, {1e-3, ".1%"}, {1e-2, "1%"}, {1e-1, "10%"}, {1, "100%"}}};
    const UiRect chart{{area.min.x + px(8), top}, {area.max.x - px(8), bottom}};
    draw_axis(chart, k_ticks, k_least_probability, 1);
    const auto x_of = [&](int point, int token) {
        return chart.min.x +
               chart.width() * log_place(s.place.probability(point, token), k_least_probability, 1);
    };
    const LensLine* in_view = s.line_in_view();
    if (in_view)
        list.AddLine({chart.min.x, in_view->centre()}, {chart.max.x, in_view->centre()}, t.accent, px(1));
    for (std::size_t i = tokens_.size(); i-- > 0;) {
        for (const LensLine& line : s.lines) list.PathLineTo({x_of(line.point, tokens_[i]), line.centre()});
        list.PathStroke(hue(i), 0, px(i == 0 ? 3.0f : 1.5f));
        for (const LensLine& line : s.lines)
            draw_dot({x_of(line.point, tokens_[i]), line.centre()}, px(&line == in_view ? 4.0f : 2.5f),
                     hue(i));
    }
    draw_legend(s, {{area.min.x, bottom + px(6)}, area.max});
}

/// The tokens with their probability at the point in view. A click pins a token, so that its curve stays.
void LensCurves::draw_legend(const LensScene& s, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* mono = font(TextSize::small, Face::mono);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        const float left = area.min.x + (i % 2 ? area.width() / 2 : 0),
                    top = area.min.y + px(k_legend_line) * static_cast<float>(i / 2);
        ImGui::SetCursorScreenPos({left, top});
        const bool pinned = std::ranges::find(s.pins, tokens_[i]) != s.pins.end();
        char name[32];
        *fmt::format_to_n(name, sizeof name - 1, "curve {}", tokens_[i]).out = 0;
        const ButtonItem item =
            button_item(name, {area.width() / 2 - px(4), px(k_legend_line)}, mark_of(pinned));
        if (!item.seen) continue;
        if (item.hovered) draw_fill(list, item.box, t.control_hover, px(3));
        draw_dot({left + px(6), item.box.center().y}, px(3.5f), hue(i));
        const char* percent = line_("{:.2g}%", 100 * s.place.probability(s.point, tokens_[i]));
        const float right = item.box.max.x - px(3) - std::ceil(measure(mono, percent).x);
        draw_text(list, item.box, right, mono, t.muted, percent);
        draw_text_cut(list, {{left + px(14), top}, {right - px(3), item.box.max.y}},
                      font(TextSize::small, pinned || i == 0 ? Face::bold : Face::regular), t.text,
                      token_labels().label(s.view.run, tokens_[i]));
        draw_focus_ring(item, px(3));
        tooltip(pinned ? "Pinned: its curve stays at every token. Click: let it go"
                       : "Click: its curve stays at every token");
        if (item.pressed)
            s.commands.post(command::SetView{"Lens", "pins", with_pin_switched(s.pins, tokens_[i])});
    }
}

/// A word that is typed gets a curve, too: its first token, with a leading space if the model has one so.
void LensCurves::draw_pin_field(const LensScene& s) {
    const std::shared_ptr<const Tokenizer>& tokenizer = s.view.run.model->tokenizer;
    if (!tokenizer) return;
    if (!text_field("pin a word", typed_, "pin a word", px(k_to_go_width - 6),
                    ImGuiInputTextFlags_EnterReturnsTrue))
        return;
    std::vector<int> tokens = tokenizer->encode(" " + typed_, false);
    if (tokens.size() > 1) tokens = tokenizer->encode(typed_, false);
    typed_.clear();
    if (tokens.empty() || std::ranges::find(s.pins, tokens[0]) != s.pins.end()) return;
    s.commands.post(command::SetView{"Lens", "pins", with_pin_switched(s.pins, tokens[0])});
}

/// Mean KL of the output from the lens, over the tokens of the text.
void LensCurves::draw_to_go(const LensScene& s, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float top = s.lines.front().top, bottom = s.lines.back().bottom;
    draw_text_cut(list, {area.min, {area.max.x, area.min.y + px(k_heading)}},
                  font(TextSize::body, Face::bold), t.text, "To go, nats");
    constexpr std::array<Tick, 4> k_ticks{{{0.01, ".01"}, {0.1, ".1"}, {1, "1"}, {10, "10"}}};
    const UiRect chart{{area.min.x + px(8), top}, {area.max.x - px(10), bottom}};
    draw_axis(chart, k_ticks, k_least_to_go, k_most_to_go);
    if (s.lens.rows_read() == 0) return;
    const ImU32 colour = t.fill(ColourRole::query);
    const auto x_of = [&](const LensLine& line) {
        return chart.min.x +
               chart.width() * log_place(s.lens.mean_to_go(line.point), k_least_to_go, k_most_to_go);
    };
    for (const LensLine& line : s.lines) list.PathLineTo({x_of(line), line.centre()});
    list.PathStroke(colour, 0, px(2));
    ImFont* mono = font(TextSize::small, Face::mono);
    for (const LensLine& line : s.lines) {
        const float x = x_of(line), y = line.centre();
        draw_dot({x, y}, px(3), colour);
        if (line.bottom - line.top < px(15)) continue;
        const char* number = line_("{:.2f}", s.lens.mean_to_go(line.point));
        const float width = std::ceil(measure(mono, number).x);
        const float left = x - px(7) - width > area.min.x ? x - px(7) - width : x + px(7);
        draw_text(list, {{left, y - px(8)}, {left + width, y + px(8)}}, left, mono, t.text, number);
    }
    const float y = bottom + px(6);
    draw_text_cut(list, {{area.min.x, y}, {area.max.x, y + px(16)}}, font(TextSize::small), t.muted,
                  "KL(output ‖ lens)");
    draw_text_cut(list, {{area.min.x, y + px(16)}, {area.max.x, y + px(32)}}, font(TextSize::small), t.muted,
                  line_("mean of {} tokens", s.lens.rows_read()));
    ImGui::SetCursorScreenPos({area.min.x, y + px(36)});
    draw_pin_field(s);
}

} // namespace gf::ui
