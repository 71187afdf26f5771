#include "app/start/model_portrait.h"

#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

/// Lengths of a portrait, in pixels.
struct PortraitLayout {
    int n_layers;                              ///< of both stacks
    float gap;                                 ///< between neighbouring bars
    float query_width, key_width, layer_width; ///< values are as wide as keys
    float layer_step;                          ///< from one layer to the next
    float stack_gap;                           ///< between encoder and decoder
    float head_step;                           ///< from one query head to the next below it

    explicit PortraitLayout(const ModelShape& shape)
        : n_layers(shape.n_layers + shape.n_encoder_layers), gap(std::max(px(1), 1.0f)), query_width(px(5)),
          key_width(px(3)), layer_width(query_width + 2 * key_width + 2 * gap) {
        const int n_columns = std::max(shape.n_encoder_layers > 0 ? n_layers + 1 : n_layers, 1);
        layer_step = std::min(layer_width + px(4), px(k_portrait_width) / static_cast<float>(n_columns));
        if (layer_step < layer_width + gap) { // so many layers that they must be slimmer
            const float squeeze = std::max((layer_step - 3 * gap) / (query_width + 2 * key_width), 0.1f);
            query_width *= squeeze;
            key_width *= squeeze;
            layer_width = query_width + 2 * key_width + 2 * gap;
        }
        stack_gap = shape.n_encoder_layers > 0 ? layer_step : 0;
        head_step =
            std::min(px(5), px(k_portrait_height - 15) / static_cast<float>(std::max(shape.n_heads, 1)));
    }
    float width() const {
        if (n_layers == 0) return 0;
        return std::ceil(layer_width + layer_step * static_cast<float>(n_layers - 1) + stack_gap);
    }
};

/// The heads of one layer: queries on the left, and beside each group of them the key and value they share.
void draw_attention(ImDrawList& list, ImVec2 at, const PortraitLayout& l, const ModelShape& shape,
                    float opacity) {
    const Theme& t = theme();
    const auto bar = [&](float x, float y, float width, float height, ColourRole role) {
        list.AddRectFilled({at.x + x, at.y + y}, {at.x + x + width, at.y + y + height},
                           with_alpha(t.fill(role), opacity), px(1));
    };
    for (int h = 0; h < shape.n_heads; ++h)
        bar(0, l.head_step * static_cast<float>(h), l.query_width, l.head_step - l.gap, ColourRole::query);
    const float kv_head_step =
        l.head_step * static_cast<float>(shape.n_heads) / static_cast<float>(std::max(shape.n_kv_heads, 1));
    for (int h = 0; h < shape.n_kv_heads; ++h) {
        const float y = kv_head_step * static_cast<float>(h), height = kv_head_step - l.gap;
        bar(l.query_width + l.gap, y, l.key_width, height, ColourRole::key);
        bar(l.query_width + l.key_width + 2 * l.gap, y, l.key_width, height, ColourRole::value);
    }
}

/// One block, or the experts as two columns of small ones.
void draw_mlp(ImDrawList& list, ImVec2 at, const PortraitLayout& l, const ModelShape& shape, float opacity) {
    const ImU32 colour = with_alpha(theme().fill(ColourRole::mlp), opacity);
    const float height = px(12);
    if (shape.n_experts == 0) {
        list.AddRectFilled(at, {at.x + l.layer_width, at.y + height}, colour, px(1));
        return;
    }
    const int n_rows = (shape.n_experts + 1) / 2;
    const float width = (l.layer_width - l.gap) / 2,
                step = std::max((height + l.gap) / static_cast<float>(n_rows), 2 * l.gap);
    for (int e = 0; e < shape.n_experts; ++e) {
        const ImVec2 corner{at.x + static_cast<float>(e % 2) * (width + l.gap),
                            at.y + static_cast<float>(e / 2) * step};
        list.AddRectFilled(corner, {corner.x + width, corner.y + step - l.gap}, colour, px(1));
    }
}

} // namespace

float portrait_width(const ModelShape& shape) { return PortraitLayout(shape).width(); }

void draw_model_portrait(ImDrawList& list, ImVec2 right_top, const ModelShape& shape, float opacity) {
    const PortraitLayout l(shape);
    const float mlp_top = l.head_step * static_cast<float>(shape.n_heads) + px(3);
    float x = right_top.x - l.width();
    for (int layer = 0; layer < l.n_layers; ++layer, x += l.layer_step) {
        if (layer == shape.n_encoder_layers) x += l.stack_gap;
        const ImVec2 at{std::floor(x), right_top.y};
        draw_attention(list, at, l, shape, opacity);
        if (shape.has_mlp) draw_mlp(list, {at.x, at.y + mlp_top}, l, shape, opacity);
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
    const float mark = px(8), gap = px(6), entry_gap = px(14);
    float width = entry_gap * (k_entries.size() - 1);
    for (const Entry& e : k_entries) width += mark + gap + std::ceil(measure(small, e.text).x);
    if (width > line.width()) return;
    float x = line.max.x - width;
    const float middle = std::floor((line.min.y + line.max.y) / 2);
    for (const Entry& e : k_entries) {
        list.AddRectFilled({x, middle - mark / 2}, {x + mark, middle + mark / 2}, theme().fill(e.role),
                           px(2));
        draw_text(list, {line.min, line.max}, x + mark + gap, small, theme().muted, e.text);
        x += mark + gap + std::ceil(measure(small, e.text).x) + entry_gap;
    }
}

} // namespace gf::ui
