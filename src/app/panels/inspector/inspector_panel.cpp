#include "app/panels/inspector/inspector_panel.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/panels/inspector/histogram.h"
#include "app/panels/inspector/inspected_matrix.h"
#include "app/panels/inspector/name_search.h"
#include "app/view/attention_rows.h"
#include "app/view/cell_hands.h"
#include "app/view/token_labels.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/menu.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_numbers = 104, k_line = 18, k_figure = 16, k_choice = 20, k_histogram = 50,
                k_least_for_numbers = 220, k_least_for_histogram = 132, k_least_for_line = 70;
// Values that are read in one frame: small matrices whole, large ones as fast as a frame allows.
constexpr std::size_t k_small = 1 << 22, k_budget = 160'000, k_large_budget = 1'000'000;
constexpr std::size_t k_upload = 400'000;
constexpr double k_rare = 16,
                 k_clipped =
                     3; ///< in root mean squares: the largest value from which colours end early, and where

/// The whole name, or what is behind its first parts: "attn.hook_pattern".
std::string_view name_that_fits(std::string_view name, float room) {
    while (measure(font(TextSize::body), name).x > room) {
        const std::size_t point = name.find('.');
        if (point == std::string_view::npos) break;
        name.remove_prefix(point + 1);
    }
    return name;
}

class InspectorPanel : public Panel {
  public:
    const char* title() const override { return "Inspector"; }
    const char* about() const override { return "any site or parameter: map, figures, histogram"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
    std::vector<PanelOption> options() const override { return {{"heads", {"side by side", "one"}}}; }
    void choose(std::string_view, std::string_view value) override { one_head_ = value == "one"; }

  private:
    void read(const Snapshot& snapshot, const Selection& selection);
    void draw_header(const Snapshot& snapshot, const Selection& selection, Commands& commands);
    void draw_map(const Snapshot& snapshot, const UiRect& area, Selection& selection, Commands& commands);
    void outline(const Snapshot& snapshot, ImDrawList& list, const HeatMapPlace& place,
                 const Selection& selection);
    void draw_numbers(const Snapshot& snapshot, const UiRect& area, const Selection& selection);
    void draw_heads(const Snapshot& snapshot, const UiRect& area, const Selection& selection);
    void draw_line(const Snapshot& snapshot, const UiRect& area);
    void number(double x, int decimals);
    int decimals() const;
    std::string_view text() const { return {text_.data(), text_.size()}; }

    bool one_head_ = false;
    InspectedMatrix matrix_;
    MatrixFigures figures_;
    HeatMapWidget map_;
    int uploaded_ = 0; ///< rows that the map may show
    HeatMapView view_;
    bool zoomed_ = false, clipped_ = false; ///< whether colours end before the largest values
    std::optional<HeatMapCell> hovered_;
    NameSearch search_;
    fmt::memory_buffer text_;
};

/// Brings figures and map up to date, a part of them in each frame where there is much.
void InspectorPanel::read(const Snapshot& s, const Selection& selection) {
    const InspectedName name = inspected_name(s, selection);
    const bool alone = one_head_ || by_key(name.site);
    const auto& focus = selection.focus(); // of scores and patterns its head is shown
    const bool of_focus = by_key(name.site) && focus && focus->param < 0 && focus->site == name.site &&
                          focus->layer == name.layer;
    if (matrix_.show(s, name, of_focus ? focus->head : alone ? selection.head_in_view().head : -1)) {
        figures_.clear();
        map_.clear();
        uploaded_ = 0;
        zoomed_ = false;
    }
    if (!matrix_.kept()) return;
    const auto cols = static_cast<std::size_t>(std::max(matrix_.cols(), 1));
    const bool small = static_cast<std::size_t>(matrix_.rows()) * cols <= k_small;
    const auto row = [this](int r) { return matrix_.row(r); };
    figures_.update(matrix_.rows(), matrix_.masks(), small ? k_budget : k_large_budget, row);
    const int step = std::max(64, static_cast<int>((small ? k_upload : k_large_budget) / cols) / 64 * 64);
    uploaded_ = std::min(uploaded_ + step, matrix_.rows());
    const int n_cols = matrix_.masks() ? s.trace().n_keys(name.site) : matrix_.cols();
    map_.update({1, matrix_.capacity(), n_cols, PoolRule::magnitude}, uploaded_,
                [this](int, int r) { return matrix_.row(r); });
    if (!figures_.complete() || uploaded_ < matrix_.rows()) request_frame();
}

void InspectorPanel::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    read(s, selection);
    draw_header(s, selection, commands);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    if (!matrix_.kept()) {
        say_why_not_kept(s, matrix_.name().layer);
        return;
    }
    if (room.x < px(40) || room.y < px(24)) return;
    const float numbers = room.x >= px(k_least_for_numbers) ? px(k_numbers) : 0, gap = px(10);
    const float histogram = room.y >= px(k_least_for_histogram)
                                ? std::clamp(std::floor(room.y * 0.26f), px(k_histogram), px(140))
                                : 0;
    const float line = room.y >= px(k_least_for_line) ? px(k_line) : 0;
    const float bottom = at.y + room.y - histogram - (histogram > 0 ? px(6) : 0);
    const UiRect map{
        at, {at.x + room.x - numbers - (numbers > 0 ? gap : 0), bottom - line - (line > 0 ? px(2) : 0)}};
    draw_map(s, map, selection, commands);
    if (numbers > 0) draw_numbers(s, {{map.max.x + gap, at.y}, {at.x + room.x, map.max.y}}, selection);
    if (line > 0) draw_line(s, {{at.x, bottom - line}, {at.x + room.x, bottom}});
    if (histogram > 0)
        draw_histogram(figures_, {{at.x, at.y + room.y - histogram}, {at.x + room.x, at.y + room.y}});
}

/// The name is a button: it opens the search.
void InspectorPanel::draw_header(const Snapshot& s, const Selection& selection, Commands& commands) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    panel_header("Inspector", "");
    const ImVec2 after = ImGui::GetCursorScreenPos();
    const Theme& t = theme();
    ImFont *bold = font(TextSize::body, Face::bold), *body = font(TextSize::body);
    const float left = at.x + std::ceil(measure(bold, "Inspector").x) + px(4), arrow = px(22);
    ImGui::SetCursorScreenPos({left, at.y});
    const float most = std::max(at.x + width - left, 1.0f);
    const std::string_view name = name_that_fits(matrix_.label(), most - px(6) - arrow);
    const float wide = std::clamp(std::ceil(measure(body, name).x) + px(6) + arrow, 1.0f, most);
    const ButtonItem item = button_item("name", {wide, bold->FontSize});
    if (item.seen) {
        ImDrawList& list = *ImGui::GetWindowDrawList();
        if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(4));
        put_text_cut(list, {{left + px(6), item.box.min.y}, {item.box.max.x - arrow, item.box.max.y}}, body,
                     t.muted, name);
        draw_icon(list, Icon::chevron_down, {item.box.max.x - px(11), item.box.center().y}, px(9), t.muted);
        put_focus_ring(item, px(4));
        if (item.hovered) { // the name may be cut
            text_.clear();
            fmt::format_to(std::back_inserter(text_), "{}\n{}", matrix_.label(),
                           selection.inspected.empty()
                               ? "follows what is in focus: click to choose a site or parameter to keep"
                               : "click: another site or parameter, or what is in focus");
            tooltip(text());
        }
    }
    if (item.pressed) ImGui::OpenPopup("names");
    const float popup = std::min(px(380), ImGui::GetIO().DisplaySize.x - px(32));
    ImGui::SetNextWindowPos(
        {std::min(item.box.min.x, ImGui::GetIO().DisplaySize.x - popup - px(40)), item.box.max.y + px(4)},
        ImGuiCond_Appearing);
    if (ImGui::BeginPopup("names")) {
        if (const auto chosen = search_.draw(s.model, popup)) {
            commands.post(command::Inspect{*chosen});
            ImGui::CloseCurrentPopup();
            give_keyboard_back();
        }
        ImGui::EndPopup();
    }
    ImGui::SetCursorScreenPos(after);
}

void InspectorPanel::draw_map(const Snapshot& s, const UiRect& area, Selection& selection,
                              Commands& commands) {
    const auto rows = static_cast<float>(matrix_.rows()), cols = static_cast<float>(matrix_.cols());
    const Figures& all = figures_.all();
    const bool is_signed = all.n == 0 || all.least < 0;
    const HeatMapView fresh = themed_heat_map(is_signed); // the theme may have changed
    view_.look = fresh.look;
    view_.scale = fresh.scale;
    view_.rows = std::min(uploaded_, matrix_.rows());
    view_.cols = matrix_.cols();
    double most = all.n > 0 ? std::max(std::abs(all.least), std::abs(all.greatest)) : 1;
    const double rms = all.n > 0 ? all.norm() / std::sqrt(static_cast<double>(all.n)) : 1;
    clipped_ = is_signed && most > k_rare * rms; // one attention sink would leave all else white
    if (clipped_) most = k_clipped * rms;
    view_.scale.vmax = static_cast<float>(most > 0 ? most : 1);
    view_.scale.vmin = is_signed ? -view_.scale.vmax : 0;
    if (matrix_.name().site == sites_of(attention_of(matrix_.name().site)).pattern && matrix_.of_site())
        view_.scale.gamma = 0.5f; // as in the other panels
    if (!zoomed_ || view_.row1 > rows || view_.col1 > cols) {
        zoomed_ = false;
        view_.row0 = view_.col0 = 0;
        view_.row1 = rows;
        view_.col1 = cols;
    }
    const float cell_width = area.width() / (view_.col1 - view_.col0),
                cell_height = area.height() / (view_.row1 - view_.row0);
    if (std::min(cell_width, cell_height) >= px(8)) view_.look.gap_x = view_.look.gap_y = px(1);
    const HeatMapPlace place{0, area};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    map_.draw(list, {&place, 1}, view_);
    ImGui::SetCursorScreenPos(area.min);
    ImGui::InvisibleButton("map", {std::max(area.width(), 1.0f), std::max(area.height(), 1.0f)});
    put_focus_ring_of_last_item(px(3));
    hovered_.reset();
    if (ImGui::IsItemHovered() || ImGui::IsItemActive()) {
        if (navigate_heat_map(view_, area))
            zoomed_ = view_.row1 - view_.row0 < rows || view_.col1 - view_.col0 < cols;
        hovered_ = heat_map_cell_at({&place, 1}, view_, ImGui::GetMousePos());
        if (hovered_) {
            const CellRef cell = matrix_.cell(hovered_->row, hovered_->col);
            selection.cell.set(cell);
            if (matrix_.positions()) selection.token.set(cell.row);
            if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
                commands.post(command::AskValue{matrix_.label(), cell.head, cell.row, cell.column});
            else if (ImGui::IsItemDeactivated() && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 9)
                commands.post(command::PinCell{matrix_.label(), cell.head, cell.row, cell.column});
        }
    }
    outline(s, list, place, selection);
}

void put_dashes(ImDrawList& list, ImVec2 a, ImVec2 b, ImU32 colour) {
    const float length = std::max(std::abs(b.x - a.x), std::abs(b.y - a.y)), dash = px(4);
    const ImVec2 way{length > 0 ? (b.x - a.x) / length : 0, length > 0 ? (b.y - a.y) / length : 0};
    for (float at = 0; at < length; at += 2 * dash) {
        const float end = std::min(at + dash, length);
        list.AddLine({a.x + way.x * at, a.y + way.y * at}, {a.x + way.x * end, a.y + way.y * end}, colour,
                     std::max(px(1), 1.0f));
    }
}

/// What is in focus, what it comes from, what it feeds, and what is edited.
void InspectorPanel::outline(const Snapshot& s, ImDrawList& list, const HeatMapPlace& place,
                             const Selection& selection) {
    const ImU32 accent = theme().accent;
    const auto rect_of = [&](const InspectedMatrix::Part& part) {
        UiRect r = heat_map_cell_rect(place, view_, part.row0, part.col0);
        r.max = heat_map_cell_rect(place, view_, part.row1 - 1, part.col1 - 1).max;
        const float grow = px(1);
        return UiRect{{r.min.x - grow, r.min.y - grow},
                      {std::max(r.max.x, r.min.x + px(2)) + grow, std::max(r.max.y, r.min.y + px(2)) + grow}};
    };
    list.PushClipRect({place.rect.min.x - px(2), place.rect.min.y - px(2)},
                      {place.rect.max.x + px(2), place.rect.max.y + px(2)}, true);
    for (const CellRange& range : selection.dependents)
        if (const auto part = matrix_.part(range)) {
            const UiRect r = rect_of(*part);
            put_dashes(list, r.min, {r.max.x, r.min.y}, accent);
            put_dashes(list, {r.max.x, r.min.y}, r.max, accent);
            put_dashes(list, {r.min.x, r.max.y}, r.max, accent);
            put_dashes(list, r.min, {r.min.x, r.max.y}, accent);
        }
    for (const CellRange& range : selection.precedents)
        if (const auto part = matrix_.part(range)) {
            const UiRect r = rect_of(*part);
            list.AddRect(r.min, r.max, accent, px(1), 0, std::max(px(1), 1.0f));
        }
    if (const auto& cell = selection.focus())
        if (const auto part = matrix_.part(*cell)) {
            const UiRect r = rect_of(*part);
            list.AddRect(r.min, r.max, accent, px(1), 0, px(2));
        }
    for (const Edit& e : *s.edits)
        if (const auto part = matrix_.part(e.range)) {
            const UiRect r = heat_map_cell_rect(place, view_, part->row0, part->col0);
            put_edit_mark(list, r.min, r.max, s.edits_on);
        }
    list.PopClipRect();
}

/// Behind the point: three significant digits of the largest value or more.
int InspectorPanel::decimals() const {
    const Figures& f = figures_.all();
    const double most = f.n > 0 ? std::max(std::abs(f.least), std::abs(f.greatest)) : 0;
    if (most == 0 || most >= 1) return most >= 100 ? 1 : 2;
    return std::min(2 - static_cast<int>(std::floor(std::log10(most))), 6);
}

void InspectorPanel::number(double x, int decimals) {
    text_.clear();
    const double size = std::abs(x);
    if (size >= 1e6 || (size > 0 && size < 1e-6))
        fmt::format_to(std::back_inserter(text_), "{:.2e}", x);
    else if (std::round(size * std::pow(10, decimals)) == 0) // no "-0.00"
        fmt::format_to(std::back_inserter(text_), "{:.{}f}", 0.0, decimals);
    else
        fmt::format_to(std::back_inserter(text_), "{:.{}f}", x,
                       size >= 1000 ? std::min(decimals, 1) : decimals);
}

void InspectorPanel::draw_numbers(const Snapshot& s, const UiRect& area, const Selection& selection) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *words = font(TextSize::small), *numbers = font(TextSize::small, Face::mono);
    const Figures& f = figures_.all();
    const float heads = matrix_.heads() > 1 && matrix_.of_site() ? px(k_choice) : 0;
    float y = area.min.y;
    const float step = std::clamp(std::floor((area.height() - heads) / 7), px(k_figure), px(20));
    const auto line = [&](std::string_view name, std::string_view value, ImU32 ink) {
        if (y + step > area.max.y - heads + px(1)) return;
        const float behind = area.min.x + measure(words, name).x + px(6);
        const bool fits = area.max.x - std::ceil(measure(numbers, value).x) >=
                          behind; // else in the narrower face, or alone
        ImFont* face = fits ? numbers : words;
        const float left = std::max(area.max.x - std::ceil(measure(face, value).x), area.min.x);
        if (left >= behind)
            put_text_cut(list, {{area.min.x, y}, {area.max.x, y + step}}, words, t.muted, name);
        put_text_cut(list, {{left, y}, {area.max.x + 1, y + step}}, face, ink, value);
        y += step;
    };
    const auto figure = [&](std::string_view name, double value) {
        number(value, decimals());
        line(name, text(), t.text);
    };
    const auto count = [&](std::string_view name, std::size_t n, ImU32 ink) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), "{}", n);
        line(name, text(), ink);
    };
    line("shape", matrix_.shape(), t.text);
    if (f.n > 0) {
        figure("min", f.least);
        figure("max", f.greatest);
        figure("mean", f.mean());
        figure("norm", f.norm());
    }
    if (f.n_nan > 0) count("NaN", f.n_nan, t.bad_text);
    if (f.n_infinite > 0) count("infinite", f.n_infinite, t.bad_text);
    if (!figures_.complete())
        count("% read", static_cast<std::size_t>(100 * figures_.progress()), t.accent_text);
    ImGui::SetCursorScreenPos(area.min);
    ImGui::InvisibleButton("figures", {area.width(), std::max(y - area.min.y, 1.0f)});
    put_focus_ring_of_last_item(px(3));
    if (ImGui::IsItemHovered()) {
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) zoomed_ = false;
        text_.clear();
        fmt::format_to(std::back_inserter(text_),
                       "{}\nmin {:.9g}\nmax {:.9g}\nmean {:.9g}\nnorm {:.9g}\n{} values", matrix_.label(),
                       f.least, f.greatest, f.mean(), f.norm(), f.n);
        tooltip(text());
    }
    if (heads > 0 && area.height() >= step + heads)
        draw_heads(s, {{area.min.x, area.max.y - heads}, area.max}, selection);
}

/// Which head, below the figures.
void InspectorPanel::draw_heads(const Snapshot& s, const UiRect& area, const Selection& selection) {
    text_.clear();
    if (matrix_.masks()) {
        fmt::format_to(std::back_inserter(text_), "head {} of {}", matrix_.head(), matrix_.heads());
        put_text_cut(*ImGui::GetWindowDrawList(), area, font(TextSize::small), theme().muted, text());
        return;
    }
    fmt::format_to(std::back_inserter(text_), "{} {}##one", matrix_.head_word(),
                   matrix_.head_for(s.config(), selection.head_in_view().head));
    text_.push_back('\0');
    const std::array<const char*, 2> options = {"all", text_.data()};
    int choice = one_head_ ? 1 : 0;
    ImGui::SetCursorScreenPos(area.min);
    if (segmented("heads", choice, options, ControlSize::small)) one_head_ = choice == 1;
}

/// The number under the mouse, else what the colours mean.
void InspectorPanel::draw_line(const Snapshot& s, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    text_.clear();
    const auto out = std::back_inserter(text_);
    if (hovered_) {
        const std::span<const float> row = matrix_.row(hovered_->row);
        const auto col = static_cast<std::size_t>(hovered_->col);
        const bool masked = matrix_.masks() && (col >= row.size() || row[col] == k_masked_cell);
        if (masked)
            fmt::format_to(out, "masked");
        else
            fmt::format_to(out, "{:.5g}", row[col]);
        const CellRef cell = matrix_.cell(hovered_->row, hovered_->col);
        fmt::format_to(out, "   row {}", cell.row);
        const Axis rows = matrix_.of_site() ? row_axis(cell.site) : Axis::one;
        if (rows == Axis::pos) fmt::format_to(out, " {}", token_labels().alone(s.run().token(cell.row)));
        if (rows == Axis::source)
            fmt::format_to(out, " {} of the source", token_labels().alone(s.source_run.token(cell.row)));
        if (cell.head >= 0) fmt::format_to(out, ", {} {}", matrix_.head_word(), cell.head);
        fmt::format_to(out, ", column {}", cell.column);
        if (const Attention attention = attention_of(cell.site);
            matrix_.masks() && cell.column < n_keys_in_view(s, attention))
            fmt::format_to(out, " {}{}", token_labels().alone(key_run(s, attention).token(cell.column)),
                           attention == Attention::cross ? " of the source" : "");
        put_text_cut(list, area, font(TextSize::small), t.text, text());
        return;
    }
    const float per_x = (view_.col1 - view_.col0) / std::max(area.width(), 1.0f);
    char least[24], greatest[24];
    *fmt::format_to_n(least, sizeof least - 1, "{}{:.3g}", clipped_ ? "≤ " : "", view_.scale.vmin).out = 0;
    *fmt::format_to_n(greatest, sizeof greatest - 1, "{}{:.3g}", clipped_ ? "≥ " : "", view_.scale.vmax).out =
        0;
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float legend = measure(numbers, least).x + measure(numbers, greatest).x +
                         measure(font(TextSize::small), "values").x + px(80 + 4 * 8);
    float left = area.min.x;
    if (legend <= area.width()) {
        ImGui::SetCursorScreenPos({left, area.min.y + px(1)});
        colour_legend({"values", least, greatest, matrix_.masks() && legend + px(90) <= area.width()},
                      view_.scale);
        left = ImGui::GetItemRectMax().x + px(8);
    }
    std::array<std::size_t, 4> ends{}; // where it can be cut, if there is no room for all
    std::size_t n_ends = 0;
    const auto say = [&](const char* words, auto... numbers) {
        fmt::format_to(out, fmt::runtime(words), numbers...);
        ends[n_ends++] = text_.size();
    };
    const bool pooled = map_.pooled() || per_x > 1.01f;
    if (clipped_) say("clipped"), say(" at {} rms", k_clipped);
    if (pooled) say(clipped_ ? "; max-pooled" : "max-pooled");
    if (per_x > 1.01f) say(": {:.1f} columns a pixel", per_x);
    while (n_ends > 0 &&
           measure(font(TextSize::small), text().substr(0, ends[n_ends - 1])).x > area.max.x - left)
        --n_ends;
    if (n_ends == 0) return;
    put_text_cut(list, {{left, area.min.y}, area.max}, font(TextSize::small), t.muted,
                 text().substr(0, ends[n_ends - 1]));
}

} // namespace

std::unique_ptr<Panel> make_inspector_panel() { return std::make_unique<InspectorPanel>(); }

} // namespace gf::ui
