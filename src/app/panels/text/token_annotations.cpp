#include "app/panels/text/token_annotations.h"

#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_surprisal_height = 14, k_origin_height = 18; // design lengths
constexpr double k_least_surprisal = 0.05;                     ///< bits; below, "0" is printed

/// Who wrote a stretch of the text, from the longest words to the shortest.
std::array<const char*, 3> origin_words(TokenOrigin::Kind kind) {
    switch (kind) {
    case TokenOrigin::Kind::prompt: return {"your prompt", "prompt", ""};
    case TokenOrigin::Kind::forced: return {"put there by hand", "by hand", ""};
    case TokenOrigin::Kind::drawn: break;
    }
    return {"drawn by the model, one token at a time", "drawn by the model", "drawn"};
}

/// A bracket below a stretch of a line, with words in its middle that fit.
void draw_stretch(const UiRect& stretch, TokenOrigin::Kind kind, float height) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float thin = std::max(px(1), 1.0f), y = stretch.max.y + (height > 0 ? px(1) : -thin),
                left = stretch.min.x + px(2), right = stretch.max.x - px(2);
    if (height <= 0) {
        if (kind != TokenOrigin::Kind::drawn) list.AddRectFilled({left, y}, {right, y + thin}, t.muted);
        return;
    }
    list.AddRectFilled({left, y}, {right, y + thin}, t.line);
    for (const float end : {left, right - thin})
        list.AddRectFilled({end, y - px(2)}, {end + thin, y + thin}, t.line);
    ImFont* f = font(TextSize::small);
    for (const char* words : origin_words(kind)) {
        const float width = measure(f, words).x;
        if (width > right - left) continue;
        if (*words)
            draw_text(list, {{left, y + thin}, {right, stretch.max.y + height}}, (left + right - width) / 2,
                      f, t.muted, words);
        return;
    }
}

} // namespace

float surprisal_row_height() { return px(k_surprisal_height); }
float origin_row_height() { return px(k_origin_height); }

void NumbersAbove::draw(const UiRect& token, double number, int decimals, ImU32 ink) {
    if (token.min.y != line_) free_from_ = -FLT_MAX;
    line_ = token.min.y;
    char text[16] = "0";
    if (number >= 0.5 * std::pow(10, -decimals))
        *fmt::format_to_n(text, sizeof text - 1, "{:.{}f}", number, decimals).out = 0;
    ImFont* f = font(TextSize::small, Face::mono);
    const float width = std::ceil(measure(f, text).x), left = std::floor(token.center().x - width / 2);
    if (left < free_from_) return;
    draw_text(*ImGui::GetWindowDrawList(),
              {{left, token.min.y - px(k_surprisal_height)}, {left + width, token.min.y}}, left, f, ink,
              text);
    free_from_ = left + width + px(4);
}

void draw_surprisals(const Run& run, std::span<const PlacedToken> tokens) {
    const Theme& t = theme();
    NumbersAbove numbers;
    for (const PlacedToken& token : tokens) {
        if (token.position == 0) continue; // nothing came before it
        const auto bits = static_cast<double>(run.origin(token.position).surprisal);
        numbers.draw(token.rect, bits, 1, bits < k_least_surprisal ? t.faint : t.muted);
    }
}

void draw_surprisal_of_next(const UiRect& token, double bits) {
    NumbersAbove().draw(token, bits, 1, theme().accent_text);
}

void draw_origins(const Run& run, std::span<const PlacedToken> tokens, float height) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const TokenOrigin::Kind kind = run.origin(tokens[i].position).kind;
        UiRect stretch = tokens[i].rect;
        for (; i + 1 < tokens.size() && tokens[i + 1].rect.min.y == stretch.min.y &&
               run.origin(tokens[i + 1].position).kind == kind;
             ++i)
            stretch.max = tokens[i + 1].rect.max;
        draw_stretch(stretch, kind, height);
    }
}

} // namespace gf::ui
