#include "app/panels/inspector/inspector_panel.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/panels/inspector/axis_words.h"
#include "app/panels/inspector/histogram.h"
#include "app/panels/inspector/inspector_map.h"
#include "app/panels/inspector/name_search.h"
#include "app/view/attention_rows.h"
#include "app/view/not_kept_notice.h"
#include "app/view/panel_options.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/icons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/popup.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/words/term_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_numbers_width = 104, k_caption_height = 18, k_head_choice_height = 20;
constexpr float k_min_histogram_height = 50, k_max_histogram_height = 140;
constexpr float k_min_number_height = 16, k_max_number_height = 20; ///< of one line of the numbers
// A panel that is smaller leaves these parts out.
constexpr float k_min_width_for_numbers = 220;
constexpr float k_min_height_for_meanings = 215;
constexpr float k_min_height_for_histogram = 132, k_min_height_for_caption = 70;

constexpr std::size_t k_max_small_matrix = 1 << 22; ///< in values
// Values that are read and uploaded in one frame. A large matrix gets all the time that a frame has.
constexpr std::size_t k_read_budget = 160'000, k_upload_budget = 400'000, k_large_matrix_budget = 1'000'000;

/// The name without as many of its first parts as there is no room for: "attn.hook_pattern".
std::string_view name_that_fits(std::string_view name, float room) {
    while (measure(font(TextSize::body), name).x > room) {
        const std::size_t point = name.find('.');
        if (point == std::string_view::npos) break;
        name.remove_prefix(point + 1);
    }
    return name;
}

constexpr std::array<std::string_view, 2> k_head_words{"side by side", "one"};

struct InspectorOptions {
    bool one_head = false; ///< show one head alone instead of all side by side
    static void fields(auto& options, auto visit) {
        visit("heads", options.one_head, {.words = k_head_words});
    }
};

class InspectorPanel : public PanelWithOptions<InspectorOptions> {
  public:
    const char* title() const override { return "Inspector"; }
    const char* about() const override { return "any site or parameter: map, figures, histogram"; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void read_values(const View& view, const Selection& selection);
    void draw_header(const View& view, const Selection& selection, Commands& commands);
    void draw_name_popup(const View& view, const UiRect& button, Commands& commands);
    void draw_numbers(const View& view, const UiRect& area, const Selection& selection);
    void draw_meanings(const View& view);
    void draw_numbers_tooltip(std::string_view figure);
    const Term& term_of_matrix(const View& view) const;
    void draw_head_choice(const View& view, const UiRect& area, const Selection& selection);
    void write_number(double x);
    int n_decimals() const;
    std::string_view text() const { return {text_.data(), text_.size()}; }

    InspectedMatrix matrix_;
    MatrixStatistics statistics_;
    InspectorMap map_;
    NameSearch search_;
    fmt::memory_buffer text_;
};

/// The term for one of the figures. "norm" alone is what layers do to a token's numbers.
const Term& term_of_figure(std::string_view figure) {
    return term(figure == "norm" ? "Euclidean norm" : figure);
}

const Term& InspectorPanel::term_of_matrix(const View& v) const {
    const InspectedName& name = matrix_.name();
    return name.param < 0 ? term_of(name.site)
                          : term_of(v.weights().table[static_cast<std::size_t>(name.param)].role);
}

/// Brings statistics and map up to date, only a part of them in each frame where there is much.
void InspectorPanel::read_values(const View& v, const Selection& selection) {
    const InspectedName name = inspected_name(v, selection);
    int head = options_.one_head || has_key_axis(name.site) ? selection.head_in_view().head : -1;
    // Scores and patterns follow the head of the cell in focus.
    const auto& focus = selection.focus();
    if (has_key_axis(name.site) && focus && focus->param < 0 && focus->site == name.site &&
        focus->layer == name.layer)
        head = focus->head;
    if (matrix_.update(v, name, head)) {
        statistics_.clear();
        map_.clear();
    }
    if (!matrix_.kept()) return;
    const auto n_cols = static_cast<std::size_t>(std::max(matrix_.n_cols(), 1));
    const bool is_small = static_cast<std::size_t>(matrix_.n_rows()) * n_cols <= k_max_small_matrix;
    statistics_.update(matrix_.n_rows(), matrix_.has_mask(), is_small ? k_read_budget : k_large_matrix_budget,
                       [this](int row) { return matrix_.row(row); });
    const bool is_uploaded = map_.upload(v, matrix_, is_small ? k_upload_budget : k_large_matrix_budget);
    if (!statistics_.complete() || !is_uploaded) request_frame();
}

void InspectorPanel::draw(const View& v, Selection& selection, Commands& commands) {
    read_values(v, selection);
    draw_header(v, selection, commands);
    if (!matrix_.kept()) {
        draw_not_kept_notice(v, matrix_.name().layer);
        return;
    }
    if (ImGui::GetContentRegionAvail().y >= px(k_min_height_for_meanings)) draw_meanings(v);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    if (room.x < px(40) || room.y < px(24)) return;
    // The map with its caption, to its right the numbers, below all the histogram.
    const float numbers = room.x >= px(k_min_width_for_numbers) ? px(k_numbers_width) : 0, gap = px(10);
    const float histogram =
        room.y >= px(k_min_height_for_histogram)
            ? std::clamp(std::floor(room.y * 0.26f), px(k_min_histogram_height), px(k_max_histogram_height))
            : 0;
    const float caption = room.y >= px(k_min_height_for_caption) ? px(k_caption_height) : 0;
    const float bottom = at.y + room.y - histogram - (histogram > 0 ? px(6) : 0);
    const UiRect map{
        at,
        {at.x + room.x - numbers - (numbers > 0 ? gap : 0), bottom - caption - (caption > 0 ? px(2) : 0)}};
    map_.draw(v, matrix_, statistics_.all(), map, selection, commands);
    if (numbers > 0) draw_numbers(v, {{map.max.x + gap, at.y}, {at.x + room.x, map.max.y}}, selection);
    if (caption > 0) map_.draw_caption(v, matrix_, {{at.x, bottom - caption}, {at.x + room.x, bottom}});
    if (histogram > 0)
        draw_histogram(statistics_, {{at.x, at.y + room.y - histogram}, {at.x + room.x, at.y + room.y}});
}

/// What rows and columns are, on a line above the map.
void InspectorPanel::draw_meanings(const View& v) {
    text_.clear();
    write_axis_words(matrix_, v, text_);
    ImFont* face = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos(), size{available_width(), face->FontSize};
    ImGui::Dummy(size);
    draw_text_cut(*ImGui::GetWindowDrawList(), {at, {at.x + size.x, at.y + size.y}}, face, theme().muted,
                  text());
}

/// The name in the header is a button that opens the search.
void InspectorPanel::draw_header(const View& v, const Selection& selection, Commands& commands) {
    panel_caption_line();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float right = at.x + ImGui::GetContentRegionAvail().x;
    panel_header("Inspector", "", right - at.x);
    const ImVec2 after = ImGui::GetCursorScreenPos();
    const Theme& t = theme();
    ImFont *bold = font(TextSize::body, Face::bold), *body = font(TextSize::body);
    const float left = at.x + std::ceil(measure(bold, "Inspector").x) + px(4), arrow = px(22);
    ImGui::SetCursorScreenPos({left, at.y});
    const float most = std::max(right - left, 1.0f);
    const std::string_view name = name_that_fits(matrix_.label(), most - px(6) - arrow);
    const float width = std::clamp(std::ceil(measure(body, name).x) + px(6) + arrow, 1.0f, most);
    const ButtonItem item = button_item("name", {width, bold->FontSize});
    if (item.seen) {
        ImDrawList& list = *ImGui::GetWindowDrawList();
        if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(4));
        draw_text_cut(list, {{left + px(6), item.box.min.y}, {item.box.max.x - arrow, item.box.max.y}}, body,
                      t.muted, name);
        draw_icon(list, Icon::chevron_down, {item.box.max.x - px(11), item.box.center().y}, px(9), t.muted);
        draw_focus_ring(item, px(4));
        if (shows_term_tooltip()) { // the name may be cut
            text_.clear();
            fmt::format_to(std::back_inserter(text_), "{}\n{}", matrix_.label(),
                           selection.inspected.empty()
                               ? "follows what is in focus: click to choose a site or parameter to keep"
                               : "click: another site or parameter, or what is in focus");
            term_tooltip(term_of_matrix(v), text());
        }
    }
    if (item.pressed) ImGui::OpenPopup("names");
    draw_name_popup(v, item.box, commands);
    ImGui::SetCursorScreenPos(after);
}

void InspectorPanel::draw_name_popup(const View& v, const UiRect& button, Commands& commands) {
    const float width = std::min(px(380), ImGui::GetIO().DisplaySize.x - px(32));
    if (begin_popup_beside("names", button)) {
        if (const auto chosen = search_.draw(v.run.model, width)) {
            commands.post(command::Inspect{*chosen});
            ImGui::CloseCurrentPopup();
            give_keyboard_back();
        }
        ImGui::EndPopup();
    }
}

/// How many decimals show three significant digits or more of the largest value.
int InspectorPanel::n_decimals() const {
    const ValueStatistics& all = statistics_.all();
    const double largest = all.n > 0 ? std::max(std::abs(all.least), std::abs(all.greatest)) : 0;
    if (largest == 0 || largest >= 1) return largest >= 100 ? 1 : 2;
    return std::min(2 - static_cast<int>(std::floor(std::log10(largest))), 6);
}

void InspectorPanel::write_number(double x) {
    text_.clear();
    const int decimals = n_decimals();
    const double size = std::abs(x);
    if (size >= 1e6 || (size > 0 && size < 1e-6))
        fmt::format_to(std::back_inserter(text_), "{:.2e}", x);
    else if (std::round(size * std::pow(10, decimals)) == 0) // no "-0.00"
        fmt::format_to(std::back_inserter(text_), "{:.{}f}", 0.0, decimals);
    else
        fmt::format_to(std::back_inserter(text_), "{:.{}f}", x,
                       size >= 1000 ? std::min(decimals, 1) : decimals);
}

/// Draws shape and statistics as lines of a name and a number, and below them the choice of a head.
void InspectorPanel::draw_numbers(const View& v, const UiRect& area, const Selection& selection) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *words = font(TextSize::small), *numbers = font(TextSize::small, Face::mono);
    const ValueStatistics& all = statistics_.all();
    const float choice = matrix_.n_heads() > 1 && matrix_.is_site() ? px(k_head_choice_height) : 0;
    float y = area.min.y;
    std::string_view hovered = "shape"; // the figure on whose line the mouse is
    const float line_height = std::clamp(std::floor((area.height() - choice) / 7), px(k_min_number_height),
                                         px(k_max_number_height));
    const auto draw_line = [&](std::string_view name, std::string_view value, ImU32 ink) {
        if (y + line_height > area.max.y - choice + px(1)) return;
        // Without room for both the number takes the narrower face, and then stands alone.
        const float name_end = area.min.x + measure(words, name).x + px(6);
        const bool has_room = area.max.x - std::ceil(measure(numbers, value).x) >= name_end;
        ImFont* face = has_room ? numbers : words;
        const float left = std::max(area.max.x - std::ceil(measure(face, value).x), area.min.x);
        if (left >= name_end)
            draw_text_cut(list, {{area.min.x, y}, {area.max.x, y + line_height}}, words, t.muted, name);
        draw_text_cut(list, {{left, y}, {area.max.x + 1, y + line_height}}, face, ink, value);
        if (ImGui::GetMousePos().y >= y && name != "% read") hovered = name;
        y += line_height;
    };
    const auto draw_number = [&](std::string_view name, double value) {
        write_number(value);
        draw_line(name, text(), t.text);
    };
    const auto draw_count = [&](std::string_view name, std::size_t n, ImU32 ink) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), "{}", n);
        draw_line(name, text(), ink);
    };
    draw_line("shape", matrix_.shape(), t.text);
    if (all.n > 0) {
        draw_number("min", all.least);
        draw_number("max", all.greatest);
        draw_number("mean", all.mean());
        draw_number("norm", all.norm());
    }
    if (all.n_nan > 0) draw_count("NaN", all.n_nan, t.bad_text);
    if (all.n_infinite > 0) draw_count("infinite", all.n_infinite, t.bad_text);
    if (!statistics_.complete())
        draw_count("% read", static_cast<std::size_t>(100 * statistics_.progress()), t.accent_text);
    ImGui::SetCursorScreenPos(area.min);
    ImGui::InvisibleButton("figures", {area.width(), std::max(y - area.min.y, 1.0f)});
    draw_focus_ring_of_last_item(px(3));
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) map_.show_all();
    if (shows_term_tooltip()) draw_numbers_tooltip(hovered);
    if (choice > 0 && area.height() >= line_height + choice)
        draw_head_choice(v, {{area.min.x, area.max.y - choice}, area.max}, selection);
}

void InspectorPanel::draw_numbers_tooltip(std::string_view figure) {
    const ValueStatistics& all = statistics_.all();
    text_.clear();
    fmt::format_to(std::back_inserter(text_),
                   "{}\nmin {:.9g}\nmax {:.9g}\nmean {:.9g}\nnorm {:.9g}\n{} values", matrix_.label(),
                   all.least, all.greatest, all.mean(), all.norm(), all.n);
    term_tooltip(term_of_figure(figure), text());
}

/// Draws what chooses between all heads and one; of scores and patterns, which head they are of.
void InspectorPanel::draw_head_choice(const View& v, const UiRect& area, const Selection& selection) {
    text_.clear();
    if (matrix_.has_mask()) {
        fmt::format_to(std::back_inserter(text_), "head {} of {}", matrix_.head(), matrix_.n_heads());
        draw_text_cut(*ImGui::GetWindowDrawList(), area, font(TextSize::small), theme().muted, text());
        return;
    }
    fmt::format_to(std::back_inserter(text_), "{} {}##one", matrix_.head_word(),
                   matrix_.head_for_query_head(v.config(), selection.head_in_view().head));
    text_.push_back('\0');
    const std::array<const char*, 2> options = {"all", text_.data()};
    int choice = options_.one_head ? 1 : 0;
    ImGui::SetCursorScreenPos(area.min);
    if (segmented_control("heads", choice, options, ControlSize::small)) options_.one_head = choice == 1;
}

} // namespace

std::unique_ptr<Panel> make_inspector_panel() { return std::make_unique<InspectorPanel>(); }

} // namespace gf::ui
