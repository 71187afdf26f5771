#include "app/panels/cache/cache_picture.h"

#include "app/widgets/focus_outline.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "measures/cache_use.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_names = 104, k_labels = 18, k_name_line = 18, k_layer_gap = 2, k_run_gap = 12;
constexpr float k_widest_column = 40, k_highest_value = 1.2f;
constexpr float k_not_read = 0.28f; ///< opacity of what is kept and not read by the last row

int cache_rows(const ModelConfig& c) { return c.n_layers * c.n_kv_heads; }

} // namespace

int CachePicture::draw(const View& v, Selection& selection, const UiRect& area) {
    runs_.clear();
    for (const Run& run : v.snapshot.runs)
        if (run.role != RunRole::source && run.shown > 0) runs_.push_back(&run);
    if (runs_.empty()) return -1;
    int most_tokens = 1, layers = 0;
    float values = 0; // numbers of one token's keys and values, of all runs
    for (const Run* run : runs_) {
        most_tokens = std::max(most_tokens, run->shown);
        layers += run->config().n_layers;
        values += static_cast<float>(2 * cache_rows(run->config()) * run->config().d_head);
    }
    const float left = area.min.x + std::min(px(k_names), area.width() * 0.3f);
    const float room = area.height() - px(k_labels) - px(k_layer_gap) * static_cast<float>(layers) -
                       (px(k_name_line) + px(k_run_gap)) * static_cast<float>(runs_.size());
    const Scale scale{std::min((area.max.x - left) / static_cast<float>(most_tokens), px(k_widest_column)),
                      std::min(room / values, px(k_highest_value))};
    if (scale.value <= 0 || scale.column <= 0) return -1;
    float y = area.min.y + px(k_labels);
    int clicked = -1;
    for (const Run* run : runs_) {
        const ModelConfig& c = run->config();
        const float height = px(k_layer_gap) * static_cast<float>(c.n_layers) +
                             scale.value * static_cast<float>(2 * cache_rows(c) * c.d_head);
        const UiRect band{{area.min.x, y}, {area.max.x, y + px(k_name_line) + height}};
        draw_run(*run, band, scale);
        const UiRect cells{{left, band.min.y + px(k_name_line)},
                           {left + scale.column * static_cast<float>(run->shown), band.max.y}};
        if (run == &v.snapshot.text()) clicked = handle_text(v, selection, cells, scale);
        y = band.max.y + px(k_run_gap);
    }
    return clicked;
}

/// The name of the run, how its heads share keys and values, and a band for each layer.
void CachePicture::draw_run(const Run& run, const UiRect& band, const Scale& scale) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ModelConfig& c = run.config();
    const float left = band.min.x + std::min(px(k_names), band.width() * 0.3f);
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{}: {} key-value {} for {} heads, {} layers",
                   run.role == RunRole::text ? "this text" : run.name, c.n_kv_heads,
                   c.n_kv_heads == 1 ? "head" : "heads", c.n_heads, c.n_layers);
    draw_text_cut(list, {band.min, {band.max.x, band.min.y + px(k_name_line)}},
                  font(TextSize::small, Face::bold), t.text, {text_.data(), text_.size()});
    float y = band.min.y + px(k_name_line);
    const float height = scale.value * static_cast<float>(2 * c.n_kv_heads * c.d_head);
    ImFont* small = font(TextSize::small);
    const int every = std::max(1, static_cast<int>(std::ceil(small->FontSize / (height + px(k_layer_gap)))));
    for (int l = 0; l < c.n_layers; ++l) {
        if (l % every == 0) {
            text_.clear();
            fmt::format_to(std::back_inserter(text_), "layer {}", l);
            const float middle = y + height / 2;
            draw_text_cut(
                list,
                {{band.min.x, middle - small->FontSize / 2}, {left - px(6), middle + small->FontSize / 2}},
                small, t.muted, {text_.data(), text_.size()});
        }
        draw_layer(run, l, {{left, y}, {left + scale.column * static_cast<float>(run.shown), y + height}},
                   scale);
        y += height + px(k_layer_gap);
    }
}

/// Each key-value head: its keys above its values, strong where the last row reads them, hollow where they
/// were evicted.
void CachePicture::draw_layer(const Run& run, int layer, const UiRect& rows, const Scale& scale) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ModelConfig& c = run.config();
    const Trace& trace = *run.trace;
    const int last = run.shown - 1;
    const float height = rows.height() / static_cast<float>(c.n_kv_heads);
    const float gap = height >= px(4) ? 1.0f : 0.0f;
    const auto state = [&](int kv_head, int key) { // 2: read, 1: kept only, 0: evicted
        if (is_evicted(trace, last, key)) return 0;
        return trace.plan().visible(layer, kv_head * c.group_size(), last, key) ? 2 : 1;
    };
    for (int kv = 0; kv < c.n_kv_heads; ++kv) {
        const float top = rows.min.y + height * static_cast<float>(kv), middle = top + (height - gap) / 2,
                    bottom = top + height - gap;
        for (int begin = 0, end; begin < run.shown;
             begin = end) { // neighbours of one state are one rectangle
            const int now = state(kv, begin);
            for (end = begin + 1; end < run.shown && state(kv, end) == now;) ++end;
            const float x0 = rows.min.x + scale.column * static_cast<float>(begin),
                        x1 = rows.min.x + scale.column * static_cast<float>(end) -
                             (scale.column >= px(4) ? 1 : 0);
            if (now == 0) {
                list.AddRect({x0, top}, {x1, bottom}, t.border);
                continue;
            }
            const float opacity = now == 2 ? 1 : k_not_read;
            list.AddRectFilled({x0, top}, {x1, middle}, with_alpha(t.fill(ColourRole::key), opacity));
            list.AddRectFilled({x0, middle}, {x1, bottom}, with_alpha(t.fill(ColourRole::value), opacity));
        }
    }
    if (scale.column < px(6)) return;
    for (int key = 1; key < run.shown; ++key) { // tokens apart
        const float x = rows.min.x + scale.column * static_cast<float>(key) - 1;
        list.AddRectFilled({x, rows.min.y}, {x + 1, rows.max.y}, t.panel);
    }
}

/// Labels above the columns of the text; the newest one is outlined, and a click is about a token.
int CachePicture::handle_text(const View& v, Selection& selection, const UiRect& cells, const Scale& scale) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Run& run = v.snapshot.text();
    ImGui::SetCursorScreenPos(cells.min);
    const bool pressed = ImGui::InvisibleButton(
        "kept tokens", {std::max(cells.width(), 1.0f), std::max(cells.height(), 1.0f)});
    draw_focus_ring_of_last_item(px(2));
    int hovered = -1;
    if (ImGui::IsItemHovered())
        hovered = std::clamp(static_cast<int>((ImGui::GetMousePos().x - cells.min.x) / scale.column), 0,
                             run.shown - 1);
    if (hovered >= 0 && v.run.id == run.id) selection.token.set(hovered);
    edges_.clear();
    for (int i = 0; i <= run.shown; ++i) edges_.push_back(cells.min.x + scale.column * static_cast<float>(i));
    label_colours_.clear();
    for (int i = 0; i < run.shown; ++i)
        label_colours_.push_back(is_evicted(*run.trace, run.shown - 1, i) ? t.faint : t.text);
    const float top = cells.min.y - px(k_name_line) - px(k_labels);
    const LitToken lit{hovered, t.accent_text};
    draw_token_row(list, run, {0, edges_, tokens_per_label(scale.column)},
                   {{cells.min.x, top}, {cells.max.x + px(40), top + px(k_labels)}}, {&lit, 1},
                   label_colours_);
    const auto outline = [&](int token, auto draw_outline) {
        const float x = cells.min.x + scale.column * static_cast<float>(token);
        draw_outline(list, UiRect{{x, cells.min.y}, {x + scale.column, cells.max.y}});
    };
    outline(run.shown - 1, outline_focus); // what this step has added
    if (hovered >= 0) outline(hovered, outline_precedent);
    return pressed && hovered >= 0 ? hovered : -1;
}

} // namespace gf::ui
