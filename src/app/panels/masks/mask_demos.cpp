#include "app/panels/masks/mask_demos.h"

#include "app/panels/masks/row_bars.h"
#include "app/view/token_labels.h"
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

void WindowDemo::update(const MaskCase& c) {
    const Trace& run = c.view.trace();
    const int size = c.found->window.size;
    std::vector<int> text(run.tokens(), run.tokens() + c.n());
    if (model_ == &run.weights() && size_ == size && text_ == text) return;
    model_ = &run.weights(), size_ = size, text_ = std::move(text);
    const ModelConfig& config = run.config();
    plan_ = std::make_unique<Plan>(config, c.n(),
                                   RunSetup{.masks = {{.kind = MaskKind::sliding_window, .window = size}}});
    reaches_ = receptive_field(*plan_, config, c.n(), c.n() - 1);
    // The way of the word that comes next without a window, from where it stands in the text.
    const int wanted = c.change(c.n() - 1) ? c.change(c.n() - 1)->before.token : -1;
    const auto found = std::find(text_.rbegin(), text_.rend(), wanted);
    watched_ = found == text_.rend() ? -1 : static_cast<int>(text_.rend() - found) - 1;
    comes_.assign(reaches_.size(), std::vector<bool>(text_.size()));
    if (watched_ < 0) return;
    comes_[0][static_cast<std::size_t>(watched_)] = true;
    for (std::size_t level = 1; level < comes_.size(); ++level)
        for (int query = 0; query < c.n(); ++query)
            for (int key = 0; key <= query && !comes_[level][static_cast<std::size_t>(query)]; ++key)
                comes_[level][static_cast<std::size_t>(query)] =
                    comes_[level - 1][static_cast<std::size_t>(key)] &&
                    (key == query || plan_->visible(static_cast<int>(level) - 1, 0, query, key));
}

void WindowDemo::draw(const MaskCase& c, const UiRect& whole, Commands& commands) {
    const Theme& t = theme();
    UiRect area = whole;
    demo_line(area, "The window", t.text, true);
    if (!c.found || c.found->window.logits.empty() || !c.change(0))
        return demo_line(area, k_not_there, t.muted);
    update(c);
    int size = size_;
    if (number_line(area, "window", fmt::format("itself and {} before, in each layer", size_ - 1), size, 16))
        ask(c, commands, [&](MaskQuestions& q) { q.window = size; });
    const int wanted = c.change(c.n() - 1)->before.token, n_seen = n_reached(reaches_, 0);
    const double p = probability_of(c.found->window.logits, wanted);
    demo_line(area,
              fmt::format("{} of {} tokens reach the end; {} {} {:.0f} %", n_seen, c.n(), label_of(wanted),
                          p >= 0.5 * static_cast<double>(c.change(c.n() - 1)->before.probability) ? "still"
                                                                                                  : "only",
                          100 * p),
              t.muted);
    draw_field(c, area);
}

/// A dot for each token at each level, and a line for each step that leads to the last row.
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
            for (int key = 0; key <= query && holds(reaches_, level, query); ++key) {
                if (!plan_->visible(level - 1, 0, query, key)) continue;
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
