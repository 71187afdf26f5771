#include "app/panels/sampling/table_cells.h"

#include "app/panels/sampling/stage_names.h"
#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

void draw_text_right_aligned(ImFont* f, float right, const UiRect& row, ImU32 ink, const char* text) {
    draw_text(*ImGui::GetWindowDrawList(), row, right - std::ceil(measure(f, text).x), f, ink, text);
}

/// Where the columns of the table are, in pixels of the screen: names from `left`, numbers up to
/// `number_end`, bars, and at the right a second number.
struct Columns {
    float left, name_end, number_end, bar, bar_end, right;
};

/// Names get what numbers and bars leave; where the panel is narrow, there are no bars.
Columns lay_out_columns(const SamplingPanelState& state, float left, float width) {
    const float digit = measure(font(TextSize::small, Face::mono), "0").x, gap = px(8);
    Columns columns{};
    columns.left = left + px(4);
    columns.right = left + width - px(4);
    const float number_width = std::ceil(6 * digit);
    const float last_width = std::ceil((state.resampling() ? 8 : 6) * digit); // "1000 ±31", "100.0%"
    const float rest = columns.right - columns.left - last_width - number_width - 2 * gap;
    const float bar_width = rest > px(150)  ? std::min((rest - px(90)) * 0.6f, px(320))
                            : rest > px(76) ? rest * 0.46f
                                            : 0;
    const float name_width = std::min(rest - bar_width - (bar_width > 0 ? gap : 0), px(240));
    columns.name_end = columns.left + std::max(name_width, px(8));
    columns.number_end = columns.name_end + gap + number_width;
    columns.bar = columns.number_end + gap;
    columns.bar_end = bar_width > 0 ? columns.right - last_width - gap : columns.bar;
    return columns;
}

/// What marks a token beside its name.
struct Pill {
    const char* text; ///< null: nothing
    bool filled;
};

/// The token that stands in the text or will stand there is marked apart from the likeliest one and, where
/// the random number would give another one now, from that.
Pill pill_of(const SamplingPanelState& state, int id) {
    if (id == state.next_token()) return {state.token_is_drawn() ? "drawn" : "written", true};
    if (state.would_draw_another() && id == state.step().token) return {"now", false};
    if (id == state.likeliest_tokens().front()) return {"likeliest", false};
    return {};
}

/// Draws a pill behind the name where there is room for both, and returns where the name must end.
float draw_pill(const Pill& pill, const UiRect& cell, float name_width) {
    if (!pill.text) return cell.max.x;
    const Theme& t = theme();
    ImFont* f = font(TextSize::small);
    const float width = std::ceil(measure(f, pill.text).x) + px(12), gap = px(8),
                least_name = std::min(name_width, px(28));
    if (cell.width() < least_name + gap + width) return cell.max.x;
    const float left =
                    std::floor(std::min(cell.min.x + std::max(name_width + gap, px(54)), cell.max.x - width)),
                middle = std::floor(cell.center().y), half = std::min(px(8), cell.height() / 2 - 1);
    const UiRect box{{left, middle - half}, {left + width, middle + half}};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (pill.filled)
        list.AddRectFilled(box.min, box.max, t.accent, half);
    else
        list.AddRect(box.min, box.max, t.muted, half, 0, std::max(px(1), 1.0f));
    draw_text_centred(list, box, f, pill.filled ? t.on_accent : t.text, pill.text);
    return left - gap / 2;
}

/// Whether the stage in focus, or the chain where all of it is, changes the probabilities.
bool has_effect(const SamplingPanelState& state) {
    return std::abs(state.entropy_before() - state.entropy_after()) > 1e-9;
}

/// The probability after the chain as a bar, in the accent for the token in the text, and above it that
/// before where the two differ. A token that was cut has the name of the stage in place of the lower one.
void draw_bars(const SamplingPanelState& state, int id, const Columns& columns, float middle) {
    const Theme& t = theme();
    const float length = columns.bar_end - columns.bar;
    if (length <= 0) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto end_of_bar = [&](double p) {
        return columns.bar + std::max(length * static_cast<float>(p / state.max_probability()), px(1));
    };
    const bool both = has_effect(state);
    const float before = end_of_bar(state.p_before(id));
    if (both) list.AddRectFilled({columns.bar, middle - px(5)}, {before, middle - px(2)}, t.block, px(1));
    if (state.step().cut_by[static_cast<std::size_t>(id)] == 0) {
        const float top = both ? middle - px(1) : middle - px(3);
        list.AddRectFilled({columns.bar, top}, {end_of_bar(state.p_after(id)), top + px(6)},
                           id == state.next_token() ? t.accent
                           : both                   ? t.muted
                                                    : t.block,
                           px(1));
        return;
    }
    const std::string_view name = cutting_stage(state.step(), id);
    ImFont* f = font(TextSize::small);
    const float left = columns.bar_end - std::ceil(measure(f, name).x);
    if (left > before + px(4))
        draw_text(list, {{left, middle - px(10)}, {columns.bar_end, middle + px(10)}}, left, f, t.faint,
                  name);
}

/// The observed frequency as a bar, the expected one as a line with a whisker of one standard deviation.
void draw_frequency(const SamplingPanelState& state, int id, const Columns& columns, float middle) {
    const Theme& t = theme();
    const float length = columns.bar_end - columns.bar;
    if (length <= 0) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const double n = state.resamples().n(), p = state.p_after(id),
                 deviation = count_deviation(k_n_resamples, p) / n;
    const double full_length = std::min(state.max_probability() * 1.1, 1.0);
    const auto x_of = [&](double frequency) {
        return columns.bar + length * static_cast<float>(std::clamp(frequency / full_length, 0.0, 1.0));
    };
    const int count = state.resamples().count(id);
    if (count > 0)
        list.AddRectFilled({columns.bar, middle - px(4)},
                           {std::max(x_of(count / n), columns.bar + px(1)), middle + px(4)},
                           with_alpha(t.accent, 0.55f), px(1));
    if (!(p > 0)) return;
    const float thin = std::max(px(1), 1.0f), expected = std::floor(x_of(p));
    list.AddRectFilled({x_of(p - deviation), middle}, {x_of(p + deviation), middle + thin}, t.text);
    list.AddRectFilled({expected, middle - px(6)}, {expected + thin, middle + px(6)}, t.text);
}

} // namespace

std::string_view cutting_stage(const SampleStep& step, int id) {
    const int stage = step.cut_by[static_cast<std::size_t>(id)] - 1;
    if (stage == 0) return "no number";
    return short_stage_name(step.stages[static_cast<std::size_t>(stage)].stage.kind);
}

void draw_table_heading(SamplingPanelState& state, ImVec2 at, float width, float height, int n_shown) {
    const Columns columns = lay_out_columns(state, at.x, width);
    const UiRect row{at, {at.x + width, at.y + height}};
    ImFont* f = font(TextSize::small);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ink = theme().muted;
    const bool resampling = state.resampling();
    const UiRect words{{columns.left, row.min.y}, {columns.name_end, row.max.y}};
    if (const auto n = static_cast<int>(state.step().logits.size()); n_shown < n)
        draw_text_cut(list, words, font(TextSize::small, Face::bold), theme().accent_text,
                      state.format("{} of {} tokens", n_shown, n));
    else
        draw_text_cut(list, words, f, ink, "token");
    draw_text_right_aligned(f, columns.number_end, row, ink, resampling ? "drawn" : "logit");
    draw_text_right_aligned(f, columns.right, row, ink, resampling ? "expected" : "p");
    if (!resampling && !has_effect(state)) return;
    const std::string_view bars_title = resampling ? "of 1000" : state.before_name();
    if (columns.bar_end - columns.bar < measure(f, bars_title).x + px(12)) return;
    const float middle = std::floor(row.center().y);
    list.AddRectFilled({columns.bar, middle - px(2)}, {columns.bar + px(8), middle + px(2)},
                       resampling ? theme().accent : theme().block, px(1));
    draw_text(list, {{columns.bar, row.min.y}, {columns.bar_end, row.max.y}}, columns.bar + px(12), f, ink,
              bars_title);
}

void draw_table_cells(SamplingPanelState& state, int id, const UiRect& row) {
    const Theme& t = theme();
    const bool cut = state.step().cut_by[static_cast<std::size_t>(id)] != 0;
    const bool is_next = id == state.next_token();
    const ImU32 ink = is_next ? t.accent_text : cut ? t.faint : t.text;
    const Columns columns = lay_out_columns(state, row.min.x, row.width());
    ImFont* name_font = font(TextSize::body, is_next ? Face::bold : Face::regular);
    const std::string& name = token_labels().label(id);
    const float name_end =
        draw_pill(pill_of(state, id), {{columns.left, row.min.y}, {columns.name_end, row.max.y}},
                  std::ceil(measure(name_font, name).x));
    draw_text_cut(*ImGui::GetWindowDrawList(), {{columns.left, row.min.y}, {name_end, row.max.y}}, name_font,
                  ink, name);
    const bool counts = shows_counts(state);
    const char* number = counts ? state.format("{}", state.resamples().count(id))
                                : state.format("{:.2f}", state.step().logits[static_cast<std::size_t>(id)]);
    ImFont* number_font = font(TextSize::small, Face::mono);
    draw_text_right_aligned(number_font, columns.number_end, row, ink, number);
    const double p = state.p_after(id);
    const char* last =
        cut      ? "cut"
        : counts ? state.format("{:.0f} ±{:.0f}", k_n_resamples * p, count_deviation(k_n_resamples, p))
                 : state.format("{:.1f}%", 100 * p);
    draw_text_right_aligned(number_font, columns.right, row, ink, last);
    const float middle = std::floor(row.center().y);
    if (counts)
        draw_frequency(state, id, columns, middle);
    else
        draw_bars(state, id, columns, middle);
}

void draw_rest_of_tokens(SamplingPanelState& state, int n_tokens, double probability, const UiRect& row) {
    const Columns columns = lay_out_columns(state, row.min.x, row.width());
    const ImU32 ink = theme().muted;
    draw_text_cut(*ImGui::GetWindowDrawList(), {{columns.left, row.min.y}, {columns.number_end, row.max.y}},
                  font(TextSize::small), ink,
                  state.format("{} more token{}", n_tokens, n_tokens == 1 ? "" : "s"));
    const char* share = shows_counts(state) ? state.format("{:.0f}", k_n_resamples * probability)
                                            : state.format("{:.1f}%", 100 * probability);
    draw_text_right_aligned(font(TextSize::small, Face::mono), columns.right, row, ink, share);
}

} // namespace gf::ui
