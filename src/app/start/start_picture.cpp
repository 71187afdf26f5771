#include "app/start/start_picture.h"

#include <array>
#include <cmath>

namespace gf::ui {
namespace {

constexpr int k_tokens = 6;
constexpr std::array k_parts = {ColourRole::query, ColourRole::key, ColourRole::value};

/// Lengths of the picture, from the box that it fills.
struct Places {
    float left, top, row, height; ///< row: from one token to the next
    float tokens, strips, matrix, bars, right;
    float cell;

    explicit Places(const UiRect& box)
        : left(box.min.x), top(box.min.y), row(box.height() / k_tokens), height(box.height()) {
        const float width = box.width();
        cell = std::floor(std::min(row * 0.9f, width * 0.25f / k_tokens));
        tokens = left + width * 0.12f;
        strips = left + width * 0.36f;
        matrix = left + width * 0.58f;
        bars = left + width * 0.86f;
        right = box.max.x;
    }
    float token_y(int i) const { return top + row * (static_cast<float>(i) + 0.5f); }
    /// The strips of one part stand close together, the parts apart.
    float strip_y(std::size_t part, int i) const {
        const float group = height / 3;
        return top + group * (static_cast<float>(part) + 0.5f) +
               (static_cast<float>(i) - (k_tokens - 1) / 2.0f) * group * 0.13f;
    }
    float matrix_top() const { return top + (height - cell * k_tokens) / 2; }
    ImVec2 cell_at(int query, int key) const {
        return {matrix + cell * static_cast<float>(key), matrix_top() + cell * static_cast<float>(query)};
    }
};

void ribbon(ImDrawList& list, ImVec2 from, ImVec2 to, ImU32 colour, float thickness) {
    const float bend = (to.x - from.x) * 0.5f;
    list.AddBezierCubic(from, {from.x + bend, from.y}, {to.x - bend, to.y}, to, colour, thickness);
}

void draw_strips(ImDrawList& list, const Places& p) {
    const Theme& t = theme();
    const float strip = px(22), thick = std::max(px(2), 1.0f), opacity = t.dark ? 0.5f : 0.3f;
    for (std::size_t part = 0; part < k_parts.size(); ++part) {
        const ImU32 hue = t.fill(k_parts[part]), ribbons = with_alpha(hue, opacity);
        for (int i = 0; i < k_tokens; ++i) {
            const float y = p.strip_y(part, i),
                        middle = p.matrix_top() + p.cell * (static_cast<float>(i) + 0.5f);
            ribbon(list, {p.tokens, p.token_y(i)}, {p.strips, y}, ribbons, thick);
            list.AddRectFilled({p.strips, y - thick / 2}, {p.strips + strip, y + thick / 2}, hue);
            const bool is_value =
                k_parts[part] ==
                ColourRole::value; // queries and keys meet in the pattern, values pass behind it
            ribbon(list, {p.strips + strip, y},
                   is_value ? ImVec2(p.bars, p.token_y(i)) : ImVec2(p.matrix, middle), ribbons, thick);
        }
    }
}

void draw_pattern(ImDrawList& list, const Places& p) {
    const Theme& t = theme();
    const float gap = std::max(px(1), 1.0f);
    for (int query = 0; query < k_tokens; ++query)
        for (int key = 0; key <= query; ++key) {
            const float weight = 1 / static_cast<float>(query + 1);
            const ImVec2 at = p.cell_at(query, key);
            list.AddRectFilled(at, {at.x + p.cell - gap, at.y + p.cell - gap},
                               mix(t.panel, t.fill(ColourRole::query), 0.15f + 0.85f * weight), px(2));
        }
}

} // namespace

void draw_start_picture(ImDrawList& list, const UiRect& box) {
    const Theme& t = theme();
    const Places p(box);
    constexpr std::array k_lengths = {0.9f, 0.6f, 0.3f, 1.0f, 0.45f, 0.7f}; // of words
    constexpr std::array k_falling = {1.0f, 0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f};
    draw_strips(list, p);
    draw_pattern(list, p);
    const float half = std::floor(p.row * 0.3f);
    for (int i = 0; i < k_tokens; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const float y = p.token_y(i), length = (p.tokens - p.left) * k_lengths[at];
        list.AddRectFilled({p.tokens - length, y - half}, {p.tokens, y + half}, t.fill(ColourRole::token),
                           px(3));
        list.AddRectFilled({p.bars, y - half},
                           {p.bars + std::max((p.right - p.bars) * k_falling[at], px(3)), y + half},
                           i == 0 ? t.accent : t.block, px(3));
    }
}

} // namespace gf::ui
