#include "app/panels/lens/lens_grid.h"

#include "app/view/token_labels.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_left = 98, k_head = 36, k_text_line = 20, k_foot = 36, k_least_column = 44, k_line = 13,
                k_layer_width = 22;

ColourScale guess_colours() { return themed_heat_map(false).scale; }

/// A token's label without the dot for its leading space.
std::string_view bare_label(const Run& run, int token) {
    std::string_view label = token_labels().label(run, token);
    if (label.starts_with("·") && label.size() > 2) label.remove_prefix(2);
    return label;
}

ImU32 ink_of(StreamPoint::Behind behind) {
    const Theme& t = theme();
    switch (behind) {
    case StreamPoint::Behind::embedding: return t.ink(ColourRole::token);
    case StreamPoint::Behind::mlp: return t.ink(ColourRole::mlp);
    case StreamPoint::Behind::layer: return t.muted;
    default: return t.ink(ColourRole::value);
    }
}

/// The position of the text that a row speaks about.
int spoken_of(const View& v, int row) { return v.config().fills_in() ? row : row + 1; }

} // namespace

float LensGrid::left_margin() { return px(k_left); }
float LensGrid::head_height() { return px(k_head); }
float LensGrid::foot_height() { return px(k_foot); }
float LensGrid::least_column() { return px(k_least_column); }

std::optional<LensCell> LensGrid::draw(const LensScene& s, const TokenSlots& slots) {
    draw_labels(s, slots.edges.front(), slots.edges.back());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    for (int row = slots.first; row < slots.end(); ++row)
        for (const LensLine& line : s.lines) {
            const float gap = slots.right(row) - slots.left(row) >= px(6) ? 1.0f : 0.0f;
            const UiRect box{{slots.left(row), line.top}, {slots.right(row) - gap, line.bottom - 1}};
            if (s.lens.is_read(row))
                draw_cell(s, s.lens.guess(line.point, row), row, box);
            else
                list.AddRectFilled(box.min, box.max, theme().well);
        }
    draw_settled(s, slots);
    draw_text(s, slots);
    draw_next(s, slots);
    if (slots.contains(s.token)) {
        const float left = slots.left(s.token), right = slots.right(s.token) - 1;
        outline_precedent(list, {{left, s.lines.front().top}, {right, s.lines.back().bottom}});
        if (const LensLine* line = s.line_in_view())
            outline_focus(list, {{left, line->top}, {right, line->bottom - 1}});
    }
    return handle_mouse(s, slots);
}

/// The layers and what stands before each point, left of the lines.
void LensGrid::draw_labels(const LensScene& s, float left, float right) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const float edge = left - px(k_left), text_right = left - px(8);
    const float height = s.lines.front().bottom - s.lines.front().top;
    for (std::size_t i = 0; i < s.lines.size();) {
        const int layer = s.at(s.lines[i]).layer;
        std::size_t end = i + 1;
        while (end < s.lines.size() && s.at(s.lines[end]).layer == layer) ++end;
        const UiRect box{{edge, s.lines[i].top}, {edge + px(k_layer_width), s.lines[end - 1].bottom}};
        if (layer >= 0 && box.height() >= px(k_line)) {
            draw_text_centred(list, box, font(TextSize::body, Face::bold), t.text, line_("{}", layer));
            list.AddRectFilled({box.max.x, box.min.y}, {box.max.x + 1, box.max.y - 1}, t.line);
        }
        for (; i < end; ++i) {
            if (height < px(k_line) - 1) continue;
            const std::string_view words = name(s.at(s.lines[i]).behind);
            const UiRect line{{edge, s.lines[i].top}, {right, s.lines[i].bottom}};
            gf::ui::draw_text(list, line, text_right - std::ceil(measure(f, words).x), f,
                              ink_of(s.at(s.lines[i]).behind), words);
        }
    }
}

/// The guess, in bold where it is what the output says; its probability; the rank of what the output says.
void LensGrid::draw_cell(const LensScene& s, const LensGuess& g, int row, const UiRect& box) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ground = pack(colour_of(guess_colours(), g.probability));
    list.AddRectFilled(box.min, box.max, ground);
    const int room = static_cast<int>((box.height() + 2) / px(k_line));
    if (room < 1 || box.width() < px(k_least_column) - px(4)) return;
    const ImU32 ink = black_or_white_on(ground);
    const bool is_output = g.token == s.lens.output_token(row);
    const int n = std::min(room, g.rank > 1 ? 3 : 2);
    float y = box.center().y - px(k_line) * static_cast<float>(n) / 2;
    const auto line = [&](ImFont* f, std::string_view text) {
        const float width = std::ceil(measure(f, text).x),
                    left = std::max(box.center().x - width / 2, box.min.x + 1);
        draw_text_cut(list, {{left, y}, {std::min(left + width + 1, box.max.x), y + px(k_line)}}, f, ink,
                      text);
        y += px(k_line);
    };
    line(font(TextSize::small, is_output ? Face::bold : Face::regular), bare_label(s.view.run, g.token));
    ImFont* mono = font(TextSize::small, Face::mono);
    if (n > 1) line(mono, line_("{:.0f}%", 100 * g.probability));
    if (n > 2) line(mono, line_("#{}", g.rank));
}

/// A line in steps, below which the guess no longer changes.
void LensGrid::draw_settled(const LensScene& s, const TokenSlots& slots) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float before = -1;
    for (int row = slots.first; row < slots.end(); ++row) {
        if (!s.lens.is_read(row)) {
            before = -1;
            continue;
        }
        const int settled = s.lens.settled_at(row);
        const auto line =
            std::ranges::find_if(s.lines, [&](const LensLine& l) { return l.point >= settled; });
        const float y = line == s.lines.end() ? s.lines.back().bottom : line->top - 1,
                    left = slots.left(row) - 1;
        if (before >= 0) list.AddLine({left, before}, {left, y}, theme().text, px(2));
        list.AddLine({left, y}, {slots.right(row) - 1, y}, theme().text, px(2));
        before = y;
    }
}

/// The tokens above their columns: pointing at one lights it, a click pins it.
void LensGrid::draw_text(const LensScene& s, const TokenSlots& slots) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float bottom = s.lines.front().top - px(2);
    const UiRect band{{slots.edges.front(), bottom - px(k_text_line)}, {slots.edges.back(), bottom}};
    ImGui::SetCursorScreenPos(band.min);
    const bool pressed = ImGui::InvisibleButton("tokens", {std::max(band.width(), 1.0f), band.height()});
    draw_focus_ring_of_last_item(px(2));
    if (ImGui::IsItemHovered()) {
        const auto after = std::upper_bound(slots.edges.begin(), slots.edges.end(), ImGui::GetMousePos().x);
        const int row =
            slots.first + std::clamp(static_cast<int>(after - slots.edges.begin()) - 1, 0, slots.count() - 1);
        s.selection.token.set(row);
        if (pressed) s.commands.post(command::PinToken{s.selection.pinned_token == row ? -1 : row});
    }
    label_colours_.assign(static_cast<std::size_t>(slots.count()), t.text);
    const LitToken lit{s.token, t.accent_text};
    draw_token_row(list, s.view.run, slots, band, {&lit, 1}, label_colours_);
    ImFont* f = font(TextSize::small);
    gf::ui::draw_text(list, {{band.min.x - px(k_left), band.min.y}, {band.min.x, band.max.y}},
                      band.min.x - px(8) - std::ceil(measure(f, "token").x), f, t.muted, "token");
}

/// Below each column the token that the text has there, and whether the output says so.
void LensGrid::draw_next(const LensScene& s, const TokenSlots& slots) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Run& run = s.view.run;
    ImFont* f = font(TextSize::small);
    const float top = s.lines.back().bottom + px(4);
    const char* words = s.view.config().fills_in() ? "in the text" : "next in text";
    gf::ui::draw_text(list, {{slots.edges.front() - px(k_left), top}, {slots.edges.front(), top + px(16)}},
                      slots.edges.front() - px(8) - std::ceil(measure(f, words).x), f, t.muted, words);
    if (slots.right(slots.first) - slots.left(slots.first) < px(k_least_column) - px(4)) return;
    for (int row = slots.first; row < slots.end(); ++row) {
        const int position = spoken_of(s.view, row);
        const bool known = position < s.view.cursor;
        const auto centred = [&](ImFont* face, ImU32 ink, std::string_view text, float y) {
            const float room = slots.right(row) - slots.left(row) - px(3),
                        width = std::min(std::ceil(measure(face, text).x), room),
                        left = slots.centre(row) - width / 2;
            draw_text_cut(list, {{left, y}, {left + width + 1, y + px(16)}}, face, ink, text);
        };
        if (!known || !s.lens.is_read(row)) {
            centred(f, t.faint, "?", top);
            continue;
        }
        const bool as_said = s.lens.output_token(row) == run.token(position);
        centred(font(TextSize::small, as_said ? Face::bold : Face::regular), as_said ? t.text : t.muted,
                short_label(run, position), top);
        if (as_said)
            centred(f, t.good_text, "as said", top + px(15));
        else if (!s.view.config().fills_in())
            centred(f, t.muted, line_("{:.2g} %", 100 * run.origin(position).probability), top + px(15));
    }
}

std::optional<LensCell> LensGrid::handle_mouse(const LensScene& s, const TokenSlots& slots) {
    const UiRect area{{slots.edges.front(), s.lines.front().top},
                      {slots.edges.back(), s.lines.back().bottom}};
    ImGui::SetCursorScreenPos(area.min);
    const bool pressed =
        ImGui::InvisibleButton("guesses", {std::max(area.width(), 1.0f), std::max(area.height(), 1.0f)});
    draw_focus_ring_of_last_item(px(2));
    if (!ImGui::IsItemHovered()) return std::nullopt;
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto after = std::upper_bound(slots.edges.begin(), slots.edges.end(), mouse.x);
    const int row =
        slots.first + std::clamp(static_cast<int>(after - slots.edges.begin()) - 1, 0, slots.count() - 1);
    const auto line = std::ranges::find_if(s.lines, [&](const LensLine& l) { return mouse.y < l.bottom; });
    const int point = (line == s.lines.end() ? s.lines.back() : *line).point;
    s.selection.token.set(row);
    if (pressed) {
        s.commands.post(command::PinToken{row});
        s.commands.post(command::SetView{"Lens", "point", fmt::format("{}", point)});
    }
    return LensCell{row, point};
}

} // namespace gf::ui
