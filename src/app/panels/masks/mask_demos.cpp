#include "app/panels/masks/mask_demos.h"

#include "app/panels/masks/row_bars.h"
#include "app/view/token_labels.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/slider.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_demo_line = 17, k_demo_slider = 84; // design lengths
constexpr const char* k_not_there = "computing …, or the text is too long for it";
/// Changes up to here are noise of single precision, which other lengths of products leave.
constexpr real k_noise = real(2e-4);

const char* label_of(int token) { return token_labels().label(token).c_str(); }

/// Asks again, with other numbers.
void ask(const MaskCase& c, Commands& commands, auto change) {
    MaskQuestions questions = c.view.snapshot.mask_questions.value_or(MaskQuestions());
    change(questions);
    commands.post(command::FindMaskEffects{true, questions});
}

/// "in the text: mask off, mask on" at the right of the first line: draws the leak over the Text.
void draw_leak_links(const UiRect& whole, Commands& commands) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    UiRect line{whole.min, {whole.max.x, whole.min.y + px(k_demo_line)}};
    for (const char* word : {"mask on", "mask off"}) {
        const float width = std::ceil(measure(f, word).x);
        ImGui::SetCursorScreenPos({line.max.x - width, line.min.y});
        const ButtonItem item = button_item(word, {width, px(k_demo_line)});
        if (item.seen)
            draw_text(list, item.box, item.box.min.x, f, item.hovered ? t.text : t.accent_text, word);
        draw_focus_ring(item, px(3));
        tooltip("Draws over the Text how far the logits of each row move when one later word is exchanged.");
        if (item.pressed) commands.post(command::SetView{"Text", "tint", word});
        line.max.x -= width + px(10);
    }
    constexpr std::string_view k_words = "in the text:";
    const float left = line.max.x + px(4) - measure(f, k_words).x;
    if (left > line.min.x + px(60)) draw_text(list, line, left, f, t.muted, k_words);
}

int likeliest(const std::vector<real>& logits) {
    return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

/// A number between its words, as a slider. True when changed.
bool number_line(UiRect& area, const char* name, std::string_view words, int& number, int most) {
    const float height = px(22);
    const UiRect line{area.min, {area.max.x, area.min.y + height}};
    area.min.y += height;
    const float left = line.min.x + std::ceil(measure(font(TextSize::small), words).x) + px(8);
    draw_text_cut(*ImGui::GetWindowDrawList(), line, font(TextSize::small), theme().muted, words);
    if (left + px(40) > line.max.x) return false;
    ImGui::SetCursorScreenPos({left, line.min.y - px(3)});
    ImGui::BeginChild(name, {std::min(px(k_demo_slider), line.max.x - left), px(k_control_height)},
                      ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_NoScrollbar);
    const bool changed = slim_slider(name, number, 1, most);
    ImGui::EndChild();
    return changed;
}

} // namespace

void demo_line(UiRect& area, std::string_view text, ImU32 ink, bool bold) {
    const UiRect line{area.min, {area.max.x, area.min.y + px(k_demo_line)}};
    draw_text_cut(*ImGui::GetWindowDrawList(), line, font(TextSize::small, bold ? Face::bold : Face::regular),
                  ink, text);
    area.min.y = line.max.y;
}

void draw_ends(const MaskCase& c, const UiRect& line, int lit, std::string_view lit_words) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *plain = font(TextSize::small), *bold = font(TextSize::small, Face::bold);
    const float slot = line.width() / static_cast<float>(c.n());
    float from = line.min.x, to = line.max.x;
    if (lit >= 0 && lit < c.n()) {
        const float width = measure(bold, lit_words).x;
        from = std::clamp(line.min.x + slot * (static_cast<float>(lit) + 0.5f) - width / 2, line.min.x,
                          std::max(line.min.x, line.max.x - width));
        to = from + width;
        draw_text(list, line, from, bold, t.accent_text, lit_words);
    }
    const float first = measure(plain, c.label(0)).x, last = measure(plain, c.label(c.n() - 1)).x;
    if (lit < 0 || line.min.x + first + px(6) <= from)
        draw_text(list, line, line.min.x, plain, t.muted, c.label(0));
    if (lit < 0 || line.max.x - last - px(6) >= to)
        draw_text(list, line, line.max.x - last, plain, t.muted, c.label(c.n() - 1));
}

void draw_leak_demo(const MaskCase& c, const UiRect& whole, Commands& commands) {
    const Theme& t = theme();
    UiRect area = whole;
    draw_leak_links(whole, commands);
    demo_line(area, "The leak", t.text, true);
    const MaskFindings::Leak* leak = c.found ? &c.found->leak : nullptr;
    if (!leak || leak->open.empty()) return demo_line(area, k_not_there, t.muted);
    demo_line(area,
              fmt::format("{} becomes {}: which logits move?", label_of(leak->from), label_of(leak->to)),
              t.text);
    const auto earlier = static_cast<std::size_t>(leak->row);
    const real before = *std::max_element(leak->masked.begin(), leak->masked.begin() + leak->row);
    const float chart = std::floor((area.height() - 3 * px(k_demo_line)) / 2);
    if (chart < px(20)) return;
    const real largest = std::max(*std::max_element(leak->masked.begin(), leak->masked.end()),
                                  *std::max_element(leak->open.begin(), leak->open.end()));
    demo_line(area,
              before == 0 ? std::string("with the model's mask: exactly 0 before it")
                          : fmt::format("with the model's mask: {:.2f} before it", before),
              t.muted);
    const UiRect upper{area.min, {area.max.x, area.min.y + chart}};
    draw_row_bars({leak->masked, largest, t.block, leak->row}, upper);
    area.min.y = upper.max.y;
    const real peek =
        *std::max_element(leak->open.begin(), leak->open.begin() + static_cast<std::ptrdiff_t>(earlier));
    demo_line(area, fmt::format("mask off: earlier rows know it, up to {:.2f}", peek), t.muted);
    const UiRect lower{area.min, {area.max.x, area.min.y + chart}};
    draw_row_bars({leak->open, largest, t.accent, leak->row}, lower);
    draw_ends(c, {{lower.min.x, lower.max.y}, {lower.max.x, lower.max.y + px(k_demo_line)}}, leak->row,
              fmt::format("{} → {}", label_of(leak->from), label_of(leak->to)));
    ImGui::SetCursorScreenPos(upper.min);
    const ButtonItem item = button_item("token to exchange", {upper.width(), lower.max.y - upper.min.y});
    tooltip("Click a token to exchange it. Alt+arrows: the one before or behind.");
    int row = leak->row + alt_arrow(item);
    if (item.pressed && !item.pressed_by_key)
        row = static_cast<int>((ImGui::GetMousePos().x - upper.min.x) / upper.width() *
                               static_cast<float>(c.n()));
    row = std::clamp(row, 1, c.n() - 1);
    if (row != leak->row) ask(c, commands, [&](MaskQuestions& q) { q.leak_row = row; });
    draw_focus_ring(item, px(3));
}

void draw_padding_demo(const MaskCase& c, const UiRect& whole, Commands& commands) {
    const Theme& t = theme();
    UiRect area = whole;
    demo_line(area, "Padding", t.text, true);
    const MaskFindings::Padding* p = c.found ? &c.found->padding : nullptr;
    if (!p || p->read.empty()) return demo_line(area, k_not_there, t.muted);
    int n = p->n;
    if (number_line(area, "padding", fmt::format("{} × {} before the text", p->n, c.label(0)), n, 32))
        ask(c, commands, [&](MaskQuestions& q) { q.n_padding = n; });
    const real read = *std::max_element(p->change_read.begin(), p->change_read.end()),
               ignored = *std::max_element(p->change_ignored.begin(), p->change_ignored.end());
    const float chart = std::floor((area.height() - 3 * px(k_demo_line)) / 2);
    if (chart < px(16)) return;
    const auto words = [&](const std::vector<real>& logits) {
        const int token = likeliest(logits);
        return fmt::format("{} {:.1f} %", label_of(token), 100 * probability_of(logits, token));
    };
    const auto part = [&](const char* how, real most, const std::vector<real>& changes,
                          const std::vector<real>& logits, ImU32 colour) {
        demo_line(area,
                  fmt::format("{}: logits move by {}, next {}", how,
                              most <= k_noise ? std::string("0") : fmt::format("{:.2f}", most),
                              words(logits)),
                  t.muted);
        draw_row_bars({changes, std::max(read, ignored), colour, -1, k_noise},
                      {area.min, {area.max.x, area.min.y + chart}});
        area.min.y += chart;
    };
    part("ignored", ignored, p->change_ignored, p->ignored, t.block);
    part("read", read, p->change_read, p->read, t.accent);
    demo_line(area, fmt::format("without padding: next {}", words(p->alone)), t.text);
}

void WindowDemo::update(const MaskCase& c, FieldOf of, int row) {
    const int size = of == FieldOf::window ? c.found->window.size : 0;
    if (run_.lock() == c.view.run.trace && of_ == of && size_ == size && row_ == row && n_ == c.n()) return;
    run_ = c.view.run.trace, of_ = of, size_ = size, row_ = row, n_ = c.n();
    const ModelConfig& config = c.view.config();
    if (of == FieldOf::window)
        window_plan_ = std::make_unique<Plan>(
            config, c.n(), RunSetup{.masks = {{.kind = MaskKind::sliding_window, .window = size}}});
    plan_ = of == FieldOf::window ? window_plan_.get() : &c.view.trace().plan();
    reaches_ = receptive_field(*plan_, config, n_, row);
    // The way of the word that comes next without a window, from where it stands in the text; or else of the
    // first token.
    const int wanted = c.change(row) ? c.change(row)->before.token : -1;
    watched_ = of == FieldOf::run ? 0 : -1;
    for (int at = 0; at <= row; ++at)
        if (c.view.run.token(at) == wanted) watched_ = at;
    comes_ = watched_ < 0 ? ReceptiveField(reaches_.size(), std::vector<bool>(reaches_[0].size()))
                          : spread_of(*plan_, config, n_, watched_);
}

FieldOf WindowDemo::draw(const MaskCase& c, const UiRect& whole, FieldOf of, int row, Commands& commands) {
    UiRect area = whole;
    ImGui::SetCursorScreenPos(
        {whole.max.x - segmented_control_width(k_fields_of, ControlSize::small), whole.min.y - px(2)});
    demo_line(area, "The window", theme().text, true);
    int chosen = static_cast<int>(of);
    if (segmented_control("whose field", chosen, k_fields_of, ControlSize::small))
        of = static_cast<FieldOf>(chosen);
    area.min.y += px(4);
    const bool is_known = c.found && !c.found->window.logits.empty() && c.change(0);
    if (of == FieldOf::window && !is_known) {
        demo_line(area, k_not_there, theme().muted);
        return of;
    }
    update(c, of, of == FieldOf::window ? c.n() - 1 : row);
    if (of == FieldOf::window)
        say_window(c, area, commands);
    else
        demo_line(area,
                  fmt::format("masks as they are: {} of {} tokens reach {}", n_reached(reaches_, 0), n_,
                              c.label(row_)),
                  theme().muted);
    draw_field(c, area);
    return of;
}

/// The size of the window, and what it does to the token that is likeliest without it.
void WindowDemo::say_window(const MaskCase& c, UiRect& area, Commands& commands) {
    int size = size_;
    if (number_line(area, "window", fmt::format("itself and {} before, in each layer", size_ - 1), size, 16))
        ask(c, commands, [&](MaskQuestions& q) { q.window = size; });
    const Prediction& before = c.change(c.n() - 1)->before;
    const double p = probability_of(c.found->window.logits, before.token);
    demo_line(area,
              fmt::format("{} of {} tokens reach the end; {} {} {:.0f} %", n_reached(reaches_, 0), c.n(),
                          label_of(before.token),
                          p >= 0.5 * static_cast<double>(before.probability) ? "still" : "only", 100 * p),
              theme().muted);
}

/// A dot for each token at each level, and a line for each step that leads to the row.
void WindowDemo::draw_field(const MaskCase& c, const UiRect& area) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = area.min.x + px(26), bottom = area.max.y - px(k_demo_line);
    const auto n_levels = static_cast<int>(reaches_.size());
    const float step_x = (area.max.x - px(6) - left) / static_cast<float>(c.n()),
                step_y = (bottom - area.min.y - px(8)) / static_cast<float>(n_levels);
    if (step_y < px(6)) return;
    const auto at = [&](int level, int token) {
        return ImVec2{left + step_x * (static_cast<float>(token) + 0.5f),
                      bottom - step_y * (static_cast<float>(level) + 0.5f)};
    };
    const auto holds = [](const ReceptiveField& field, int level, int token) {
        return static_cast<bool>(field[static_cast<std::size_t>(level)][static_cast<std::size_t>(token)]);
    };
    const ImU32 way = t.accent, seen = t.fill(ColourRole::query);
    const bool has_lines = step_x >= px(5);
    for (int level = 1; level < n_levels && has_lines; ++level)
        for (int query = 0; query < c.n(); ++query)
            for (int key = 0; key < c.n() && holds(reaches_, level, query); ++key) {
                if (key != query && !some_head_sees(*plan_, level - 1, query, key)) continue;
                const bool is_way = holds(comes_, level - 1, key) && holds(comes_, level, query);
                list.AddLine(at(level - 1, key), at(level, query),
                             mix(t.panel, is_way ? way : seen, is_way ? 0.8f : 0.3f), px(1));
            }
    const float radius = std::clamp(step_x / 4, 1.0f, px(3));
    for (int level = 0; level < n_levels; ++level) {
        const std::string name = level == n_levels - 1 ? "out" : fmt::format("L{}", level);
        const float y = at(level, 0).y;
        draw_text(list, {{area.min.x, y - px(8)}, {left, y + px(8)}}, area.min.x, font(TextSize::small),
                  t.muted, name);
        for (int token = 0; token < c.n(); ++token) {
            const bool reaches = holds(reaches_, level, token),
                       is_way = reaches && holds(comes_, level, token);
            list.AddCircleFilled(at(level, token), radius, is_way ? way : reaches ? seen : t.block);
        }
    }
    draw_ends(c, {{left, bottom}, {area.max.x - px(6), area.max.y}}, watched_,
              watched_ >= 0 ? std::string_view(c.label(watched_)) : std::string_view());
}

} // namespace gf::ui
