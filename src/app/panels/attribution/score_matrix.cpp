#include "app/panels/attribution/score_matrix.h"

#include "app/view/token_labels.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_line = 18, k_left = 58, k_sum_width = 50, k_widest = 48, k_highest = 20, k_words = 36,
                k_number_cell = 33;

std::string_view short_name(const ScoreSplit::Part& part, char (&room)[24]) {
    using Kind = ScoreSplit::Part::Kind;
    switch (part.kind) {
    case Kind::embedding: return "embed";
    case Kind::position: return "position";
    case Kind::bias: return "biases";
    default: break;
    }
    if (part.head >= 0) {
        const auto end = fmt::format_to_n(room, sizeof room, "L{}H{}", part.layer, part.head).out;
        return {room, static_cast<std::size_t>(end - room)};
    }
    const char* words = part.kind == Kind::attention ? "attn" : part.kind == Kind::source ? "source" : "MLP";
    const auto end = fmt::format_to_n(room, sizeof room, "L{} {}", part.layer, words).out;
    return {room, static_cast<std::size_t>(end - room)};
}

ImU32 ink_of(const ScoreSplit::Part& part) {
    using Kind = ScoreSplit::Part::Kind;
    const Theme& t = theme();
    switch (part.kind) {
    case Kind::embedding: return t.ink(ColourRole::token);
    case Kind::position: return t.ink(ColourRole::position);
    case Kind::mlp: return t.ink(ColourRole::mlp);
    case Kind::bias: return t.muted;
    default: return t.ink(ColourRole::value);
    }
}

/// "+.74", "-1.2", "0"
std::string_view short_number(double value, char (&room)[24]) {
    if (std::abs(value) < 0.005) return "0";
    const int decimals = std::abs(value) < 10 ? 2 : 1;
    const auto end = fmt::format_to_n(room, sizeof room, "{:+.{}f}", value, decimals).out;
    return {room, static_cast<std::size_t>(end - room)};
}

void number_in(const UiRect& box, ImU32 ink, double value, bool bold) {
    char room[24];
    draw_text_centred(*ImGui::GetWindowDrawList(), box,
                      font(TextSize::small, bold ? Face::mono_bold : Face::mono), ink,
                      short_number(value, room));
}

} // namespace

void ScoreMatrix::draw(const AttributionScene& s, const ScoreSplit* split, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const UiRect title{area.min, {area.max.x, area.min.y + px(k_line)}};
    ImFont* bold = font(TextSize::body, Face::bold);
    const char* question = "Why does it look there?";
    draw_text_cut(list, title, bold, t.text, question);
    const float words = title.min.x + std::ceil(measure(bold, question).x) + px(8);
    draw_text_cut(list, {{words, title.min.y}, title.max}, font(TextSize::small), t.muted,
                  "rows: who wrote into its query, columns: into the key");
    if (!split) return;
    const auto n = static_cast<float>(split->parts().size());
    const float top = area.min.y + 2 * px(k_line) + px(2), left = area.min.x + px(k_left);
    const float cell = std::min((area.max.x - px(k_sum_width) - left) / n, px(k_widest)),
                row = std::min((area.max.y - px(k_words) - top) / (n + 1), px(k_highest));
    if (cell < 2 || row < 2) return;
    const UiRect cells{{left, top}, {left + cell * n, top + row * n}};
    draw_names(s, *split, cells, cell, row);
    draw_cells(*split, cells, cell, row);
    draw_sums(*split, cells, cell, row);
    draw_words(s, *split, {{area.min.x, cells.max.y + row + px(2)}, area.max});
}

/// Who wrote into the key above the columns, who into the query before the rows.
void ScoreMatrix::draw_names(const AttributionScene& scene, const ScoreSplit& split, const UiRect& cells,
                             float cell, float row) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    char room[24];
    const auto every = static_cast<std::size_t>(std::ceil(px(40) / cell)),
               every_row = static_cast<std::size_t>(std::ceil(px(13) / row));
    for (std::size_t i = 0; i < split.parts().size(); ++i) {
        const auto at = static_cast<float>(i);
        const std::string_view name = short_name(split.parts()[i], room);
        const float width = std::ceil(measure(f, name).x), x = cells.min.x + cell * at,
                    y = cells.min.y + row * at;
        if (i % every == 0)
            draw_text(list, {{x, cells.min.y - px(k_line)}, {x + cell, cells.min.y}}, x + (cell - width) / 2,
                      f, ink_of(split.parts()[i]), name);
        if (i % every_row != 0) continue;
        const UiRect label{{cells.min.x - px(k_left), y}, {cells.min.x, y + row}};
        handle_name(scene, split.parts()[i], name, label);
        draw_text(list, label, cells.min.x - px(6) - width, f, ink_of(split.parts()[i]), name);
    }
}

/// A click on an attention unfolds it into its heads, or folds it again.
void ScoreMatrix::handle_name(const AttributionScene& s, const ScoreSplit::Part& part, std::string_view name,
                              const UiRect& box) {
    if (part.kind != ScoreSplit::Part::Kind::attention) return;
    char label[40];
    *fmt::format_to_n(label, sizeof label - 1, "unfold {}", name).out = 0;
    ImGui::SetCursorScreenPos(box.min);
    const ButtonItem item = button_item(label, {box.width() - px(3), std::max(box.height() - 1, 1.0f)});
    if (!item.seen) return;
    if (item.hovered) draw_fill(*ImGui::GetWindowDrawList(), item.box, theme().control_hover, px(3));
    draw_focus_ring(item, px(3));
    tooltip(part.head >= 0 ? "Click: the heads as one part again"
                           : "Click: each head of this attention by itself");
    if (item.pressed) s.set("unfold", part.head >= 0 ? -1 : part.layer);
}

void ScoreMatrix::draw_cells(const ScoreSplit& split, const UiRect& cells, float cell, float row) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const std::size_t n = split.parts().size();
    ColourScale colours = themed_heat_map(true).scale;
    colours.vmax = 1e-6f;
    for (std::size_t i = 0; i < n * n; ++i)
        colours.vmax = std::max(colours.vmax, static_cast<float>(std::abs(split.at(i / n, i % n))));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const ImVec2 at{cells.min.x + cell * static_cast<float>(j),
                            cells.min.y + row * static_cast<float>(i)};
            const UiRect box{at, {at.x + cell - 1, at.y + row - 1}};
            const double value = split.at(i, j);
            const ImU32 ground = pack(colour_of(colours, static_cast<float>(value)));
            list.AddRectFilled(box.min, box.max, ground);
            if (cell >= px(k_number_cell) && row >= px(12))
                number_in(box, black_or_white_on(ground), value,
                          std::abs(value) > 0.4 * static_cast<double>(colours.vmax));
        }
    ImGui::SetCursorScreenPos(cells.min);
    ImGui::InvisibleButton("score cells", {std::max(cells.width(), 1.0f), std::max(cells.height(), 1.0f)});
    draw_focus_ring_of_last_item(px(2));
    if (!ImGui::IsItemHovered()) return;
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto index = [&](float from, float size) {
        return std::min(static_cast<std::size_t>(std::max(from / size, 0.0f)), n - 1);
    };
    const std::size_t i = index(mouse.y - cells.min.y, row), j = index(mouse.x - cells.min.x, cell);
    char query[24], key[24];
    tooltip(line_("What {} wrote into the query meets what {} wrote into the key: {:+.4f} of the score",
                  short_name(split.parts()[i], query), short_name(split.parts()[j], key), split.at(i, j)));
}

void ScoreMatrix::draw_sums(const ScoreSplit& split, const UiRect& cells, float cell, float row) {
    const Theme& t = theme();
    for (std::size_t i = 0; i < split.parts().size(); ++i) {
        const float x = cells.min.x + cell * static_cast<float>(i),
                    y = cells.min.y + row * static_cast<float>(i);
        if (row >= px(12))
            number_in({{cells.max.x, y}, {cells.max.x + px(k_sum_width), y + row}}, t.text, split.of_query(i),
                      true);
        if (cell >= px(k_number_cell))
            number_in({{x, cells.max.y}, {x + cell, cells.max.y + row}}, t.text, split.of_key(i), true);
    }
    draw_text(*ImGui::GetWindowDrawList(),
              {{cells.min.x - px(k_left), cells.max.y}, {cells.min.x, cells.max.y + row}},
              cells.min.x - px(6) - std::ceil(measure(font(TextSize::small), "sum").x), font(TextSize::small),
              t.muted, "sum");
    number_in({cells.max, {cells.max.x + px(k_sum_width), cells.max.y + row}}, t.accent_text,
              split.sum() - split.of_distance(), true);
}

void ScoreMatrix::draw_words(const AttributionScene& s, const ScoreSplit& split, const UiRect& area) {
    const AttributionSource& source = s.sources[static_cast<std::size_t>(s.source)];
    const double apart = std::abs(split.sum() - split.value()) / std::max(split.sum_of_magnitudes(), 1e-12);
    const char* cap = s.view.config().score_cap > 0 ? ", before its soft-cap" : "";
    draw_text_cut(*ImGui::GetWindowDrawList(), {area.min, {area.max.x, area.min.y + px(16)}},
                  font(TextSize::small), theme().muted,
                  line_("score of “{}” less the mean of the {} it sees{}: {:+.3f}",
                        label_at(s.view.run, source.row), s.sources.size(), cap, split.value()));
    draw_text_cut(*ImGui::GetWindowDrawList(),
                  {{area.min.x, area.min.y + px(16)}, {area.max.x, area.min.y + px(32)}},
                  font(TextSize::small), theme().muted,
                  split.of_distance() != 0 ? line_("cells and distance ({:+.3f}) add up to it, apart {:.0e}",
                                                   split.of_distance(), apart)
                                           : line_("the cells add up to it, apart {:.0e} of Σ|cell|", apart));
}

} // namespace gf::ui
