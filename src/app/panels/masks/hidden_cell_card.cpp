#include "app/panels/masks/hidden_cell_card.h"

#include "app/widgets/plain_text.h"
#include "app/widgets/widget_parts.h"
#include "core/formula/formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace gf::ui {
namespace {

constexpr float k_card_width = 236, k_card_padding = 10, k_card_line = 17; // design lengths
constexpr float k_share_shown = 0.005f; ///< gains below it are not worth a word

struct CardLine {
    std::string words, number;
};

/// "·Ivy 0.01 → 0.25, ·met 0.01 → 0.23": the keys of the row that gained most; empty if none did.
std::string write_heirs(const MaskCase& c, int row) {
    std::vector<std::pair<float, int>> gains;
    for (int key = 0; key < c.n(); ++key)
        if (const float gain = c.weight(row, key) - c.weight_before(row, key); gain > k_share_shown)
            gains.emplace_back(-gain, key);
    std::sort(gains.begin(), gains.end());
    std::string words;
    for (std::size_t i = 0; i < std::min<std::size_t>(gains.size(), 2); ++i) {
        const int key = gains[i].second;
        words += fmt::format("{}{} {:.2f} → {:.2f}", i ? ", " : "", c.label(key), c.weight_before(row, key),
                             c.weight(row, key));
    }
    return words;
}

/// The card beside the cell: above its row where there is room, and inside of the area.
UiRect place_card(const UiRect& cell, const UiRect& area, ImVec2 size) {
    const float x =
        std::clamp(cell.min.x - size.x / 2, area.min.x, std::max(area.min.x, area.max.x - size.x));
    const float above = cell.min.y - px(10) - size.y;
    const float y = above >= area.min.y ? above : std::min(cell.max.y + px(10), area.max.y - size.y);
    return {{std::floor(x), std::floor(y)}, {std::floor(x) + size.x, std::floor(y) + size.y}};
}

} // namespace

void draw_hidden_cell_card(const MaskCase& c, const AttentionCell& hidden, const UiRect& cell,
                           const UiRect& area) {
    const std::string title = c.label(hidden.query) + " may not look at " + c.label(hidden.key);
    std::vector<CardLine> lines;
    const CellRef score = as_cell_ref(c.view, Site::attn_scores, c.head, hidden);
    lines.push_back(
        {"score it would have had", fmt::format("{:.2f}", score_without_mask(c.view.trace(), score))});
    const bool had_weight = c.has_before() && c.was_visible(hidden.query, hidden.key);
    if (had_weight)
        lines.push_back({"weight it had", fmt::format("{:.3f}", c.weight_before(hidden.query, hidden.key))});
    lines.push_back({had_weight ? "weight now" : "weight", "0"});
    const std::string heirs = had_weight ? write_heirs(c, hidden.query) : "";
    const float width = std::min(px(k_card_width), area.width());
    const float n_lines = static_cast<float>(lines.size()) + 1 + (heirs.empty() ? 0 : 2);
    const UiRect card = place_card(cell, area, {width, n_lines * px(k_card_line) + 2 * px(k_card_padding)});

    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 from{std::clamp(cell.center().x, card.min.x, card.max.x),
                      card.max.y <= cell.min.y ? card.max.y : card.min.y};
    list.AddLine(from, {from.x, card.max.y <= cell.min.y ? cell.min.y : cell.max.y}, t.accent, px(2));
    draw_fill(list, card, t.panel, px(6));
    draw_border(list, card, t.accent, px(6));
    UiRect line{{card.min.x + px(k_card_padding), card.min.y + px(k_card_padding)},
                {card.max.x - px(k_card_padding), card.min.y + px(k_card_padding + k_card_line)}};
    const auto next = [&] { line.min.y += px(k_card_line), line.max.y += px(k_card_line); };
    draw_text_cut(list, line, font(TextSize::small, Face::bold), t.text, title);
    next();
    ImFont* numbers = font(TextSize::small, Face::mono);
    for (const CardLine& each : lines) {
        const float left = line.max.x - measure(numbers, each.number).x;
        draw_text_cut(list, {line.min, {left - px(6), line.max.y}}, font(TextSize::small), t.muted,
                      each.words);
        draw_text(list, line, left, numbers, t.text, each.number);
        next();
    }
    if (heirs.empty()) return;
    draw_text_cut(list, line, font(TextSize::small), t.muted, "Its share goes to others in the row:");
    next();
    draw_text_cut(list, line, font(TextSize::small), t.text, heirs);
}

} // namespace gf::ui
