#include "app/start/model_portrait.h"

#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

/// Lengths of a portrait, in pixels.
struct PortraitPlaces {
    int n;                        ///< layers, of both stacks
    float gap, query, key, layer; ///< widths
    float step, between;          ///< from one layer to the next; between the two stacks
    float row;                    ///< from one query head to the next

    explicit PortraitPlaces(const ModelShape& shape)
        : n(shape.n_layers + shape.n_encoder_layers), gap(std::max(px(1), 1.0f)), query(px(5)), key(px(3)),
          layer(query + 2 * key + 2 * gap) {
        const int n_columns = std::max(shape.n_encoder_layers > 0 ? n + 1 : n, 1);
        step = std::min(layer + px(4), px(k_portrait_width) / static_cast<float>(n_columns));
        if (step < layer + gap) { // many layers are slim
            const float squeeze = std::max((step - 3 * gap) / (query + 2 * key), 0.1f);
            query *= squeeze, key *= squeeze;
            layer = query + 2 * key + 2 * gap;
        }
        between = shape.n_encoder_layers > 0 ? step : 0;
        row = std::min(px(5), px(k_portrait_height - 15) / static_cast<float>(std::max(shape.n_heads, 1)));
    }
    float width() const { return n == 0 ? 0 : std::ceil(layer + step * static_cast<float>(n - 1) + between); }
};

void draw_attention(ImDrawList& list, ImVec2 at, const PortraitPlaces& p, const ModelShape& shape,
                    float opacity) {
    const Theme& t = theme();
    const auto bar = [&](float x, float y, float width, float height, ColourRole role) {
        list.AddRectFilled({at.x + x, at.y + y}, {at.x + x + width, at.y + y + height},
                           with_alpha(t.fill(role), opacity), px(1));
    };
    for (int h = 0; h < shape.n_heads; ++h)
        bar(0, p.row * static_cast<float>(h), p.query, p.row - p.gap, ColourRole::query);
    const float shared =
        p.row * static_cast<float>(shape.n_heads) / static_cast<float>(std::max(shape.n_kv_heads, 1));
    for (int h = 0; h < shape.n_kv_heads; ++h) {
        const float y = shared * static_cast<float>(h);
        bar(p.query + p.gap, y, p.key, shared - p.gap, ColourRole::key);
        bar(p.query + p.key + 2 * p.gap, y, p.key, shared - p.gap, ColourRole::value);
    }
}

/// One block, or the experts as two columns of small ones.
void draw_mlp(ImDrawList& list, ImVec2 at, const PortraitPlaces& p, const ModelShape& shape, float opacity) {
    const ImU32 colour = with_alpha(theme().fill(ColourRole::mlp), opacity);
    const float height = px(12);
    if (shape.n_experts == 0) {
        list.AddRectFilled(at, {at.x + p.layer, at.y + height}, colour, px(1));
        return;
    }
    const int n_rows = (shape.n_experts + 1) / 2;
    const float width = (p.layer - p.gap) / 2,
                step = std::max((height + p.gap) / static_cast<float>(n_rows), 2 * p.gap);
    for (int e = 0; e < shape.n_experts; ++e) {
        const ImVec2 corner{at.x + static_cast<float>(e % 2) * (width + p.gap),
                            at.y + static_cast<float>(e / 2) * step};
        list.AddRectFilled(corner, {corner.x + width, corner.y + step - p.gap}, colour, px(1));
    }
}

} // namespace

float portrait_width(const ModelShape& shape) { return PortraitPlaces(shape).width(); }

void draw_model_portrait(ImDrawList& list, ImVec2 right_top, const ModelShape& shape, float opacity) {
    const PortraitPlaces p(shape);
    const float below = p.row * static_cast<float>(shape.n_heads) + px(3);
    float x = right_top.x - p.width();
    for (int layer = 0; layer < p.n; ++layer, x += p.step) {
        if (layer == shape.n_encoder_layers) x += p.between;
        const ImVec2 at{std::floor(x), right_top.y};
        draw_attention(list, at, p, shape, opacity);
        if (shape.has_mlp) draw_mlp(list, {at.x, at.y + below}, p, shape, opacity);
    }
}

void draw_portrait_legend(ImDrawList& list, const UiRect& line) {
    struct Entry {
        ColourRole role;
        const char* text;
    };
    static constexpr std::array k_entries = {
        Entry{ColourRole::query, "query heads"}, Entry{ColourRole::key, "their keys"},
        Entry{ColourRole::value, "and values"}, Entry{ColourRole::mlp, "MLP or experts"}};
    ImFont* small = font(TextSize::small);
    const float mark = px(8), gap = px(6), between = px(14);
    float width = between * (k_entries.size() - 1);
    for (const Entry& e : k_entries) width += mark + gap + std::ceil(measure(small, e.text).x);
    if (width > line.width()) return;
    float x = line.max.x - width;
    const float middle = std::floor((line.min.y + line.max.y) / 2);
    for (const Entry& e : k_entries) {
        list.AddRectFilled({x, middle - mark / 2}, {x + mark, middle + mark / 2}, theme().fill(e.role),
                           px(2));
        put_text(list, {line.min, line.max}, x + mark + gap, small, theme().muted, e.text);
        x += mark + gap + std::ceil(measure(small, e.text).x) + between;
    }
}

} // namespace gf::ui
