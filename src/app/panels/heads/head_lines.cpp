#include "app/panels/heads/head_lines.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/view/cell_hands.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/widget_parts.h"
#include "render/heat_cells.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr std::size_t k_most_curves = 240;
constexpr float k_least_strength = 0.005f; // weaker ones cannot be seen
constexpr float k_label_line = 18, k_reach = 7,
                k_captioned_from =
                    110; // design lengths: of labels; from the mouse to a curve; of a panel with a caption
constexpr float k_token = 13, k_least_token = 7; // of a token, unless a person zooms out
constexpr int k_segments = 32;                   // of a large curve; small ones take every second point
constexpr float k_large_curve = 240;             // design length

/// A curve from a key above to a query below, vertical at both ends: the Bezier curve with its inner control
/// points at half height. Both coordinates are fixed polynomials of t, so a table serves all curves.
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

/// `across` where `down` has this value.
float across_at(float down) {
    int i = 1;
    while (i < k_segments && k_curve.down[static_cast<std::size_t>(i)] < down) ++i;
    const auto at = static_cast<std::size_t>(i);
    const float part = (down - k_curve.down[at - 1]) / (k_curve.down[at] - k_curve.down[at - 1]);
    return k_curve.across[at - 1] + (k_curve.across[at] - k_curve.across[at - 1]) * part;
}

bool weaker(const auto& a, const auto& b) { return a.strength < b.strength; }

} // namespace

void HeadLines::draw(const HeadScene& scene) {
    const UiRect& area = scene.area;
    const float line = px(k_label_line);
    const UiRect keys{area.min, {area.max.x, area.min.y + line}};
    const bool has_caption = area.height() >= px(k_captioned_from);
    const UiRect caption{{area.min.x, area.max.y - (has_caption ? HeadCaption::height() : 0)}, area.max};
    const UiRect queries{{area.min.x, caption.min.y - line}, {area.max.x, caption.min.y}};
    const UiRect canvas{{area.min.x, keys.max.y + px(2)}, {area.max.x, queries.min.y - px(2)}};
    if (canvas.height() < px(16) || canvas.width() < px(60)) return;
    choose_window(scene, canvas.width());
    lay_out(scene, canvas.min.x, canvas.width());
    collect(scene);
    query_ = scene.selection.token_in_view(scene.n_queries());
    add_curves_of(scene, query_);
    handle_canvas(scene, canvas);
    handle_labels(scene, keys, queries);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(canvas.min, canvas.max, true);
    for (const Curve& c : curves_)
        if (c.cell.query != query_) draw_curve(scene, c, canvas, false);
    for (const Curve& c : of_query_) draw_curve(scene, c, canvas, true);
    list.PopClipRect();
    draw_labels(scene, keys, queries);
    outline(scene, keys, queries);
    if (has_caption) draw_caption(scene, caption);
}

/// All tokens, or the newest for which there is room (with the pinned one), or what a person zoomed to.
void HeadLines::choose_window(const HeadScene& scene, float width) {
    if (made_.trace != scene.snapshot.run().trace) zoomed_ = false;
    const auto n = static_cast<float>(scene.n_queries());
    const float most = std::max(8.0f, std::floor(width / px(zoomed_ ? k_least_token : k_token))),
                length = std::min(n, most);
    if (!zoomed_) {
        axis_.col1 = n;
        const int pinned = scene.selection.pinned_token;
        if (pinned >= 0 && static_cast<float>(pinned) < n - length)
            axis_.col1 = std::max(length, std::floor(static_cast<float>(pinned) + length / 2));
        axis_.col0 = axis_.col1 - length;
    } else {
        const float kept = std::min(axis_.col1 - axis_.col0, length), middle = (axis_.col0 + axis_.col1) / 2;
        axis_.col0 = std::clamp(middle - kept / 2, 0.0f, n - kept);
        axis_.col1 = axis_.col0 + kept;
    }
    axis_.rows = 1, axis_.row0 = 0, axis_.row1 = 1;
    axis_.cols = scene.n_queries();
    queries_.first = std::max(0, static_cast<int>(std::floor(axis_.col0 + 0.01f)));
    queries_.end = std::min(scene.n_queries(), static_cast<int>(std::ceil(axis_.col1 - 0.01f)));
}

/// Slots as wide as the labels where all have room, else equal ones.
void HeadLines::lay_out(const HeadScene& scene, float left, float width) {
    Line& q = queries_;
    q.every = 1;
    if (zoomed_ || !fit_token_slots(scene.snapshot.run(), q.first, q.end, left, left + width, q.edges)) {
        q.edges.clear();
        const float slot = width / (axis_.col1 - axis_.col0);
        q.every = tokens_per_label(slot);
        for (int i = q.first; i <= q.end; ++i)
            q.edges.push_back(left + (static_cast<float>(i) - axis_.col0) * slot);
    }
    if (scene.cross())
        lay_out_source(scene, left, width);
    else
        keys_ = queries_;
}

/// All of the source, however narrow.
void HeadLines::lay_out_source(const HeadScene& scene, float left, float width) {
    keys_.first = 0;
    keys_.end = scene.n_keys();
    keys_.every = 1;
    if (fit_token_slots(scene.keys(), 0, keys_.end, left, left + width, keys_.edges)) return;
    keys_.edges.clear();
    const float slot = width / static_cast<float>(keys_.end);
    keys_.every = tokens_per_label(slot);
    for (int i = 0; i <= keys_.end; ++i) keys_.edges.push_back(left + static_cast<float>(i) * slot);
}

float HeadLines::strength(const HeadScene& scene, float value) const {
    return scene.scores() ? std::abs(value) / range_now_ : value;
}

/// The strongest curves between tokens in view.
void HeadLines::collect(const HeadScene& scene) {
    const Snapshot& s = scene.snapshot;
    const Made wanted{s.run().trace,  scene.head,   scene.site,    s.cursor,
                      queries_.first, queries_.end, scene.n_keys()};
    if (made_ == wanted) return;
    made_ = wanted;
    range_now_ =
        scene.scores() ? std::max(range_.upto(made_.trace, scene.attention, scene.head, s.cursor), 1e-6f) : 1;
    curves_.clear();
    for (int q = queries_.first; q < queries_.end; ++q) {
        const auto seen = score_cells(s.trace(), scene.attention, scene.head, q);
        const float* values =
            &s.trace().row(scene.site, scene.head.layer, q)[scene.head.head * s.trace().n_keys(scene.site)];
        for (int k = keys_.first; k < std::min(keys_.end, static_cast<int>(seen.size())); ++k) {
            const float value = values[k];
            if (seen[static_cast<std::size_t>(k)] == k_masked_cell ||
                !(strength(scene, value) >= k_least_strength))
                continue;
            curves_.push_back({{q, k}, value, strength(scene, value)});
        }
    }
    total_ = static_cast<int>(curves_.size());
    if (curves_.size() > k_most_curves) {
        const auto kept = static_cast<std::ptrdiff_t>(k_most_curves);
        std::nth_element(curves_.begin(), curves_.begin() + kept, curves_.end(),
                         [](auto& a, auto& b) { return weaker(b, a); });
        curves_.resize(k_most_curves);
    }
    std::sort(curves_.begin(), curves_.end(), [](auto& a, auto& b) { return weaker(a, b); });
}

/// All of the query in view, however weak.
void HeadLines::add_curves_of(const HeadScene& scene, int query) {
    of_query_.clear();
    if (!queries_.holds(query)) return;
    for (int k = keys_.first; k < keys_.end; ++k) {
        const float value = scene.value({query, k});
        if (value == k_masked_cell || !(strength(scene, value) >= k_least_strength)) continue;
        of_query_.push_back({{query, k}, value, strength(scene, value)});
    }
    std::sort(of_query_.begin(), of_query_.end(), [](auto& a, auto& b) { return weaker(a, b); });
}

void HeadLines::handle_canvas(const HeadScene& scene, const UiRect& canvas) {
    ImGui::SetCursorScreenPos(canvas.min);
    const bool pressed = ImGui::InvisibleButton("curves", {canvas.width(), canvas.height()});
    if (keyboard_is_on_last_item()) outline_precedent(*ImGui::GetWindowDrawList(), canvas);
    if (!ImGui::IsItemHovered()) return;
    if (navigate_heat_map(axis_, canvas)) {
        zoomed_ = true;
        request_frame(); // that shows it
    }
    if (const auto cell = curve_at(canvas, ImGui::GetMousePos())) {
        scene.point_at(*cell);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
            scene.edit(*cell);
        else if (clicked_without_drag(pressed))
            scene.pin(*cell);
    } else if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        zoomed_ = false;
    }
}

/// The nearest curve within reach; of equally near ones the strongest.
std::optional<AttentionCell> HeadLines::curve_at(const UiRect& canvas, ImVec2 point) const {
    const float across = across_at((point.y - canvas.min.y) / canvas.height());
    const TokenSlots key_slots = keys_.slots(), query_slots = queries_.slots();
    std::optional<AttentionCell> nearest;
    float best = px(k_reach);
    const auto look = [&](const Curve& c) {
        const float key = key_slots.centre(c.cell.key), query = query_slots.centre(c.cell.query);
        const float distance = std::abs(key + (query - key) * across - point.x);
        if (distance <= best) best = distance, nearest = c.cell; // later ones are stronger
    };
    std::for_each(curves_.begin(), curves_.end(), look);
    std::for_each(of_query_.begin(), of_query_.end(), look);
    return nearest;
}

/// Pointing at a query shows its curves, pointing at a key its weight for the query in view.
void HeadLines::handle_labels(const HeadScene& scene, const UiRect& keys, const UiRect& queries) {
    char name[24];
    // f(token, pressed) behind a button over each label
    const auto each = [&](const Line& line, const UiRect& band, const char* what, auto f) {
        const TokenSlots at = line.slots();
        for (int i = line.first; i < line.end; ++i) {
            const float left = std::max(at.left(i), band.min.x),
                        width = std::min(at.right(i), band.max.x) - left;
            if (width < 1) continue;
            *fmt::format_to_n(name, sizeof name - 1, "{} {}", what, i).out = 0;
            ImGui::SetCursorScreenPos({left, band.min.y});
            f(i, ImGui::InvisibleButton(name, {width, band.height()}));
        }
    };
    each(keys_, keys, "key", [&](int i, bool pressed) {
        if (pressed) scene.pin({query_, i});
        if (ImGui::IsItemHovered()) scene.point_at({query_, i});
    });
    each(queries_, queries, "query", [&](int i, bool pressed) {
        if (pressed) scene.commands.post(command::PinToken{scene.selection.pinned_token == i ? -1 : i});
        if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) zoomed_ = false;
        if (ImGui::IsItemHovered()) scene.selection.token.set(i);
        if (keyboard_is_on_last_item())
            outline_precedent(*ImGui::GetWindowDrawList(),
                              {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()});
    });
}

void HeadLines::draw_curve(const HeadScene& scene, const Curve& c, const UiRect& canvas, bool in_view) const {
    const Theme& t = theme();
    const float key = keys_.slots().centre(c.cell.key), query = queries_.slots().centre(c.cell.query),
                strength = std::min(c.strength, 1.0f);
    const bool lit = scene.cell_in_focus() == c.cell;
    const float base = std::pow(strength, 0.7f);
    ImU32 colour = 0;
    float opacity = in_view ? 0.1f + 0.9f * base : 0.55f * base;
    if (scene.scores()) {
        const ColourScale scale{t.diverging, 0, range_now_, 1};
        colour = pack(colour_of(scale, c.value > 0 ? range_now_ : -range_now_));
        opacity = in_view ? opacity : 0.3f * base;
    } else {
        colour = in_view ? t.accent : t.head_fill(scene.head.head, scene.snapshot.config().n_heads);
    }
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int step = canvas.height() > px(k_large_curve) ? 1 : 2;
    for (int i = 0; i <= k_segments; i += step)
        list.PathLineTo({key + (query - key) * k_curve.across[static_cast<std::size_t>(i)],
                         canvas.min.y + canvas.height() * k_curve.down[static_cast<std::size_t>(i)]});
    list.PathStroke(with_alpha(lit ? t.accent : colour, lit ? 1.0f : opacity), 0,
                    px(1) + px(lit       ? 5
                               : in_view ? 4
                                         : 3) *
                                strength);
}

void HeadLines::draw_labels(const HeadScene& scene, const UiRect& keys, const UiRect& queries) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto cell = scene.cell_in_focus();
    inks_.assign(static_cast<std::size_t>(keys_.end - keys_.first), t.muted);
    constexpr float k_noticeable = 0.1f;
    for (const Curve& c : of_query_) // what the query in view reads
        if (c.strength >= k_noticeable) inks_[static_cast<std::size_t>(c.cell.key - keys_.first)] = t.text;
    const int lit_key = cell            ? cell->key
                        : scene.cross() ? scene.selection.source_token.get().value_or(-1)
                                        : -1;
    const std::array key{LitToken{lit_key, t.ink(ColourRole::key)}};
    put_token_row(list, scene.keys(), keys_.slots(), keys, key, inks_);
    inks_.assign(static_cast<std::size_t>(queries_.end - queries_.first), t.text);
    const std::array query{LitToken{query_, t.accent_text}, LitToken{cell ? cell->query : -1, t.text}};
    put_token_row(list, scene.snapshot.run(), queries_.slots(), queries, query, inks_);
}

/// Rows and columns of what the cell in focus is computed from and feeds, at their tokens.
void HeadLines::outline(const HeadScene& scene, const UiRect& keys, const UiRect& queries) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto mark = [&](bool is_key, int begin, int end, auto put) {
        const Line& line = is_key ? keys_ : queries_;
        const UiRect& band = is_key ? keys : queries;
        const TokenSlots at = line.slots();
        begin = std::max(begin, line.first), end = std::min(end, line.end);
        if (begin >= end) return;
        float left = at.left(begin), right = at.right(end - 1);
        if (end - begin == 1) { // around its label
            const RunView& run = is_key ? scene.keys() : scene.snapshot.run();
            const float half = (token_label_width(run, begin) + px(2)) / 2, centre = at.centre(begin);
            left = std::min(left, centre - half), right = std::max(right, centre + half);
        }
        left = std::max(left, band.min.x), right = std::min(right, band.max.x);
        put(list, UiRect{{left + px(1), band.min.y + px(1)}, {right - px(1), band.max.y - px(1)}});
    };
    const auto mark_all = [&](const std::vector<CellRange>& ranges, auto put) {
        for (const CellRange& r : ranges) {
            const AttentionPart part = attention_part(r, scene.snapshot, scene.attention, scene.head);
            mark(true, part.keys.begin, part.keys.end, put);
            mark(false, part.queries.begin, part.queries.end, put);
        }
    };
    mark_all(scene.selection.precedents, outline_precedent);
    mark_all(scene.selection.dependents, outline_dependent);
    if (const auto cell = attention_cell(scene.selection.pinned_cell, scene.attention, scene.head)) {
        mark(true, cell->key, cell->key + 1, outline_focus);
        mark(false, cell->query, cell->query + 1, outline_focus);
    }
    scene.each_edit([&](const AttentionCell& cell) { // half-way
        if (!keys_.holds(cell.key) || !queries_.holds(cell.query)) return;
        const float x = (keys_.slots().centre(cell.key) + queries_.slots().centre(cell.query)) / 2,
                    y = (keys.max.y + queries.min.y) / 2, half = px(8);
        put_edit_mark(list, {x - half, y - half}, {x + half, y + half}, scene.snapshot.edits_on);
    });
}

/// What the query in view reads most, unless a cell is pointed at.
void HeadLines::draw_caption(const HeadScene& scene, const UiRect& line) {
    const RunView& run = scene.snapshot.run();
    text_.clear();
    auto out = std::back_inserter(text_);
    constexpr std::size_t k_most_named = 3;
    if (!of_query_.empty()) {
        fmt::format_to(out, "“{}” {}", short_label(run, query_), scene.scores() ? "scores" : "reads");
        const std::size_t n = std::min(k_most_named, of_query_.size());
        for (std::size_t i = 0; i < n; ++i) {
            const Curve& c = of_query_[of_query_.size() - 1 - i];
            fmt::format_to(out, "{} {} {:.2f}", i ? "," : "", short_label(scene.keys(), c.cell.key), c.value);
        }
        if (!scene.scores() && keys_.first > 0) {
            double before = 0;
            for (int k = 0; k < keys_.first; ++k) before += std::max(0.0f, scene.value({query_, k}));
            fmt::format_to(out, "; {:.2f} before this window", before);
        }
    }
    if (shown() < total_)
        fmt::format_to(out, "{}the {} strongest of {} lines", text_.size() ? "; " : "", shown(), total_);
    caption_.draw(scene, line, {text_.data(), text_.size()});
}

} // namespace gf::ui
