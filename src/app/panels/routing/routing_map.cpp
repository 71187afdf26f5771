#include "app/panels/routing/routing_map.h"

#include "app/view/cell_edits.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_left = 72, k_right = 74, k_text_line = 18, k_mark = 3, k_marks_gap = 1, k_layer_gap = 10;
constexpr float k_highest_row = 17, k_least_row = 4, k_legend_line = 22, k_least_number_row = 11,
                k_least_number_column = 21, k_least_framed_column = 6;
constexpr std::size_t k_most_shaded_cells = 20'000; ///< more are not shaded, so that a frame stays short

/// The colours of the router's weights, from nothing to 1.
ColourScale weight_colours() { return themed_heat_map(false).scale; }

} // namespace

float RoutingMap::left_margin() { return px(k_left); }
float RoutingMap::right_margin() { return px(k_right); }
float RoutingMap::text_height() { return px(k_text_line + 2 * (k_mark + k_marks_gap) + 4); }

void RoutingMap::draw_text(const RoutingScene& s, float y) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int n = s.n_tokens();
    const UiRect band{{s.edges.front(), y}, {s.edges.back(), y + px(k_text_line)}};
    ImGui::SetCursorScreenPos(band.min);
    const bool pressed = ImGui::InvisibleButton("tokens", {std::max(band.width(), 1.0f), text_height()});
    draw_focus_ring_of_last_item(px(2));
    if (ImGui::IsItemHovered()) {
        const auto after = std::upper_bound(s.edges.begin(), s.edges.end(), ImGui::GetMousePos().x);
        const int token = std::clamp(static_cast<int>(after - s.edges.begin()) - 1, 0, n - 1);
        s.selection.token.set(token);
        if (pressed) s.commands.post(command::PinToken{s.selection.pinned_token == token ? -1 : token});
    }
    label_colours_.assign(static_cast<std::size_t>(n), t.text);
    const LitToken lit{s.token, t.accent_text};
    draw_token_row(list, s.view.run, {0, s.edges, tokens_per_label(band.width() / static_cast<float>(n))},
                   band, {&lit, 1}, label_colours_);
    for (int token = 0; token < n; ++token) {
        const int per_token = std::min(s.per_token(s.layer, token), 2);
        const float gap = s.right(token) - s.left(token) > px(6) ? px(2) : 0;
        for (int slot = 0; slot < per_token; ++slot) {
            const float top = band.max.y + px(2) + static_cast<float>(slot) * px(k_mark + k_marks_gap);
            list.AddRectFilled({s.left(token) + gap, top}, {s.right(token) - gap, top + px(k_mark)},
                               s.hue(s.chosen(s.layer, token, slot)));
        }
    }
    gf::ui::draw_text(list, {{s.edges.front() - px(k_left), y}, {s.edges.front(), band.max.y}},
                      s.edges.front() - px(k_left), font(TextSize::small), t.muted, "text");
}

void RoutingMap::draw(const RoutingScene& s, const UiRect& area) {
    const int n_layers = s.config().n_layers, n_experts = s.config().n_experts;
    const float room = area.height() - px(k_legend_line);
    const auto height_of = [&](int layers) {
        return std::min((room - px(k_layer_gap) * static_cast<float>(layers - 1)) /
                            static_cast<float>(layers * n_experts),
                        px(k_highest_row));
    };
    int shown = n_layers;
    while (shown > 1 && height_of(shown) < px(k_least_row)) --shown;
    const float row = std::floor(height_of(shown) * 2) / 2;
    if (row < 1) return;
    const int first = std::clamp(s.layer - shown / 2, 0, n_layers - shown);
    float y = area.min.y;
    for (int l = first; l < first + shown; ++l) {
        const float height = row * static_cast<float>(n_experts);
        draw_layer(s, {{{s.edges.front(), y}, {s.edges.back(), y + height}}, row, l});
        y += height + px(k_layer_gap);
    }
    const auto [left, right] = std::pair(s.left(s.token), s.right(s.token));
    outline_precedent(*ImGui::GetWindowDrawList(),
                      {{left, area.min.y - px(2)}, {right, y - px(k_layer_gap) + px(2)}});
    draw_legend(s, {{area.min.x, area.max.y - px(k_legend_line)}, area.max}, first, first + shown);
}

void RoutingMap::draw_layer(const RoutingScene& s, const Place& p) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = p.cells.min.x - px(k_left);
    gf::ui::draw_text(list, {{left, p.cells.min.y - px(2)}, {p.cells.min.x, p.cells.min.y + px(14)}}, left,
                      font(TextSize::small, p.layer == s.layer ? Face::bold : Face::regular),
                      p.layer == s.layer ? t.text : t.muted, line_("layer {}", p.layer));
    ImFont* small = font(TextSize::small, Face::mono);
    const int every = std::max(1, static_cast<int>(std::ceil(small->FontSize * 0.9f / p.row)));
    for (int e = 0; e < s.config().n_experts; ++e) {
        const float y = p.cells.min.y + p.row * static_cast<float>(e);
        list.AddRectFilled({p.cells.min.x - px(22), y + 1}, {p.cells.min.x - px(19), y + p.row - 1},
                           s.hue(e));
        if (e % every) continue;
        const float middle = y + p.row / 2;
        gf::ui::draw_text(list, {{p.cells.min.x - px(15), middle - px(8)}, {p.cells.min.x, middle + px(8)}},
                          p.cells.min.x - px(15), small, t.muted, line_("{}", e));
    }
    draw_cells(s, p);
    draw_visits(s, p);
    handle_mouse(s, p);
}

void RoutingMap::draw_cells(const RoutingScene& s, const Place& p) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int n_experts = s.config().n_experts;
    const bool shaded = static_cast<std::size_t>(s.config().n_layers) * static_cast<std::size_t>(n_experts) *
                            static_cast<std::size_t>(s.n_tokens()) <=
                        k_most_shaded_cells;
    const ColourScale colours = weight_colours();
    const bool apart = p.row >= px(7);
    const auto colour = [&](real weight) {
        return pack(colour_of(colours, static_cast<float>(std::isfinite(weight) ? weight : 0)));
    };
    ImFont* f = font(TextSize::small, Face::mono);
    for (int token = 0; token < s.n_tokens(); ++token) {
        const real* weights = s.trace().row(Site::expert_weights, p.layer, token);
        const float x0 = s.left(token), x1 = s.right(token) - (s.right(token) - x0 >= px(4) ? 1.0f : 0.0f);
        const auto cell = [&](int e) {
            const float y = p.cells.min.y + p.row * static_cast<float>(e);
            return UiRect{{x0, y}, {x1, y + p.row - (apart ? 1.0f : 0.0f)}};
        };
        for (int e = 0; shaded && e < n_experts; ++e)
            list.AddRectFilled(cell(e).min, cell(e).max, colour(weights[e]));
        for (int slot = 0; slot < s.per_token(p.layer, token); ++slot) {
            const int e = s.chosen(p.layer, token, slot);
            const UiRect box = cell(e);
            const bool dropped = s.is_dropped(p.layer, token, slot);
            const ImU32 frame = dropped ? t.bad : s.hue(e);
            if (!shaded || box.width() < px(k_least_framed_column)) { // too narrow for a frame
                list.AddRectFilled(box.min, box.max, frame);
                continue;
            }
            list.AddRect(box.min, box.max, frame, 0, 0, apart ? px(1.5f) : 1.0f);
            if (p.row < px(k_least_number_row) || box.width() < px(k_least_number_column)) continue;
            const double percent = 100 * static_cast<double>(s.gate(p.layer, token, slot));
            draw_text_centred(list, box, f, black_or_white_on(colour(weights[e])),
                              dropped ? "×" : line_("{:.0f}", percent));
        }
    }
}

/// Beside each expert its visits as a bar and a number, and where an even share would end.
void RoutingMap::draw_visits(const RoutingScene& s, const Place& p) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const RouterLoad& load = s.loads[static_cast<std::size_t>(p.layer)];
    const float left = p.cells.max.x + px(8), most = px(k_right - 40);
    const int largest = std::max(*std::ranges::max_element(load.visits), 1);
    ImFont* f = font(TextSize::small, Face::mono);
    for (int e = 0; e < s.config().n_experts; ++e) {
        const int visits = load.visits[static_cast<std::size_t>(e)];
        const float y = p.cells.min.y + p.row * static_cast<float>(e),
                    width = most * static_cast<float>(visits) / static_cast<float>(largest);
        list.AddRectFilled({left, y + 1}, {left + width, y + p.row - 2}, s.hue(e));
        if (p.row < px(k_least_number_row)) continue;
        const char* number = line_("{}", visits);
        gf::ui::draw_text(list, {{left, y}, {left + px(k_right - 10), y + p.row}},
                          left + px(k_right - 10) - std::ceil(measure(f, number).x), f, t.text, number);
    }
    const float even = left + most * static_cast<float>(load.even()) / static_cast<float>(largest);
    for (float y = p.cells.min.y; y < p.cells.max.y; y += px(4))
        list.AddRectFilled({even, y}, {even + 1, std::min(y + px(2), p.cells.max.y)}, t.text);
}

void RoutingMap::handle_mouse(const RoutingScene& s, const Place& p) {
    ImGui::SetCursorScreenPos(p.cells.min);
    char name[24];
    *fmt::format_to_n(name, sizeof name - 1, "layer {} map", p.layer).out = 0;
    const bool pressed =
        ImGui::InvisibleButton(name, {std::max(p.cells.width(), 1.0f), std::max(p.cells.height(), 1.0f)});
    draw_focus_ring_of_last_item(px(2));
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto rect_of = [&](int token, int e) {
        const float y = p.cells.min.y + p.row * static_cast<float>(e);
        return UiRect{{s.left(token), y}, {s.right(token), y + p.row}};
    };
    if (const auto cell = s.selection.focus_in(s.view.run.id);
        cell && cell->site == Site::expert_weights && cell->layer == p.layer && cell->row < s.n_tokens())
        outline_focus(list, rect_of(cell->row, cell->column));
    if (!ImGui::IsItemHovered()) return;
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto after = std::upper_bound(s.edges.begin(), s.edges.end(), mouse.x);
    const int token = std::clamp(static_cast<int>(after - s.edges.begin()) - 1, 0, s.n_tokens() - 1),
              e = std::clamp(static_cast<int>((mouse.y - p.cells.min.y) / p.row), 0,
                             s.config().n_experts - 1);
    const CellRef cell = s.view.cell(Site::expert_weights, p.layer, -1, token, e);
    s.selection.cell.set(cell);
    s.selection.token.set(token);
    if (!pressed) return;
    s.commands.post(command::PinCell{s.view.address(cell)});
    s.commands.post(command::PinToken{token});
    if (p.layer != s.layer) s.commands.post(command::PinHead{p.layer, s.selection.pinned_head.head});
}

void RoutingMap::draw_legend(const RoutingScene& s, const UiRect& line, int first, int end) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImGui::SetCursorScreenPos({s.edges.front(), line.min.y + px(3)});
    colour_legend({"router weight", "0", "1", false, "expert weight"}, weight_colours());
    const float x = ImGui::GetItemRectMax().x + px(14);
    const char* order = s.config().router_bias ? "frame: visited, gate in %; the bias helps to choose"
                                               : "frame: visited, gate in %";
    const bool drops = s.trace().setup().capacity_factor > 0;
    draw_text_cut(list, {{x, line.min.y}, {s.edges.back(), line.max.y}}, font(TextSize::small), t.muted,
                  line_("{}{}   dotted: an even share{}", order, drops ? "; ×: dropped" : "",
                        end - first < s.config().n_layers
                            ? fmt::format("   layers {} to {} of {}", first, end - 1, s.config().n_layers)
                            : ""));
}

} // namespace gf::ui
