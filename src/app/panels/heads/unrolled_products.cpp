#include "app/panels/heads/unrolled_products.h"

#include "app/view/token_row.h"
#include "app/widgets/cell_numbers.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_row_label = 74, k_index_line = 18, k_least_row = 14, k_highest_row = 26, k_words_line = 20;
constexpr float k_least_sums = 36; ///< height of the running sum, below which it is left out

enum Row { query_row, key_row, product_row };

float largest_of(std::span<const real> values) { return std::max(largest_magnitude(0, values), 1e-6f); }

} // namespace

struct UnrolledProducts::Strip {
    const HeadContext& context;
    AttentionCell cell;
    UnrolledAttention::Pair pair;
    std::span<const real> products;
    UiRect rows;  ///< of the three rows of cells
    UiRect sums;  ///< of the running sum; empty: no room
    UiRect words; ///< the line below
    float sum = 0;
    bool turned = false;
    int lit = -1; ///< the element under the mouse
    float column() const { return rows.width() / static_cast<float>(products.size()); }
    float left(std::size_t i) const { return std::floor(rows.min.x + column() * static_cast<float>(i)); }
    UiRect row(int i) const {
        const float height = rows.height() / 3;
        const float top =
            std::floor(rows.min.y + height * static_cast<float>(i) + (i == product_row ? px(4) : 0));
        return {{rows.min.x, top}, {rows.max.x, top + std::floor(height - px(2))}};
    }
};

void UnrolledProducts::draw(const HeadContext& context, const UnrolledAttention& attention,
                            const AttentionCell& cell, const UiRect& area) {
    const auto stages = attention.stages();
    const bool turned = stages[1] == AttentionStage::turned;
    Strip strip{context, cell, attention.vectors(turned ? stages[1] : stages[0], cell.query, cell.key),
                {},      {},   {},
                {},      0,    turned};
    products_.resize(strip.pair.query.size());
    for (std::size_t i = 0; i < products_.size(); ++i) {
        products_[i] = strip.pair.query[i] * strip.pair.key[i];
        strip.sum += products_[i];
    }
    strip.products = products_;
    const float top = area.min.y + px(k_index_line);
    const float room = area.max.y - px(k_words_line) - top;
    const float row = std::clamp(room / 5, px(k_least_row), px(k_highest_row));
    strip.rows = {{area.min.x + px(k_row_label), top}, {area.max.x, top + 3 * row + px(4)}};
    strip.words = {{area.min.x, area.max.y - px(k_words_line)}, area.max};
    if (strip.words.min.y - strip.rows.max.y >= px(k_least_sums))
        strip.sums = {{strip.rows.min.x, strip.rows.max.y + px(6)},
                      {strip.rows.max.x, strip.words.min.y - px(2)}};
    if (strip.rows.width() < px(60) || strip.rows.max.y > strip.words.min.y + 1) return;
    if (ImGui::IsMouseHoveringRect(strip.rows.min, strip.rows.max) && ImGui::IsWindowHovered())
        strip.lit = std::clamp(static_cast<int>((ImGui::GetMousePos().x - strip.rows.min.x) / strip.column()),
                               0, static_cast<int>(products_.size()) - 1);
    ImFont* face = font(TextSize::small, Face::mono);
    const std::size_t every = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::ceil(measure(face, "000").x / strip.column())));
    char number[8];
    for (std::size_t i = 0; i < products_.size(); i += every) {
        const char* end = fmt::format_to_n(number, sizeof number, "{}", i).out;
        draw_text_centred(*ImGui::GetWindowDrawList(),
                          {{strip.left(i), area.min.y}, {strip.left(i + 1), top}}, face,
                          static_cast<int>(i) == strip.lit ? theme().accent_text : theme().muted,
                          {number, static_cast<std::size_t>(end - number)});
    }
    draw_row(strip, query_row, strip.pair.query, "query elements");
    draw_row(strip, key_row, strip.pair.key, "key elements");
    draw_row(strip, product_row, products_, "products elements");
    if (strip.sums.height() > 0) draw_sums(strip);
    write_words(strip);
}

/// One row of cells: sign is hue, size is opacity. Pointing at a query's or a key's element is pointing at
/// its cell; at a product, at the score that it is a part of.
void UnrolledProducts::draw_row(const Strip& s, int row, std::span<const real> values, const char* item) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const UiRect rect = s.row(row);
    ImFont* face = font(TextSize::small, Face::bold);
    text_.clear();
    auto out = std::back_inserter(text_);
    if (row == product_row)
        fmt::format_to(out, "q × k");
    else
        fmt::format_to(out, "{} {}", row == query_row ? "q" : "k",
                       row == query_row ? short_label(s.context.view.run, s.cell.query)
                                        : short_label(s.context.key_run(), s.cell.key));
    const ImU32 ink = row == query_row ? t.ink(ColourRole::query)
                      : row == key_row ? t.ink(ColourRole::key)
                                       : t.text;
    draw_text_cut(list, {{rect.min.x - px(k_row_label), rect.min.y}, {rect.min.x - px(4), rect.max.y}}, face,
                  ink, {text_.data(), text_.size()});
    HeatMapView view = themed_heat_map(true);
    view.scale.vmax = largest_of(values);
    view.rows = 1, view.cols = static_cast<int>(values.size());
    view.col1 = static_cast<float>(values.size());
    view.look.gap_x = s.column() >= px(5) ? px(1) : 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const UiRect cell{{s.left(i), rect.min.y}, {s.left(i + 1) - view.look.gap_x, rect.max.y}};
        const float x = static_cast<float>(values[i]);
        list.AddRectFilled(cell.min, cell.max,
                           std::isfinite(x) ? pack(colour_of(view.scale, x)) : pack(t.heat.nan));
        if (static_cast<int>(i) == s.lit) outline_precedent(list, cell);
    }
    draw_cell_numbers(
        list, {0, rect}, view,
        [&](int, int column) { return static_cast<float>(values[static_cast<std::size_t>(column)]); }, false);
    ImGui::SetCursorScreenPos(rect.min);
    const bool pressed = ImGui::InvisibleButton(item, rect.size());
    if (!ImGui::IsItemHovered() || s.lit < 0) return;
    const HeadContext& c = s.context;
    if (row == product_row) {
        c.selection.cell.set(
            as_cell_ref(c.view, score_and_pattern_sites(c.attention).scores, c.head, s.cell));
    } else {
        const Site site = c.is_cross() ? (row == query_row ? Site::cross_q : Site::cross_k)
                          : s.turned   ? (row == query_row ? Site::rot_q : Site::rot_k)
                          : has_site(c.view.config(), Site::norm_q)
                              ? (row == query_row ? Site::norm_q : Site::norm_k)
                              : (row == query_row ? Site::q : Site::k);
        const int head = row == query_row ? c.head.head : c.head.head / c.view.config().group_size();
        const CellRef cell =
            c.view.cell(site, c.head.layer, head, row == query_row ? s.cell.query : s.cell.key, s.lit);
        c.selection.cell.set(cell);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
            c.commands.post(command::AskValue{c.view.address(cell)});
        else if (pressed)
            c.commands.post(command::PinCell{c.view.address(cell)});
    }
}

/// The running sum: each product is a step up or down, and the last one ends at the cell's value.
void UnrolledProducts::draw_sums(const Strip& s) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float least = 0, greatest = 0, sum = 0;
    for (const real x : s.products) {
        sum += x;
        least = std::min(least, sum), greatest = std::max(greatest, sum);
    }
    if (!std::isfinite(sum)) return;
    const float range = std::max(greatest - least, 1e-9f);
    const auto y_of = [&](float x) { return s.sums.max.y - (x - least) / range * s.sums.height(); };
    const float zero = std::floor(y_of(0));
    ImFont* face = font(TextSize::small);
    draw_text_cut(list,
                  {{s.rows.min.x - px(k_row_label), s.sums.min.y},
                   {s.rows.min.x - px(4), s.sums.min.y + px(k_index_line)}},
                  face, t.muted, "so far");
    list.AddLine({s.sums.min.x, zero}, {s.sums.max.x, zero}, t.line);
    for (float x = s.sums.min.x; x < s.sums.max.x; x += px(7)) // the end of the sum, dashed
        list.AddLine({x, y_of(s.sum)}, {std::min(x + px(4), s.sums.max.x), y_of(s.sum)}, t.accent);
    const ColourScale scale{t.diverging, 0, 1, 1};
    sum = 0;
    for (std::size_t i = 0; i < s.products.size(); ++i) {
        const float before = y_of(sum);
        sum += s.products[i];
        const float after = y_of(sum), top = std::min(before, after), bottom = std::max(before, after);
        list.AddRectFilled({s.left(i) + px(1), top}, {s.left(i + 1) - px(1), std::max(bottom, top + 1)},
                           pack(colour_of(scale, s.products[i] >= 0 ? 0.8f : -0.8f)));
    }
}

/// "3 of 32 products give 32.30 of 60.12: 31 (+14.25), 8 (+10.34), 29 (+7.71)."
void UnrolledProducts::write_words(const Strip& s) {
    const auto n = s.products.size();
    order_.resize(n);
    for (std::size_t i = 0; i < n; ++i) order_[i] = static_cast<int>(i);
    const std::size_t n_named = std::min<std::size_t>(3, n);
    std::partial_sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(n_named), order_.end(),
                      [&](int a, int b) {
                          return std::abs(s.products[static_cast<std::size_t>(a)]) >
                                 std::abs(s.products[static_cast<std::size_t>(b)]);
                      });
    float part = 0;
    for (std::size_t i = 0; i < n_named; ++i) part += s.products[static_cast<std::size_t>(order_[i])];
    text_.clear();
    auto out = std::back_inserter(text_);
    fmt::format_to(out, "sum {:.2f}; {} of {} products give {:.2f}:", s.sum, n_named, n, part);
    for (std::size_t i = 0; i < n_named; ++i)
        fmt::format_to(out, "{} {} ({:+.2f})", i ? "," : "", order_[i],
                       s.products[static_cast<std::size_t>(order_[i])]);
    if (s.turned) {
        const LayerConfig layer = s.context.view.config().layer(s.context.head.layer);
        if (layer.rope_pairs == RopePairs::half)
            fmt::format_to(out, "; RoPE turns i with i + {}", layer.d_rotary / 2);
        else
            fmt::format_to(out, "; RoPE turns 2i with 2i + 1");
        if (static_cast<std::size_t>(layer.d_rotary) < n)
            fmt::format_to(out, ", those below {}", layer.d_rotary);
    }
    draw_text_cut(*ImGui::GetWindowDrawList(), s.words, font(TextSize::small), theme().text,
                  {text_.data(), text_.size()});
}

} // namespace gf::ui
