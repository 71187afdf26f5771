#include "app/panels/heads/heads_grid.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/view/attention_rows.h"
#include "app/view/cell_hands.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_layer_margin = 24, k_hue_margin = 10; ///< labels to the left of a grid, head hues above it
constexpr float k_hue_line = 4;                         ///< below a map of the flow
constexpr float k_edge = 3;                             ///< room for outlines
constexpr float k_least_cell_x = 8, k_least_cell_y = 10, k_widest_tile = 160, k_least_scrolled = 70;
constexpr float k_widest_aspect = 2.6f, k_tallest_aspect = 1.25f; ///< a map's width : height, height : width
constexpr int k_always_items = 400; ///< heads that are items even while they are scrolled out of sight
constexpr long long k_cells_per_frame = 1 << 21; ///< sent to the card at most
constexpr std::size_t k_entropy_budget = 60'000;

UiRect mixed(const UiRect& a, const UiRect& b, float t) {
    const auto mid = [t](ImVec2 p, ImVec2 q) { return ImVec2(p.x + (q.x - p.x) * t, p.y + (q.y - p.y) * t); };
    return {mid(a.min, b.min), mid(a.max, b.max)};
}

/// Whether cells of this head are in a range: of its q, scores, pattern or z, or of the keys and values that
/// it reads.
bool touches(const CellRange& r, const ModelConfig& c, Attention attention, HeadRef head) {
    if (r.param >= 0 || r.layer != head.layer || attention_of(r.site) != attention) return false;
    const auto& axes = site_row(r.site).axes;
    const auto has = [&axes](Axis axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
    const bool shared = has(Axis::kv_head);
    if (!shared && !has(Axis::head)) return false;
    const int h = shared ? head.head / c.group_size() : head.head;
    return h >= r.head_begin && (r.head_end < 0 || h < r.head_end);
}

} // namespace

void HeadsGrid::update(const Snapshot& s, Attention attention) {
    const Trace& trace = s.trace();
    const ModelConfig& c = s.config();
    if (trace_ != s.run().trace || attention_ != attention) {
        maps_.clear();
        trace_ = s.run().trace;
        attention_ = attention;
        held_ = 0;
        order_for_ = {.sort = {}, .rows = -1, .cursor = -1};
    }
    const Site pattern = sites_of(attention).pattern;
    const int n_keys = trace.n_keys(pattern), n_maps = c.n_layers * c.n_heads;
    const auto cells = static_cast<long long>(n_maps) * n_keys; // of a row of all maps
    held_ = std::min(s.run().rows, held_ + std::max(1, static_cast<int>(k_cells_per_frame / cells)));
    if (held_ < s.run().rows) request_frame();
    maps_.update({n_maps, trace.capacity(), n_keys, PoolRule::magnitude}, held_, [&](int map, int row) {
        const HeadRef head{map / c.n_heads, map % c.n_heads};
        return trace.kept(pattern, head.layer) ? weight_cells(trace, attention, head, row, marked_)
                                               : std::span<const float>();
    });
}

void HeadsGrid::draw(const Snapshot& s, const HeadRoles& roles, std::optional<HeadRole> sort,
                     Selection& selection, Commands& commands, const UiRect& area) {
    const ModelConfig& c = s.config();
    const Order wanted{sort, roles.rows(), s.cursor};
    const bool sorts = order_for_ != wanted;
    const bool other_sort = order_for_.sort != sort;
    if (sorts) sort_heads(s, roles, sort);
    order_for_ = wanted;

    const auto arrange = [&](const Room& room) { sort ? arrange_flow(c, room) : arrange_grid(c, room); };
    arrange({area.width(), area.height()});
    if (size_.y > area.height()) arrange({area.width() - ImGui::GetStyle().ScrollbarSize, area.height()});
    ImGui::SetCursorScreenPos(area.min);
    // What does not fit scrolls; in a very small panel all of the panel does.
    const bool scrolls = (size_.x > area.width() || size_.y > area.height()) &&
                         area.width() > px(k_least_scrolled) && area.height() > px(k_least_scrolled);
    if (scrolls) {
        const int flags = ImGuiWindowFlags_NavFlattened |
                          (size_.x > area.width() ? ImGuiWindowFlags_HorizontalScrollbar : 0);
        if (ImGui::BeginChild("all heads", {area.width(), area.height()}, 0, flags))
            draw_heads(s, roles, selection, commands);
        if (other_sort) ImGui::SetScrollY(0);
        ImGui::EndChild();
    } else {
        draw_heads(s, roles, selection, commands);
    }
}

void HeadsGrid::draw_heads(const Snapshot& s, const HeadRoles& roles, Selection& selection,
                           Commands& commands) {
    const ModelConfig& c = s.config();
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    draw_maps(s, origin);
    if (!order_for_.sort) draw_margins(c, origin);
    const int n = c.n_layers * c.n_heads;
    const UiRect clip{ImGui::GetWindowDrawList()->GetClipRectMin(),
                      ImGui::GetWindowDrawList()->GetClipRectMax()};
    for (const int index : order_) {
        const UiRect r = shown(index, origin);
        const bool near = r.max.y + r.height() > clip.min.y && r.min.y - r.height() < clip.max.y;
        if (near || n <= k_always_items) draw_head(s, roles, index, selection, commands, origin);
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy(size_);
}

void HeadsGrid::sort_heads(const Snapshot& s, const HeadRoles& roles, std::optional<HeadRole> sort) {
    const ModelConfig& c = s.config();
    const auto n = static_cast<std::size_t>(c.n_layers * c.n_heads);
    previous_.swap(order_);
    order_.resize(n);
    scores_.assign(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
        order_[i] = static_cast<int>(i);
        if (!sort) continue;
        const auto score = roles.score(order_[i] / c.n_heads, order_[i] % c.n_heads, *sort, s.cursor);
        scores_[i] = score.value_or(-1);
    }
    const auto rank = [this](int i) { // NaN last
        const double score = scores_[static_cast<std::size_t>(i)];
        return std::isnan(score) ? -2 : score;
    };
    if (sort)
        std::sort(order_.begin(), order_.end(),
                  [&](int a, int b) { return rank(a) != rank(b) ? rank(a) > rank(b) : a < b; });
    if (tiles_.size() != n) {
        tiles_.assign(n, {});
        from_.assign(n, {});
        glide_.jump(1);
    } else if (order_ != previous_ ||
               order_for_.sort.has_value() != sort.has_value()) { // from where they are to their new places
        for (std::size_t i = 0; i < n; ++i) from_[i] = shown(static_cast<int>(i), {0, 0});
        glide_.jump(0);
    }
}

/// Layers from top to bottom, heads from left to right.
void HeadsGrid::arrange_grid(const ModelConfig& c, const Room& room) {
    const float left = px(k_layer_margin), top = px(k_hue_margin), edge = px(k_edge);
    const auto n_heads = static_cast<float>(c.n_heads), n_layers = static_cast<float>(c.n_layers);
    float width = std::max((room.width - left - edge) / n_heads, px(k_least_cell_x));
    float height = std::max((room.height - top - edge) / n_layers, px(k_least_cell_y));
    width = std::floor(std::min(width, height * k_widest_aspect));
    height = std::floor(std::min(height, width * k_tallest_aspect));
    const float gap = std::clamp(std::floor(std::min(width, height) * 0.14f), 1.0f, px(6));
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
        const auto layer = static_cast<float>(static_cast<int>(i) / c.n_heads),
                   head = static_cast<float>(static_cast<int>(i) % c.n_heads);
        const ImVec2 min{left + width * head, top + height * layer};
        tiles_[i] = {min, {min.x + width - gap, min.y + height - gap}};
    }
    size_ = {left + width * n_heads - gap + edge, top + height * n_layers - gap + edge};
}

/// Line by line in their order, each with its name and score below; as large as all fit, else as small as the
/// words allow.
void HeadsGrid::arrange_flow(const ModelConfig& c, const Room& room) {
    const float edge = px(k_edge), gap = px(8), label = font(TextSize::small)->FontSize + px(k_hue_line);
    char widest[32];
    *fmt::format_to_n(widest, sizeof widest - 1, "L{}H{} 0.00", c.n_layers - 1, c.n_heads - 1).out = 0;
    const float least = std::ceil(measure(font(TextSize::small, Face::mono), widest).x) + gap;
    const float width = room.width - 2 * edge + gap;
    const int n = static_cast<int>(tiles_.size()),
              most_columns = std::max(1, static_cast<int>(width / least));
    int columns = std::clamp(static_cast<int>(std::ceil(width / px(k_widest_tile))), 1, most_columns);
    const auto tile_width = [&] { return std::floor(width / static_cast<float>(columns)); };
    const auto line_height = [&] { return std::floor((tile_width() - gap) * 0.72f) + label + gap; };
    const auto lines = [&] { return (n + columns - 1) / columns; };
    while (columns < most_columns && line_height() * static_cast<float>(lines()) > room.height - edge)
        ++columns;
    const float step_x = tile_width(), step_y = line_height();
    for (int place = 0; place < n; ++place) {
        const ImVec2 min{edge + step_x * static_cast<float>(place % columns),
                         edge + step_y * static_cast<float>(place / columns)};
        tiles_[static_cast<std::size_t>(order_[static_cast<std::size_t>(place)])] = {
            min, {min.x + step_x - gap, min.y + step_y - gap - label}};
    }
    size_ = {edge + step_x * static_cast<float>(std::min(columns, n)), step_y * static_cast<float>(lines())};
}

UiRect HeadsGrid::shown(int index, ImVec2 origin) const {
    const auto i = static_cast<std::size_t>(index);
    UiRect r = glide_.value() < 1 ? mixed(from_[i], tiles_[i], glide_.value()) : tiles_[i];
    r.min = {std::floor(r.min.x + origin.x), std::floor(r.min.y + origin.y)};
    r.max = {std::floor(r.max.x + origin.x), std::floor(r.max.y + origin.y)};
    return r;
}

void HeadsGrid::draw_maps(const Snapshot& s, ImVec2 origin) {
    glide_.to(1);
    view_ = themed_heat_map(false);
    view_.rows = s.cursor;
    view_.cols = n_keys_in_view(s, attention_);
    view_.row1 = static_cast<float>(view_.rows);
    view_.col1 = static_cast<float>(view_.cols);
    view_.scale.gamma = 0.5f;
    places_.clear();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 clip_min = list.GetClipRectMin(), clip_max = list.GetClipRectMax();
    for (int i = 0; i < static_cast<int>(tiles_.size()); ++i) {
        const UiRect r = shown(i, origin);
        if (r.max.y > clip_min.y && r.min.y < clip_max.y && r.max.x > clip_min.x && r.min.x < clip_max.x)
            places_.push_back({i, r});
    }
    maps_.draw(list, places_, view_);
}

/// Layers on the left, as many as there is room for, and above each head its hue.
void HeadsGrid::draw_margins(const ModelConfig& c, ImVec2 origin) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    for (int h = 0; h < c.n_heads; ++h) {
        const UiRect r = shown(h, origin);
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
        const UiRect r = shown(l * c.n_heads, origin);
        put_text(list, UiRect({origin.x, r.min.y}, {r.min.x, r.max.y}), origin.x, face, theme().muted, name);
    }
}

void HeadsGrid::draw_head(const Snapshot& s, const HeadRoles& roles, int index, Selection& selection,
                          Commands& commands, ImVec2 origin) {
    const ModelConfig& c = s.config();
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const HeadRef here{index / c.n_heads, index % c.n_heads};
    const UiRect r = shown(index, origin);
    char name[32];
    const char* name_end = fmt::format_to_n(name, sizeof name - 1, "L{}H{}", here.layer, here.head).out;
    name[name_end - name] = 0;
    ImGui::SetCursorScreenPos(r.min);
    if (ImGui::InvisibleButton(name, {std::max(r.width(), 1.0f), std::max(r.height(), 1.0f)}))
        commands.post(command::PinHead{here.layer, here.head});
    if (ImGui::IsItemHovered()) {
        selection.head.set(here);
        explain(s, roles, here);
    }
    const bool pinned = here == selection.pinned_head, focused = keyboard_is_on_last_item();
    const UiRect frame{{r.min.x - 1, r.min.y - 1}, {r.max.x + 1, r.max.y + 1}};
    if (pinned)
        outline_focus(list, frame);
    else if (here == selection.head_in_view() || focused)
        list.AddRect(frame.min, frame.max, t.text, 0, 0, std::max(px(1), 1.0f));
    const auto touched = [&](const CellRange& range) { return touches(range, c, attention_, here); };
    if (!pinned && std::any_of(selection.precedents.begin(), selection.precedents.end(), touched))
        outline_precedent(list, frame);
    if (std::any_of(selection.dependents.begin(), selection.dependents.end(), touched))
        outline_dependent(list, frame);

    if (std::any_of(s.edits->begin(), s.edits->end(), [&](const Edit& e) { return touched(e.range); }))
        put_edit_mark(list, r.min, r.max, s.edits_on);

    if (!order_for_.sort) return;
    ImFont* words = font(TextSize::small);
    ImFont* numbers = font(TextSize::small, Face::mono);
    const UiRect line{{r.min.x, r.max.y + px(k_hue_line)},
                      {r.max.x, r.max.y + px(k_hue_line) + words->FontSize}};
    list.AddRectFilled({r.min.x, r.max.y + px(1)}, {r.max.x, r.max.y + px(3)},
                       t.head_fill(here.head, c.n_heads));
    put_text(list, line, r.min.x, words, pinned ? t.accent_text : t.text,
             {name, static_cast<std::size_t>(name_end - name)});
    const auto score = roles.score(here.layer, here.head, *order_for_.sort, s.cursor);
    char number[16] = "none";
    if (score) *fmt::format_to_n(number, sizeof number - 1, "{:.2f}", *score).out = 0;
    put_text(list, line, r.max.x - measure(numbers, number).x, numbers, t.muted, number);
}

/// All its scores, and how spread its pattern is.
void HeadsGrid::explain(const Snapshot& s, const HeadRoles& roles, HeadRef head) {
    const bool complete = entropy_.update(s.run().trace, sites_of(attention_).pattern, head.layer, head.head,
                                          s.cursor, k_entropy_budget);
    if (!complete) request_frame();
    text_.clear();
    auto out = std::back_inserter(text_);
    const bool cross = attention_ == Attention::cross;
    fmt::format_to(out, "layer {}, head {}, in {} tokens:", head.layer, head.head, s.cursor);
    for (int i = 0; !cross && i < k_n_head_roles; ++i) { // roles are ways to read one's own text
        const HeadRoleRow& row = head_role_row(static_cast<HeadRole>(i));
        if (const auto score = roles.score(head.layer, head.head, row.role, s.cursor))
            fmt::format_to(out, "\n{:.3f} {}", *score, row.name);
        else
            fmt::format_to(out, "\nnone {}: {}", row.name, row.never);
    }
    if (complete && entropy_.bits())
        fmt::format_to(out, "\n{:.3f} bits: mean entropy of its pattern{}", *entropy_.bits(),
                       cross ? " over the source" : "");
    fmt::format_to(out, "\nclick pins it");
    tooltip({text_.data(), text_.size()});
}

} // namespace gf::ui
