#include "app/panels/heads/head_lines.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/view/cell_edits.h"
#include "app/widgets/cell_numbers.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr std::size_t k_max_curves = 240;
constexpr float k_min_strength = 0.005f; // weaker curves cannot be seen
constexpr float k_least_opacity = 0.12f; // of a line among those of many heads
constexpr int k_segments = 32;           // straight pieces of a large curve; small curves have half as many

// Design lengths.
constexpr float k_label_line = 18;
constexpr float k_reach = 7;                  ///< from the mouse to the curve that it points at
constexpr float k_caption_min_height = 110;   ///< of the area, for a caption to be drawn
constexpr float k_large_curve = 240;          ///< height from which on a curve is large
constexpr float k_token_width = 13;           ///< room that each token gets at least
constexpr float k_zoomed_out_token_width = 7; ///< the same once a person has zoomed out

/// A curve from a key above to a query below, vertical at both ends: the cubic Bezier curve whose inner
/// control points are at half height. From 0 to 1 both coordinates are fixed polynomials of t, so that one
/// table serves all curves.
struct CurveTable {
    std::array<float, k_segments + 1> across{}, down{};
    constexpr CurveTable() {
        for (int i = 0; i <= k_segments; ++i) {
            const float t = static_cast<float>(i) / k_segments;
            across[static_cast<std::size_t>(i)] = 3 * t * t - 2 * t * t * t;
            down[static_cast<std::size_t>(i)] = 1.5f * t * (1 - t) + t * t * t;
        }
    }
};
constexpr CurveTable k_curve;

/// How far across a curve is where it is `down` of its height below the key.
float across_at(float down) {
    std::size_t at = 1;
    while (at < k_segments && k_curve.down[at] < down) ++at;
    const float part = (down - k_curve.down[at - 1]) / (k_curve.down[at] - k_curve.down[at - 1]);
    return k_curve.across[at - 1] + (k_curve.across[at] - k_curve.across[at - 1]) * part;
}

bool is_weaker(const auto& a, const auto& b) { return a.strength < b.strength; }

} // namespace

void HeadLines::draw(const HeadContext& context) {
    const UiRect& area = context.area;
    const float label_line = px(k_label_line);
    const UiRect keys{area.min, {area.max.x, area.min.y + label_line}};
    const bool has_caption = area.height() >= px(k_caption_min_height);
    const UiRect caption{{area.min.x, area.max.y - (has_caption ? head_caption_height() : 0)}, area.max};
    const UiRect queries{{area.min.x, caption.min.y - label_line}, {area.max.x, caption.min.y}};
    const UiRect canvas{{area.min.x, keys.max.y + px(2)}, {area.max.x, queries.min.y - px(2)}};
    if (canvas.height() < px(16) || canvas.width() < px(60)) return;
    choose_window(context, canvas.width());
    lay_out_queries(context, canvas.min.x, canvas.width());
    if (context.is_cross())
        lay_out_source(context, canvas.min.x, canvas.width());
    else
        keys_ = queries_;
    collect_curves(context);
    query_in_view_ = context.selection.token_in_view(context.n_queries());
    collect_curves_of_query(context);
    const UiRect below_words{{canvas.min.x, canvas.min.y + font(TextSize::small)->FontSize}, canvas.max};
    const HiddenNote hidden(write_hidden_tokens(context), below_words);
    handle_canvas(context, canvas);
    handle_labels(context, keys, queries);
    draw_curves(context, canvas);
    draw_labels(context, keys, queries);
    draw_outlines(context, keys, queries);
    draw_meanings(context, canvas);
    if (has_caption) draw_caption(context, caption);
    hidden.draw();
    if (hidden.is_pressed()) show_all(context);
}

/// Chooses the queries in view: what a person zoomed to, else as many as there is room for, the newest or
/// those around the pinned one.
void HeadLines::choose_window(const HeadContext& context, float width) {
    if (curve_inputs_.values.trace.lock() != context.view.run.trace) zoomed_ = false;
    const auto n = static_cast<float>(context.n_queries());
    const float room = std::floor(width / px(zoomed_ ? k_zoomed_out_token_width : k_token_width)),
                length = std::min(n, std::max(8.0f, room));
    if (!zoomed_) {
        zoom_.col1 = n;
        const int pinned = context.selection.pinned_token;
        if (pinned >= 0 && static_cast<float>(pinned) < n - length)
            zoom_.col1 = std::max(length, std::floor(static_cast<float>(pinned) + length / 2));
        zoom_.col0 = zoom_.col1 - length;
    } else {
        const float kept = std::min(zoom_.col1 - zoom_.col0, length), middle = (zoom_.col0 + zoom_.col1) / 2;
        zoom_.col0 = std::clamp(middle - kept / 2, 0.0f, n - kept);
        zoom_.col1 = zoom_.col0 + kept;
    }
    zoom_.rows = 1;
    zoom_.row0 = 0;
    zoom_.row1 = 1;
    zoom_.cols = context.n_queries();
    queries_.first = std::max(0, static_cast<int>(std::floor(zoom_.col0 + 0.01f)));
    queries_.end = std::min(context.n_queries(), static_cast<int>(std::ceil(zoom_.col1 - 0.01f)));
}

/// Zooms out as far as there is room.
void HeadLines::show_all(const HeadContext& context) {
    zoomed_ = true;
    zoom_.col0 = 0;
    zoom_.col1 = static_cast<float>(context.n_queries());
}

/// Makes slots as wide as the labels where all of these have room, else equal ones.
void HeadLines::lay_out_queries(const HeadContext& context, float left, float width) {
    TokenWindow& q = queries_;
    q.every = 1;
    if (!zoomed_ && fit_token_slots(context.view.run, q.first, q.end, left, left + width, q.edges)) return;
    q.edges.clear();
    const float slot = width / (zoom_.col1 - zoom_.col0);
    q.every = tokens_per_label(slot);
    for (int i = q.first; i <= q.end; ++i)
        q.edges.push_back(left + (static_cast<float>(i) - zoom_.col0) * slot);
}

/// All tokens of the source are keys in view, however narrow.
void HeadLines::lay_out_source(const HeadContext& context, float left, float width) {
    keys_.first = 0;
    keys_.end = context.n_keys();
    keys_.every = 1;
    if (fit_token_slots(context.key_run(), 0, keys_.end, left, left + width, keys_.edges)) return;
    keys_.edges.clear();
    const float slot = width / static_cast<float>(keys_.end);
    keys_.every = tokens_per_label(slot);
    for (int i = 0; i <= keys_.end; ++i) keys_.edges.push_back(left + static_cast<float>(i) * slot);
}

float HeadLines::strength(const HeadContext& context, float value) const {
    const bool is_weight =
        !context.shows_scores() && !context.shows_taken() && !context.view.shows_gradients();
    return is_weight ? value : std::abs(value) / largest_score_;
}

/// Finds where the colours end of what has no natural scale.
void HeadLines::measure_scale(const HeadContext& context) {
    const bool has_many_heads = context.heads.size() > 1;
    largest_score_ = 1;
    if (context.view.shows_gradients() || context.shows_taken() ||
        (context.shows_scores() && has_many_heads)) {
        largest_score_ = 1e-20f;
        for (const int head : context.heads)
            for (int q = 0; q < context.n_queries(); ++q)
                largest_score_ = largest_magnitude(largest_score_, context.of(head).row(q, row_));
    } else if (context.shows_scores()) {
        largest_score_ = std::max(context.largest_score(score_range_), 1e-6f);
    }
}

/// Collects the strongest curves between tokens in view.
void HeadLines::collect_curves(const HeadContext& context) {
    const View& v = context.view;
    const CurveInputs wanted{v.values.source(), context.head, context.site,     v.cursor,
                             queries_.first,    queries_.end, context.n_keys(), context.shows_taken()};
    if (curve_inputs_ == wanted && std::ranges::equal(curve_heads_, context.heads)) return;
    curve_inputs_ = wanted;
    curve_heads_.assign(context.heads.begin(), context.heads.end());
    measure_scale(context);
    curves_.clear();
    for (const int head : context.heads)
        for (int q = queries_.first; q < queries_.end; ++q) {
            const auto row = context.of(head).row(q, row_);
            for (int k = keys_.first; k < std::min(keys_.end, static_cast<int>(row.size())); ++k) {
                const float value = row[static_cast<std::size_t>(k)];
                if (value == k_not_visible ||
                    !(strength(context, value) >= k_min_strength)) // so that NaN is left out, too
                    continue;
                curves_.push_back({head, {q, k}, value, strength(context, value)});
            }
        }
    n_visible_curves_ = static_cast<int>(curves_.size());
    if (curves_.size() > k_max_curves) {
        const auto kept = static_cast<std::ptrdiff_t>(k_max_curves);
        std::nth_element(curves_.begin(), curves_.begin() + kept, curves_.end(),
                         [](auto& a, auto& b) { return is_weaker(b, a); });
        curves_.resize(k_max_curves);
    }
    std::sort(curves_.begin(), curves_.end(), [](auto& a, auto& b) { return is_weaker(a, b); });
}

/// Collects all curves of the query in view, however weak.
void HeadLines::collect_curves_of_query(const HeadContext& context) {
    curves_of_query_.clear();
    if (!queries_.contains(query_in_view_)) return;
    for (const int head : context.heads)
        for (int k = keys_.first; k < keys_.end; ++k) {
            const AttentionCell cell{query_in_view_, k};
            const float value = context.of(head).value(cell);
            if (value == k_not_visible || !(strength(context, value) >= k_min_strength)) continue;
            curves_of_query_.push_back({head, cell, value, strength(context, value)});
        }
    std::sort(curves_of_query_.begin(), curves_of_query_.end(),
              [](auto& a, auto& b) { return is_weaker(a, b); });
}

void HeadLines::handle_canvas(const HeadContext& context, const UiRect& canvas) {
    ImGui::SetCursorScreenPos(canvas.min);
    const bool pressed = ImGui::InvisibleButton("curves", {canvas.width(), canvas.height()});
    if (keyboard_is_on_last_item()) outline_precedent(*ImGui::GetWindowDrawList(), canvas);
    if (!ImGui::IsItemHovered()) return;
    if (navigate_heat_map(zoom_, canvas)) {
        zoomed_ = true;
        request_frame(); // tokens and curves of this frame are chosen already
    }
    if (const Curve* curve = curve_at(canvas, ImGui::GetMousePos())) {
        const HeadContext of_curve = context.of(curve->head);
        of_curve.point_at(curve->cell);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
            of_curve.ask_for_value(curve->cell);
        else if (clicked_without_drag(pressed))
            of_curve.toggle_pin(curve->cell);
    } else if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        zoomed_ = false;
    }
}

/// The nearest curve within reach of the mouse, and the strongest one of several that are equally near.
const HeadLines::Curve* HeadLines::curve_at(const UiRect& canvas, ImVec2 point) const {
    const float across = across_at((point.y - canvas.min.y) / canvas.height());
    const TokenSlots key_slots = keys_.slots(), query_slots = queries_.slots();
    const Curve* nearest = nullptr;
    float best = px(k_reach);
    const auto consider = [&](const Curve& c) {
        const float key = key_slots.centre(c.cell.key), query = query_slots.centre(c.cell.query);
        const float distance = std::abs(key + (query - key) * across - point.x);
        if (distance > best) return;
        best = distance;
        nearest = &c; // not weaker than the one before, since strong curves come last
    };
    std::for_each(curves_.begin(), curves_.end(), consider);
    std::for_each(curves_of_query_.begin(), curves_of_query_.end(), consider);
    return nearest;
}

/// Pointing at a query lets its curves stand out, pointing at a key its weight for the query in view.
void HeadLines::handle_labels(const HeadContext& context, const UiRect& keys, const UiRect& queries) {
    char name[24];
    // Makes an item of each label and calls handle(token, pressed).
    const auto each_label = [&](const TokenWindow& tokens, const UiRect& band, const char* kind,
                                auto handle) {
        const TokenSlots slots = tokens.slots();
        for (int i = tokens.first; i < tokens.end; ++i) {
            const float left = std::max(slots.left(i), band.min.x),
                        width = std::min(slots.right(i), band.max.x) - left;
            if (width < 1) continue;
            *fmt::format_to_n(name, sizeof name - 1, "{} {}", kind, i).out = 0;
            ImGui::SetCursorScreenPos({left, band.min.y});
            handle(i, ImGui::InvisibleButton(name, {width, band.height()}));
        }
    };
    each_label(keys_, keys, "key", [&](int i, bool pressed) {
        if (pressed) context.toggle_pin({query_in_view_, i});
        if (ImGui::IsItemHovered()) context.point_at({query_in_view_, i});
    });
    each_label(queries_, queries, "query", [&](int i, bool pressed) {
        if (pressed) context.commands.post(command::PinToken{context.selection.pinned_token == i ? -1 : i});
        if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) zoomed_ = false;
        if (ImGui::IsItemHovered()) context.selection.token.set(i);
        if (keyboard_is_on_last_item())
            outline_precedent(*ImGui::GetWindowDrawList(),
                              {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
    });
}

/// Draws the curves of the query in view above all others.
void HeadLines::draw_curves(const HeadContext& context, const UiRect& canvas) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(canvas.min, canvas.max, true);
    for (const Curve& c : curves_)
        if (c.cell.query != query_in_view_) draw_curve(context, c, canvas, false);
    for (const Curve& c : curves_of_query_) draw_curve(context, c, canvas, true);
    list.PopClipRect();
}

void HeadLines::draw_curve(const HeadContext& context, const Curve& c, const UiRect& canvas,
                           bool stands_out) const {
    const Theme& t = theme();
    const float key = keys_.slots().centre(c.cell.key), query = queries_.slots().centre(c.cell.query),
                strength = std::min(c.strength, 1.0f);
    const bool is_lit = context.of(c.head).cell_in_focus() == c.cell;
    const bool has_many_heads = context.heads.size() > 1;
    const float base = std::pow(strength, 0.7f);
    ImU32 colour = 0;
    float opacity = stands_out ? 0.1f + 0.9f * base : 0.55f * base;
    if (context.shows_scores()) { // the colour tells the sign
        const ColourScale scale{t.diverging, 0, largest_score_, 1};
        colour = pack(colour_of(scale, c.value > 0 ? largest_score_ : -largest_score_));
        opacity = stands_out ? opacity : 0.3f * base;
    } else {
        colour =
            stands_out && !has_many_heads ? t.accent : t.head_fill(c.head, context.view.config().n_heads);
    }
    // Heads share the opacity of one: where they agree, their lines add up to it.
    opacity =
        std::max(opacity / static_cast<float>(context.heads.size()), std::min(opacity, k_least_opacity));
    if (is_lit) {
        colour = t.accent;
        opacity = 1;
    }
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int step = canvas.height() > px(k_large_curve) ? 1 : 2;
    for (int i = 0; i <= k_segments; i += step)
        list.PathLineTo({key + (query - key) * k_curve.across[static_cast<std::size_t>(i)],
                         canvas.min.y + canvas.height() * k_curve.down[static_cast<std::size_t>(i)]});
    const float max_growth = px(is_lit ? 5 : stands_out ? 4 : 3);
    list.PathStroke(with_alpha(colour, opacity), 0, px(1) + max_growth * strength);
}

void HeadLines::draw_labels(const HeadContext& context, const UiRect& keys, const UiRect& queries) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto cell = context.cell_in_focus();
    label_colours_.assign(static_cast<std::size_t>(keys_.end - keys_.first), t.muted);
    constexpr float k_noticeable = 0.1f; // keys that the query in view reads are darker
    for (const Curve& c : curves_of_query_)
        if (c.strength >= k_noticeable)
            label_colours_[static_cast<std::size_t>(c.cell.key - keys_.first)] = t.text;
    const int hovered_key = context.is_cross() ? context.selection.source_token.get().value_or(-1) : -1;
    const int lit_key = cell ? cell->key : hovered_key;
    const std::array key{LitToken{lit_key, t.ink(ColourRole::key)}};
    draw_token_row(list, context.key_run(), keys_.slots(), keys, key, label_colours_);
    label_colours_.assign(static_cast<std::size_t>(queries_.end - queries_.first), t.text);
    const std::array query{LitToken{query_in_view_, t.accent_text},
                           LitToken{cell ? cell->query : -1, t.text}};
    draw_token_row(list, context.view.run, queries_.slots(), queries, query, label_colours_);
}

/// Outlines the tokens [begin, end) in their band, as far as they are in view.
void HeadLines::outline_tokens(const HeadContext& context, bool are_keys, int begin, int end,
                               const UiRect& band, void (*draw_outline)(ImDrawList&, const UiRect&)) const {
    const TokenWindow& tokens = are_keys ? keys_ : queries_;
    const TokenSlots slots = tokens.slots();
    begin = std::max(begin, tokens.first);
    end = std::min(end, tokens.end);
    if (begin >= end) return;
    float left = slots.left(begin), right = slots.right(end - 1);
    if (end - begin == 1) { // a label may be wider than its slot
        const Run& run = are_keys ? context.key_run() : context.view.run;
        const float half = (lit_token_label_width(run, begin) + px(2)) / 2, centre = slots.centre(begin);
        left = std::min(left, centre - half);
        right = std::max(right, centre + half);
    }
    left = std::max(left, band.min.x);
    right = std::min(right, band.max.x);
    draw_outline(*ImGui::GetWindowDrawList(),
                 {{left + px(1), band.min.y + px(1)}, {right - px(1), band.max.y - px(1)}});
}

/// Outlines the tokens of what is pinned, of what the cell in focus is computed from and of what it feeds,
/// and marks edited weights and scores half-way between their tokens.
void HeadLines::draw_outlines(const HeadContext& context, const UiRect& keys, const UiRect& queries) const {
    const auto outline_all = [&](std::span<const CellRange> ranges, auto draw_outline) {
        for (const CellRange& r : ranges) {
            const RangeInHead part = range_in_head(r, context.view, context.attention, context.head);
            outline_tokens(context, true, part.keys.begin, part.keys.end, keys, draw_outline);
            outline_tokens(context, false, part.queries.begin, part.queries.end, queries, draw_outline);
        }
    };
    outline_all(context.selection.precedents_in(context.view.run.id), outline_precedent);
    outline_all(context.selection.dependents_in(context.view.run.id), outline_dependent);
    if (const auto cell =
            as_attention_cell(context.view, context.selection.pinned_cell, context.attention, context.head)) {
        outline_tokens(context, true, cell->key, cell->key + 1, keys, outline_focus);
        outline_tokens(context, false, cell->query, cell->query + 1, queries, outline_focus);
    }
    context.for_each_edit([&](const AttentionCell& cell) {
        if (!keys_.contains(cell.key) || !queries_.contains(cell.query)) return;
        const float x = (keys_.slots().centre(cell.key) + queries_.slots().centre(cell.query)) / 2,
                    y = (keys.max.y + queries.min.y) / 2, half = px(8);
        draw_edit_mark(*ImGui::GetWindowDrawList(), {x - half, y - half}, {x + half, y + half},
                       context.view.snapshot.edits_on);
    });
}

} // namespace gf::ui
