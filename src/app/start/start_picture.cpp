#include "app/start/start_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

constexpr int k_n_tokens = 6;
constexpr std::array k_roles = {ColourRole::query, ColourRole::key, ColourRole::value};

/// Places in the picture, in pixels.
struct PictureLayout {
    float left, top, height;
    float token_step;                           ///< from one token to the next below it
    float tokens_right;                         ///< right end of the tokens
    float strips_x, pattern_x, probabilities_x; ///< left ends
    float right;
    float cell; ///< side of a cell of the pattern, its gap included

    explicit PictureLayout(const UiRect& box)
        : left(box.min.x), top(box.min.y), height(box.height()), token_step(box.height() / k_n_tokens) {
        const float width = box.width();
        cell = std::floor(std::min(token_step * 0.9f, width * 0.25f / k_n_tokens));
        tokens_right = left + width * 0.12f;
        strips_x = left + width * 0.36f;
        pattern_x = left + width * 0.58f;
        probabilities_x = left + width * 0.86f;
        right = box.max.x;
    }
    float token_y(int token) const { return top + token_step * (static_cast<float>(token) + 0.5f); }
    /// The strips of one role stand close together, the roles apart.
    float strip_y(std::size_t role, int token) const {
        const float group_height = height / 3;
        return top + group_height * (static_cast<float>(role) + 0.5f) +
               (static_cast<float>(token) - (k_n_tokens - 1) / 2.0f) * group_height * 0.13f;
    }
    float pattern_top() const { return top + (height - cell * k_n_tokens) / 2; }
    ImVec2 cell_at(int query, int key) const {
        return {pattern_x + cell * static_cast<float>(key), pattern_top() + cell * static_cast<float>(query)};
    }
};

/// A curve that begins and ends level.
void draw_ribbon(ImDrawList& list, ImVec2 from, ImVec2 to, ImU32 colour, float thickness) {
    const float bend = (to.x - from.x) * 0.5f;
    list.AddBezierCubic(from, {from.x + bend, from.y}, {to.x - bend, to.y}, to, colour, thickness);
}

/// Queries, keys and values as strips, with ribbons from the tokens and on to the right. Queries and keys
/// meet in the pattern; values pass behind it.
void draw_strips(ImDrawList& list, const PictureLayout& l) {
    const Theme& t = theme();
    const float strip_width = px(22), thickness = std::max(px(2), 1.0f), opacity = t.dark ? 0.5f : 0.3f;
    for (std::size_t role = 0; role < k_roles.size(); ++role) {
        const ImU32 strip_colour = t.fill(k_roles[role]), ribbon_colour = with_alpha(strip_colour, opacity);
        for (int token = 0; token < k_n_tokens; ++token) {
            const float y = l.strip_y(role, token),
                        pattern_y = l.pattern_top() + l.cell * (static_cast<float>(token) + 0.5f);
            draw_ribbon(list, {l.tokens_right, l.token_y(token)}, {l.strips_x, y}, ribbon_colour, thickness);
            list.AddRectFilled({l.strips_x, y - thickness / 2}, {l.strips_x + strip_width, y + thickness / 2},
                               strip_colour);
            const ImVec2 end = k_roles[role] == ColourRole::value
                                   ? ImVec2(l.probabilities_x, l.token_y(token))
                                   : ImVec2(l.pattern_x, pattern_y);
            draw_ribbon(list, {l.strips_x + strip_width, y}, end, ribbon_colour, thickness);
        }
    }
}

void draw_pattern(ImDrawList& list, const PictureLayout& l) {
    const Theme& t = theme();
    const float gap = std::max(px(1), 1.0f);
    for (int query = 0; query < k_n_tokens; ++query)
        for (int key = 0; key <= query; ++key) {
            const float weight = 1 / static_cast<float>(query + 1);
            const ImVec2 at = l.cell_at(query, key);
            list.AddRectFilled(at, {at.x + l.cell - gap, at.y + l.cell - gap},
                               mix(t.panel, t.fill(ColourRole::query), 0.15f + 0.85f * weight), px(2));
        }
}

/// The tokens as blocks of different lengths, and the probabilities as bars, each half as long as the one
/// above it.
void draw_ends(ImDrawList& list, const PictureLayout& l) {
    const Theme& t = theme();
    constexpr std::array k_token_lengths = {0.9f, 0.6f, 0.3f, 1.0f, 0.45f, 0.7f};
    constexpr std::array k_bar_lengths = {1.0f, 0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f};
    const float half_height = std::floor(l.token_step * 0.3f);
    for (int i = 0; i < k_n_tokens; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const float y = l.token_y(i), token_length = (l.tokens_right - l.left) * k_token_lengths[at],
                    bar_length = std::max((l.right - l.probabilities_x) * k_bar_lengths[at], px(3));
        list.AddRectFilled({l.tokens_right - token_length, y - half_height},
                           {l.tokens_right, y + half_height}, t.fill(ColourRole::token), px(3));
        list.AddRectFilled({l.probabilities_x, y - half_height},
                           {l.probabilities_x + bar_length, y + half_height}, i == 0 ? t.accent : t.block,
                           px(3));
    }
}

} // namespace

void draw_start_picture(ImDrawList& list, const UiRect& box) {
    const PictureLayout layout(box);
    draw_strips(list, layout);
    draw_pattern(list, layout);
    draw_ends(list, layout);
}

} // namespace gf::ui
