#include "app/panels/heads/heads_grid.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/view/attention_rows.h"
#include "app/view/cell_edits.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_layer_margin = 24; ///< room for the labels to the left of a grid
constexpr float k_hue_margin = 10;   ///< room for the hues of the heads above a grid
constexpr float k_hue_line = 4;      ///< height of the hue below each map when they are sorted
constexpr float k_edge = 3;          ///< room for outlines
constexpr float k_min_cell_width = 8, k_min_cell_height = 10, k_max_tile_width = 160;
constexpr float k_min_scrolled = 70; ///< in a lower or narrower area the whole panel scrolls

constexpr float k_max_aspect = 2.6f, k_max_tall_aspect = 1.25f; ///< of a map: width : height, height : width
/// Up to so many heads are items of Dear ImGui even while they are scrolled out of sight.
constexpr int k_max_always_items = 400;
constexpr long long k_cells_per_frame = 1 << 21; ///< uploaded to the graphics card at most
constexpr std::size_t k_entropy_budget = 60'000; ///< weights read in a frame

/// From a (t = 0) to b (t = 1).
UiRect interpolate(const UiRect& a, const UiRect& b, float t) {
    const auto between = [t](ImVec2 p, ImVec2 q) {
        return ImVec2(p.x + (q.x - p.x) * t, p.y + (q.y - p.y) * t);
    };
    return {between(a.min, b.min), between(a.max, b.max)};
}

/// Whether a range has cells of this head: of its q, scores, pattern or z, or of the keys and values that it
/// reads.
bool has_cells_of_head(const CellRange& r, const ModelConfig& c, Attention attention, HeadRef head) {
    if (r.param >= 0 || r.layer != head.layer || attention_of_site(r.site) != attention) return false;
    const auto& axes = site_row(r.site).axes;
    const auto has = [&axes](Axis axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
    const bool is_shared = has(Axis::kv_head); // several query heads may read the same keys and values
    if (!is_shared && !has(Axis::head)) return false;
    const int h = is_shared ? head.head / c.group_size() : head.head;
    return h >= r.head_begin && (r.head_end < 0 || h < r.head_end);
}

} // namespace

void HeadsGrid::upload(const View& v, Attention attention) {
    const Trace& trace = v.trace();
    const ModelConfig& c = v.config();
    if (source_ != v.values.source() || attention_ != attention) {
        maps_.clear();
        source_ = v.values.source();
        attention_ = attention;
        n_uploaded_rows_ = 0;
        largest_ = 0;
        sort_inputs_ = {.sort = {}, .role_rows = -1, .rows = -1};
    }
    const Site pattern = score_and_pattern_sites(attention).pattern;
    const int n_keys = trace.n_keys(pattern), n_maps = c.n_layers * c.n_heads;
    const auto row_cells = static_cast<long long>(n_maps) * n_keys; // one row of each map
    n_uploaded_rows_ =
        std::min(v.run.rows, n_uploaded_rows_ + std::max(1, static_cast<int>(k_cells_per_frame / row_cells)));
    if (n_uploaded_rows_ < v.run.rows) request_frame();
    maps_.update({n_maps, trace.capacity(), n_keys, PoolRule::magnitude}, n_uploaded_rows_,
                 [&](int map, int row) {
                     const HeadRef head{map / c.n_heads, map % c.n_heads};
                     const SiteValues values = v.values.values({pattern, head.layer});
                     if (!values.exists() || row >= values.rows()) return std::span<const real>();
                     const std::span<const real> weights = values.row(head.head, row, row_);
                     if (v.shows_gradients()) largest_ = largest_magnitude(largest_, weights);
                     return weights;
                 });
}

void HeadsGrid::draw(const View& v, const ShownRoles& roles, std::optional<HeadRole> sort,
                     Selection& selection, Commands& commands, const UiRect& area) {
    const ModelConfig& c = v.config();
    const SortInputs wanted{sort, roles.roles.rows(), roles.rows, roles.is_of_probe};
    const bool is_other_sort = sort_inputs_.sort != sort;
    if (sort_inputs_ != wanted) sort_heads(v, roles, sort);
    sort_inputs_ = wanted;

    const auto arrange = [&](const Room& room) { sort ? arrange_flow(c, room) : arrange_grid(c, room); };
    arrange({area.width(), area.height()});
    if (size_.y > area.height()) arrange({area.width() - ImGui::GetStyle().ScrollbarSize, area.height()});
    ImGui::SetCursorScreenPos(area.min);
    // What does not fit scrolls; in a very small panel the whole panel does.
    const bool scrolls = (size_.x > area.width() || size_.y > area.height()) &&
                         area.width() > px(k_min_scrolled) && area.height() > px(k_min_scrolled);
    if (scrolls) {
        const int flags = ImGuiWindowFlags_NavFlattened |
                          (size_.x > area.width() ? ImGuiWindowFlags_HorizontalScrollbar : 0);
        if (ImGui::BeginChild("all heads", {area.width(), area.height()}, 0, flags))
            draw_heads(v, roles, selection, commands);
        if (is_other_sort) ImGui::SetScrollY(0);
        ImGui::EndChild();
    } else {
        draw_heads(v, roles, selection, commands);
    }
}

void HeadsGrid::draw_heads(const View& v, const ShownRoles& roles, Selection& selection, Commands& commands) {
    const ModelConfig& c = v.config();
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    draw_maps(v, origin);
    if (!sort_inputs_.sort) draw_margins(c, origin);
    const int n = c.n_layers * c.n_heads;
    const UiRect clip{ImGui::GetWindowDrawList()->GetClipRectMin(),
                      ImGui::GetWindowDrawList()->GetClipRectMax()};
    n_hidden_ = 0;
    for (const int index : order_) {
        const UiRect r = tile_now(index, origin);
        n_hidden_ += r.center().y < clip.min.y || r.center().y > clip.max.y || r.center().x < clip.min.x ||
                     r.center().x > clip.max.x;
        const bool is_near = r.max.y + r.height() > clip.min.y && r.min.y - r.height() < clip.max.y;
        if (is_near || n <= k_max_always_items) draw_head(v, roles, index, selection, commands, origin);
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy(size_);
}

void HeadsGrid::sort_heads(const View& v, const ShownRoles& roles, std::optional<HeadRole> sort) {
    const ModelConfig& c = v.config();
    const auto n = static_cast<std::size_t>(c.n_layers * c.n_heads);
    order_before_.swap(order_);
    order_.resize(n);
    scores_.assign(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
        order_[i] = static_cast<int>(i);
        if (!sort) continue;
        const auto score = roles.score(order_[i] / c.n_heads, order_[i] % c.n_heads, *sort);
        scores_[i] = score.value_or(-1);
    }
    const auto rank = [this](int i) { // puts NaN last
        const double score = scores_[static_cast<std::size_t>(i)];
        return std::isnan(score) ? -2 : score;
    };
    if (sort)
        std::sort(order_.begin(), order_.end(),
                  [&](int a, int b) { return rank(a) != rank(b) ? rank(a) > rank(b) : a < b; });
    if (tiles_.size() != n) {
        tiles_.assign(n, {});
        glide_from_.assign(n, {});
        glide_.jump_to(1);
    } else if (order_ != order_before_ || sort_inputs_.sort.has_value() != sort.has_value()) {
        // Let the heads glide from where they are to their new places.
        for (std::size_t i = 0; i < n; ++i) glide_from_[i] = tile_now(static_cast<int>(i), {0, 0});
        glide_.jump_to(0);
    }
}

/// Layers go from top to bottom, heads from left to right.
void HeadsGrid::arrange_grid(const ModelConfig& c, const Room& room) {
    const float left = px(k_layer_margin), top = px(k_hue_margin), edge = px(k_edge);
    const auto n_heads = static_cast<float>(c.n_heads), n_layers = static_cast<float>(c.n_layers);
    float width = std::max((room.width - left - edge) / n_heads, px(k_min_cell_width));
    float height = std::max((room.height - top - edge) / n_layers, px(k_min_cell_height));
    width = std::floor(std::min(width, height * k_max_aspect));
    height = std::floor(std::min(height, width * k_max_tall_aspect));
    const float gap = std::clamp(std::floor(std::min(width, height) * 0.14f), 1.0f, px(6));
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
        const auto layer = static_cast<float>(static_cast<int>(i) / c.n_heads),
                   head = static_cast<float>(static_cast<int>(i) % c.n_heads);
        const ImVec2 min{left + width * head, top + height * layer};
        tiles_[i] = {min, {min.x + width - gap, min.y + height - gap}};
    }
    size_ = {left + width * n_heads - gap + edge, top + height * n_layers - gap + edge};
}

/// Line by line in their order, each with its name and score below: as large as they all fit, but at least as
/// wide as these words.
void HeadsGrid::arrange_flow(const ModelConfig& c, const Room& room) {
    const float edge = px(k_edge), gap = px(8), label = font(TextSize::small)->FontSize + px(k_hue_line);
    char widest[32];
    *fmt::format_to_n(widest, sizeof widest - 1, "L{}H{} 0.00", c.n_layers - 1, c.n_heads - 1).out = 0;
    const float min_width = std::ceil(measure(font(TextSize::small, Face::mono), widest).x) + gap;
    const float width = room.width - 2 * edge + gap;
    const int n = static_cast<int>(tiles_.size()),
              max_columns = std::max(1, static_cast<int>(width / min_width));
    int columns = std::clamp(static_cast<int>(std::ceil(width / px(k_max_tile_width))), 1, max_columns);
    const auto tile_width = [&] { return std::floor(width / static_cast<float>(columns)); };
    const auto line_height = [&] { return std::floor((tile_width() - gap) * 0.72f) + label + gap; };
    const auto lines = [&] { return (n + columns - 1) / columns; };
    while (columns < max_columns && line_height() * static_cast<float>(lines()) > room.height - edge)
        ++columns;
    const float step_x = tile_width(), step_y = line_height();
    for (int place = 0; place < n; ++place) {
        const ImVec2 min{edge + step_x * static_cast<float>(place % columns),
                         edge + step_y * static_cast<float>(place / columns)};
        tiles_[static_cast<std::size_t>(order_[static_cast<std::size_t>(place)])] = {
            min, {min.x + step_x - gap, min.y + step_y - gap - label}};
    }
    size_ = {2 * edge + step_x * static_cast<float>(std::min(columns, n)) - gap,
             step_y * static_cast<float>(lines())};
}

UiRect HeadsGrid::tile_now(int index, ImVec2 origin) const {
    const auto i = static_cast<std::size_t>(index);
    UiRect r = glide_.value() < 1 ? interpolate(glide_from_[i], tiles_[i], glide_.value()) : tiles_[i];
    r.min = {std::floor(r.min.x + origin.x), std::floor(r.min.y + origin.y)};
    r.max = {std::floor(r.max.x + origin.x), std::floor(r.max.y + origin.y)};
    return r;
}

int HeadsGrid::rows_per_pixel(const View& v) const {
    if (tiles_.empty() || tiles_[0].height() <= 0) return 1;
    return std::max(1,
                    static_cast<int>(std::ceil(static_cast<float>(v.cursor) / tiles_[0].height() - 0.01f)));
}

ColourScale HeadsGrid::colour_scale(const View& v) const {
    ColourScale scale = themed_heat_map(v.has_both_signs()).scale;
    scale.gamma = v.shows_difference() ? 1.0f : 0.5f;
    if (v.shows_gradients() && largest_ > 0) scale.vmax = largest_;
    return scale;
}

void HeadsGrid::draw_maps(const View& v, ImVec2 origin) {
    glide_.move_to(1);
    view_ = themed_heat_map(v.has_both_signs());
    view_.rows = v.cursor;
    view_.cols = n_keys_in_view(v, attention_);
    view_.row1 = static_cast<float>(view_.rows);
    view_.col1 = static_cast<float>(view_.cols);
    view_.scale = colour_scale(v);
    places_.clear();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 clip_min = list.GetClipRectMin(), clip_max = list.GetClipRectMax();
    for (int i = 0; i < static_cast<int>(tiles_.size()); ++i) {
        const UiRect r = tile_now(i, origin);
        if (r.max.y > clip_min.y && r.min.y < clip_max.y && r.max.x > clip_min.x && r.min.x < clip_max.x)
            places_.push_back({i, r});
    }
    maps_.draw(list, places_, view_);
}

/// Writes the layers to the left, as many as there is room for, and draws the hue of each head above it.
void HeadsGrid::draw_margins(const ModelConfig& c, ImVec2 origin) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    for (int h = 0; h < c.n_heads; ++h) {
        const UiRect r = tile_now(h, origin);
        list.AddRectFilled({r.min.x, r.min.y - px(7)}, {r.max.x, r.min.y - px(4)},
                           theme().head_fill(h, c.n_heads));
    }
    ImFont* face = font(TextSize::small);
    const float step =
        c.n_layers > 1 ? tiles_[static_cast<std::size_t>(c.n_heads)].min.y - tiles_[0].min.y : face->FontSize;
    const int every = std::max(1, static_cast<int>(std::ceil(face->FontSize * 0.9f / std::max(step, 1.0f))));
    char name[16];
    for (int l = 0; l < c.n_layers; l += every) {
        *fmt::format_to_n(name, sizeof name - 1, "L{}", l).out = 0;
        const UiRect r = tile_now(l * c.n_heads, origin);
        draw_text(list, UiRect({origin.x, r.min.y}, {r.min.x, r.max.y}), origin.x, face, theme().muted, name);
    }
}

void HeadsGrid::draw_head(const View& v, const ShownRoles& roles, int index, Selection& selection,
                          Commands& commands, ImVec2 origin) {
    const ModelConfig& c = v.config();
    const HeadRef head{index / c.n_heads, index % c.n_heads};
    const UiRect map = tile_now(index, origin);
    char name[32];
    const char* name_end = fmt::format_to_n(name, sizeof name - 1, "L{}H{}", head.layer, head.head).out;
    name[name_end - name] = 0;
    ImGui::SetCursorScreenPos(map.min);
    if (ImGui::InvisibleButton(name, {std::max(map.width(), 1.0f), std::max(map.height(), 1.0f)}))
        commands.post(command::PinHead{head.layer, head.head});
    if (ImGui::IsItemHovered()) {
        selection.head.set(head);
        draw_tooltip(v, roles, head);
    }
    draw_head_marks(v, head, map, selection);
    if (sort_inputs_.sort)
        draw_head_score(v, roles, head, map, head == selection.pinned_head,
                        {name, static_cast<std::size_t>(name_end - name)});
}

/// Outlines the map if it is pinned or hovered, has the keyboard, or has a part in what is in focus; marks it
/// if it is edited. Called right after the item of the head.
void HeadsGrid::draw_head_marks(const View& v, HeadRef head, const UiRect& map, const Selection& selection) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool is_pinned = head == selection.pinned_head, has_keyboard = keyboard_is_on_last_item();
    const UiRect frame{{map.min.x - 1, map.min.y - 1}, {map.max.x + 1, map.max.y + 1}};
    if (is_pinned)
        outline_focus(list, frame);
    else if (head == selection.head_in_view() || has_keyboard)
        list.AddRect(frame.min, frame.max, theme().text, 0, 0, std::max(px(1), 1.0f));
    const auto has_cells = [&](const CellRange& range) {
        return has_cells_of_head(range, v.config(), attention_, head);
    };
    const auto precedents = selection.precedents_in(v.run.id), dependents = selection.dependents_in(v.run.id);
    if (!is_pinned && std::any_of(precedents.begin(), precedents.end(), has_cells))
        outline_precedent(list, frame);
    if (std::any_of(dependents.begin(), dependents.end(), has_cells)) outline_dependent(list, frame);
    if (std::any_of(v.edits().begin(), v.edits().end(), [&](const RunEdit& e) { return has_cells(e.range); }))
        draw_edit_mark(list, map.min, map.max, v.snapshot.edits_on);
}

/// Below a map that is sorted: the hue of the head, its name and its score.
void HeadsGrid::draw_head_score(const View& v, const ShownRoles& roles, HeadRef head, const UiRect& map,
                                bool is_pinned, std::string_view name) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* words = font(TextSize::small);
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float top = map.max.y + px(k_hue_line);
    const UiRect line{{map.min.x, top}, {map.max.x, top + words->FontSize}};
    list.AddRectFilled({map.min.x, map.max.y + px(1)}, {map.max.x, map.max.y + px(3)},
                       t.head_fill(head.head, v.config().n_heads));
    draw_text(list, line, map.min.x, words, is_pinned ? t.accent_text : t.text, name);
    const auto score = roles.score(head.layer, head.head, *sort_inputs_.sort);
    char number[16] = "none";
    if (score) *fmt::format_to_n(number, sizeof number - 1, "{:.2f}", *score).out = 0;
    draw_text(list, line, map.max.x - measure(numbers, number).x, numbers,
              roles.is_guess(*sort_inputs_.sort) ? t.faint : t.muted, number);
}

/// Lists the scores of a head for all roles, and tells how spread its pattern is.
void HeadsGrid::draw_tooltip(const View& v, const ShownRoles& roles, HeadRef head) {
    entropy_.look_at(score_and_pattern_sites(attention_).pattern, head.layer, head.head);
    const bool complete = entropy_.advance({.trace = v.run.trace, .rows = v.cursor}, k_entropy_budget);
    if (!complete) request_frame();
    text_.clear();
    auto out = std::back_inserter(text_);
    const bool cross = attention_ == Attention::cross;
    fmt::format_to(out, "layer {}, head {}, in {} tokens:", head.layer, head.head,
                   cross ? v.cursor : roles.rows);
    if (!cross && roles.is_of_probe) fmt::format_to(out, " of the probe text");
    const int n_roles = cross ? 0 : k_n_head_roles; // roles are ways to read one's own text
    for (int i = 0; i < n_roles; ++i) {
        const HeadRoleRow& row = head_role_row(static_cast<HeadRole>(i));
        if (const auto score = roles.score(head.layer, head.head, row.role))
            fmt::format_to(out, "\n{:.3f} {}, {}", *score, row.name, cases_in_words(roles.cases(row.role)));
        else
            fmt::format_to(out, "\nnone {}: {}", row.name, row.impossible_because);
    }
    if (complete && entropy_.value())
        fmt::format_to(out, "\n{:.3f} bits: mean entropy of its pattern{}", *entropy_.value(),
                       cross ? " over the source" : "");
    fmt::format_to(out, "\nclick pins it");
    tooltip({text_.data(), text_.size()});
}

} // namespace gf::ui
