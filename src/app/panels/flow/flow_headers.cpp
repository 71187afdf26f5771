#include "app/panels/flow/flow_headers.h"

#include "app/panels/flow/flow_maps.h"
#include "app/panels/flow/flow_words.h"
#include "app/view/head_switch.h"
#include "app/view/token_labels.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/rotated_text.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/words/term_of.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>
#include <utility>

namespace gf::ui {
namespace {

// Design lengths, from the top of the headers on.
constexpr float k_heads = 5, k_names = 24, k_underline = 41, k_phrases = 46;
constexpr float k_names_height = 48, k_words_height = 62, k_phrases_height = 94;
constexpr float k_row_below_phrases = 18, k_row_below_words = 12; ///< lengths that are comfortable enough
constexpr int k_most_rows = 24; ///< longer texts show a part of their rows anyway

constexpr float k_phrase_overhang = 7; ///< design length by which a phrase may be wider than its column
constexpr float k_key_pitch = 15, k_key_slant = 52; ///< design length, degrees

/// Whether the column has a name above it now: ribbons have none, nor what is still opening.
bool is_named(const FlowLayout& layout, const FlowColumn& c) {
    if (c.has_ribbons() || c.x1 - c.x0 < 2) return false;
    return c.kind == FlowColumnKind::folded || c.layer != layout.layer || layout.opened >= 1;
}

/// The width of the widest line of a phrase that is wrapped at `room`.
float widest_line(ImFont* f, std::string_view phrase, float room) {
    float widest = 0;
    for (std::size_t begin = 0, fitting = 0, at = 0; begin < phrase.size(); begin = fitting = at) {
        while (at < phrase.size()) { // word by word as long as the line fits
            const std::size_t end = std::min(phrase.find(' ', at), phrase.size());
            if (fitting > begin && measure(f, phrase.substr(begin, end - begin)).x > room) break;
            fitting = end;
            at = std::min(end + 1, phrase.size());
        }
        widest = std::max(widest, measure(f, phrase.substr(begin, fitting - begin)).x);
    }
    return std::min(widest, room);
}

float longest_word(ImFont* f, std::string_view phrase) {
    float longest = 0;
    for (std::size_t begin = 0; begin < phrase.size();) {
        const std::size_t end = std::min(phrase.find(' ', begin), phrase.size());
        longest = std::max(longest, measure(f, phrase.substr(begin, end - begin)).x);
        begin = end + 1;
    }
    return longest;
}

std::string_view phrase_of(const FlowLayout& layout, const FlowColumn& c) {
    return layout.headers == FlowHeaders::phrases ? c.phrase : c.short_phrase;
}

} // namespace

float height_of(FlowHeaders headers) {
    switch (headers) {
    case FlowHeaders::names: return px(k_names_height);
    case FlowHeaders::words: return px(k_words_height);
    case FlowHeaders::phrases: return px(k_phrases_height);
    }
    return 0;
}

FlowHeaders headers_that_fit(float height, int n_rows) {
    const auto rows = static_cast<float>(std::min(n_rows, k_most_rows));
    const auto fit = [&](FlowHeaders headers, float row) {
        return height - height_of(headers) >= px(row) * rows;
    };
    if (fit(FlowHeaders::phrases, k_row_below_phrases)) return FlowHeaders::phrases;
    return fit(FlowHeaders::words, k_row_below_words) ? FlowHeaders::words : FlowHeaders::names;
}

void FlowHeaderRow::draw(const View& v, const FlowLayout& layout, Selection& selection, Commands& commands) {
    draw_columns(v, layout, selection, draw_keys(v, layout), commands);
    draw_heads(v, layout, selection, commands);
}

/// The token labels are where the reading begins.
void FlowHeaderRow::draw_labels_header(const FlowLayout& layout, float& free_from) const {
    constexpr std::string_view k_words = "here it starts", k_phrase = "the text so far, in tokens";
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *bold = font(TextSize::small, Face::bold), *small = font(TextSize::small);
    const float y = layout.header_top + px(k_names), right = layout.labels_end,
                width = std::ceil(measure(bold, k_words).x);
    if (layout.headers == FlowHeaders::names || right - width < layout.left) return;
    draw_text(list, {{right - width, y}, {right, y + bold->FontSize}}, right - width, bold, t.accent_text,
              k_words);
    list.AddRectFilled({layout.left, layout.header_top + px(k_underline)},
                       {right, layout.header_top + px(k_underline + 2)}, t.accent, px(1));
    free_from = right + px(4);
    if (layout.headers != FlowHeaders::phrases) return;
    draw_wrapped_text(list, {layout.left, layout.header_top + px(k_phrases)}, small, t.muted, k_phrase,
                      right - layout.left - px(k_phrase_overhang));
}

/// Draws a column's name if it does not overlap the one before, which ends at free_from, and its underline.
/// `stepped`: the column is the operation that Shift+arrows stand at.
void FlowHeaderRow::draw_header(const FlowLayout& layout, const FlowColumn& c, bool stepped,
                                float& free_from) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float y = layout.header_top + px(k_names), line = layout.header_top + px(k_underline);
    const bool is_output = c.kind >= FlowColumnKind::next;
    const bool is_residual = c.role == ColourRole::residual && !is_output;
    ImFont* f = font(TextSize::small, is_residual && !stepped ? Face::regular : Face::bold);
    const float width = measure(f, c.header).x;
    const bool from_left = is_output || c.kind == FlowColumnKind::matrix;
    const float x = from_left ? c.x0 : c.middle() - width / 2;
    if (x >= free_from) {
        const ImU32 colour = stepped       ? t.accent_text
                             : is_residual ? t.muted
                             : is_output   ? t.text
                                           : t.ink(c.role);
        list.AddText(f, f->FontSize, {std::floor(x), y}, colour, c.header);
        record_text(f, {std::floor(x), y}, c.header);
        free_from = x + width + px(4);
    }
    if (c.kind == FlowColumnKind::folded) return;
    if (!is_residual || stepped)
        list.AddRectFilled({c.x0, line}, {c.x1, line + px(2)},
                           stepped || is_output ? t.accent : t.fill(c.role), px(1));
    if (stepped)
        list.AddRect({c.x0 - px(3), layout.top - px(3)}, {c.x1 + px(3), layout.bottom + px(2)}, t.accent,
                     px(3), 0, px(2));
}

/// Draws what the column is in plain words: below its name, beside the name of a matrix. Nothing where it
/// would overlap the phrase before, which ends at free_from.
void FlowHeaderRow::draw_phrase(const FlowLayout& layout, const FlowColumn& c, float& free_from) const {
    const std::string_view phrase = phrase_of(layout, c);
    if (layout.headers == FlowHeaders::names || phrase.empty()) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const ImU32 colour = theme().muted;
    if (c.kind == FlowColumnKind::matrix && layout.headers == FlowHeaders::phrases) {
        const float x = c.x0 + measure(font(TextSize::small, Face::bold), c.header).x + px(10),
                    y = layout.header_top + px(k_names);
        for (const std::string_view words : {phrase, std::string_view(c.short_phrase)})
            if (!words.empty() && x + measure(f, words).x <= c.x1)
                return draw_text(list, {{x, y}, {c.x1, y + f->FontSize}}, x, f, colour, words);
        return;
    }
    const float y = layout.header_top + px(k_phrases);
    const float overhang = px(k_phrase_overhang), room = c.x1 - c.x0 + 2 * overhang;
    if (layout.headers == FlowHeaders::words || c.kind == FlowColumnKind::matrix) {
        const float width = measure(f, phrase).x,
                    x = c.kind == FlowColumnKind::matrix || c.kind >= FlowColumnKind::next
                            ? c.x0
                            : std::floor(c.middle() - width / 2);
        if (x < free_from || (c.kind != FlowColumnKind::matrix && width > room)) return;
        draw_text_cut(list, {{x, y}, {std::max(c.x1, x + width), y + f->FontSize}}, f, colour, phrase);
        free_from = x + width + px(4);
        return;
    }
    const bool is_last = c.kind >= FlowColumnKind::next;
    // In a narrow column a long phrase would run into the rows, or its words break.
    for (const std::string_view words : {phrase, std::string_view(c.short_phrase)}) {
        if (longest_word(f, words) > room || y + wrapped_text_height(f, words, room) > layout.top - px(2))
            continue;
        const float width = widest_line(f, words, room),
                    x = is_last ? c.x0 - overhang : c.middle() - width / 2;
        if (x < free_from) continue;
        draw_aligned_text(list, {c.x0 - overhang, y}, f, colour, words, room, is_last ? 0.0f : 0.5f);
        free_from = x + width + px(4);
        return;
    }
}

/// The tokens of the keys, slanted above the matrix. Returns how far to the right they reach.
float FlowHeaderRow::draw_keys(const View& v, const FlowLayout& layout) const {
    const FlowColumn* c = layout.matrix();
    if (!c || layout.headers != FlowHeaders::phrases || layout.opened < 1) return 0;
    const Theme& t = theme();
    const int n = FlowMaps::n_columns_in_view(v.trace(), *c, v.cursor);
    const float slot = (c->x1 - c->x0) / static_cast<float>(n);
    const int every = std::max(1, static_cast<int>(std::ceil(px(k_key_pitch) / slot)));
    const int strongest = layout.strongest.key;
    constexpr float k_slant = k_key_slant * std::numbers::pi_v<float> / 180; // radians
    const float y = layout.top - px(5), length = (y - layout.header_top - px(k_phrases)) / std::sin(k_slant);
    float reach = 0;
    for (int key = 0; key < n; ++key) {
        const bool is_strongest = key == strongest;
        if (!is_strongest && (key % every != 0 || (strongest >= 0 && std::abs(key - strongest) < every)))
            continue;
        ImFont* f = font(TextSize::small, is_strongest ? Face::bold : Face::regular);
        const std::string& label = label_at(v.run, key);
        const float x = c->x0 + slot * (static_cast<float>(key) + 0.5f);
        draw_text_slanted(*ImGui::GetWindowDrawList(), f, {x, y}, length, k_key_slant,
                          is_strongest ? t.accent_text : t.muted, label);
        reach = std::max(reach, x + std::min(measure(f, label).x, length) * std::cos(k_slant));
    }
    return reach;
}

void FlowHeaderRow::draw_columns(const View& v, const FlowLayout& layout, const Selection& selection,
                                 float keys_end, Commands& commands) {
    float free_from = 0, phrase_free_from = layout.labels_end + px(4);
    draw_labels_header(layout, free_from);
    for (const FlowColumn& c : layout.columns) {
        if (!is_named(layout, c)) continue;
        const bool folded = c.kind == FlowColumnKind::folded;
        const bool stepped = !folded && selection.operation == SiteRef{c.site, c.layer};
        draw_header(layout, c, stepped, free_from);
        draw_phrase(layout, c, phrase_free_from);
        if (&c == layout.matrix()) phrase_free_from = std::max(phrase_free_from, keys_end);
        if (folded) continue;
        char name[64];
        *fmt::format_to_n(name, sizeof name - 1, "header {}", site_row(c.site).hook).out = 0;
        ImGui::SetCursorScreenPos({c.x0, layout.header_top + px(k_names)});
        if (ImGui::InvisibleButton(name, {c.x1 - c.x0, px(18)}))
            commands.post(command::Inspect{site_name(c.site, c.layer)});
        draw_focus_ring_of_last_item(px(3));
        if (!shows_term_tooltip()) continue;
        text_.clear();
        write_site_tooltip(v, c, text_);
        term_tooltip(term_of(c.site), text());
    }
}

/// The heads of the layer as squares in their hues, with a frame that glides to the one in focus. Returns
/// where they end.
float FlowHeaderRow::draw_head_squares(const View& v, const FlowLayout& layout, float left, float y,
                                       Selection& selection, Commands& commands) {
    const int n = v.config().n_heads;
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const float pitch = std::min(px(18), (layout.well_x1 - px(40) - left) / static_cast<float>(n));
    if (pitch < 3) return left;
    const float side = std::max(pitch - px(5), 2.0f), top = std::floor(y + (f->FontSize - side) / 2);
    const auto x_of = [&](float head) { return std::floor(left + pitch * head); };
    for (int h = 0; h < n; ++h) {
        const ImVec2 min{x_of(static_cast<float>(h)), top};
        const ImVec2 max{min.x + side, min.y + side};
        if (is_switched_off(v, Attention::self, {layout.layer, h})) { // an empty square, crossed out
            list.AddRect(min, max, t.head_fill(h, n), px(3), 0, px(1));
            list.AddLine({min.x, max.y}, {max.x, min.y}, t.text, px(1.5f));
        } else {
            list.AddRectFilled(min, max, t.head_fill(h, n), px(3));
        }
        char name[24];
        *fmt::format_to_n(name, sizeof name - 1, "head {}", h).out = 0;
        ImGui::SetCursorScreenPos({min.x - (pitch - side) / 2, y});
        if (ImGui::InvisibleButton(name, {pitch, f->FontSize}))
            commands.post(command::PinHead{layout.layer, h});
        draw_focus_ring_of_last_item(px(3));
        if (!ImGui::IsItemHovered()) continue;
        selection.head.set({layout.layer, h});
        tooltip(name);
    }
    const float x = x_of(head_mark_.move_to(static_cast<float>(layout.head)));
    list.AddRect({x - px(2), top - px(2)}, {x + side + px(2), top + side + px(2)}, t.accent, px(4), 0, px(2));
    return x_of(static_cast<float>(n));
}

/// The line above the unfolded layer: which layer and head it is, and the keys that choose another one.
void FlowHeaderRow::draw_heads(const View& v, const FlowLayout& layout, Selection& selection,
                               Commands& commands) {
    if (layout.opened < 1 || layout.well_x1 <= layout.well_x0) return;
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *bold = font(TextSize::small, Face::bold), *plain = font(TextSize::small);
    const float y = layout.header_top + px(k_heads);
    float x = layout.well_x0 + px(12);
    const auto write = [&](ImFont* f, ImU32 colour, std::string_view words, float gap) {
        const float width = std::ceil(measure(f, words).x);
        if (x + width > layout.well_x1 - px(8)) return false;
        draw_text(list, {{x, y}, {x + width, y + f->FontSize}}, x, f, colour, words);
        x += width + gap;
        return true;
    };
    const auto format = [&]<class... Args>(fmt::format_string<Args...> words, Args&&... args) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), words, std::forward<Args>(args)...);
        return text();
    };
    write(bold, t.text, format("layer {}", layout.layer), px(6));
    if (v.config().n_layers > 1) write(plain, t.muted, format("of 0–{}", v.config().n_layers - 1), px(14));
    write(plain, t.muted, "head", px(8));
    x = draw_head_squares(v, layout, x, y, selection, commands) + px(4);
    const bool is_off = is_switched_off(v, Attention::self, {layout.layer, layout.head});
    write(bold, t.text, format("{}", layout.head), is_off ? px(6) : px(20));
    if (is_off && !write(bold, t.accent_text, "switched off", px(20)))
        write(bold, t.accent_text, "off", px(20));
    for (const char* hint : {"H J: another head", "1–9: layer"}) write(plain, t.muted, hint, px(16));
}

} // namespace gf::ui
