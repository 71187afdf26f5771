#include "app/panels/lens/lens_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/lens/lens_curves.h"
#include "app/panels/lens/lens_formula.h"
#include "app/panels/lens/lens_grid.h"
#include "app/view/panel_options.h"
#include "app/widgets/cell_numbers.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/tooltip.h"
#include "platform/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf::ui {
namespace {

constexpr std::size_t k_budget = std::size_t{5}
                                 << 19; ///< values read in a frame, for the grid and for the place
constexpr float k_least_with_curves = 820, k_curves_gap = 24, k_legend = 40, k_layer_gap = 6,
                k_highest_line = 46, k_least_line = 3; // design lengths

struct LensOptions {
    bool attention = true;   ///< with a line behind each attention
    bool all_tokens = false; ///< all columns, however narrow
    double point = -1;       ///< the point in view, counted from the embedding; -1: the last one
    std::string pins;        ///< ids of tokens whose curves stay: "12 403"
    static void fields(auto& options, auto visit) {
        visit("attention", options.attention, {.words = k_off_on});
        visit("all_tokens", options.all_tokens, {.words = k_off_on});
        visit("point", options.point, {.least = -1, .greatest = 1 << 20});
        visit("pins", options.pins);
    }
};

/// @throws Error for anything but numbers with spaces between them
std::vector<int> pins_of(const std::string& text) {
    std::vector<int> pins;
    const char *at = text.data(), *end = at + text.size();
    while (at != end) {
        if (*at == ' ') {
            ++at;
            continue;
        }
        int token = 0;
        const auto [next, error] = std::from_chars(at, end, token);
        if (error != std::errc() || token < 0 || (next != end && *next != ' '))
            throw Error(
                {"view Lens: 'pins'", "ids of tokens with spaces between them", "'" + text + "'", ""});
        pins.push_back(token);
        at = next;
    }
    return pins;
}

class LensPanel : public PanelWithOptions<LensOptions> {
  public:
    const char* title() const override { return "Lens"; }
    const char* about() const override { return "what the model would say if it stopped at each layer"; }
    bool shows_values() const override { return false; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  protected:
    void take_option(std::string_view name) override {
        if (name == "pins") pins_ = pins_of(options_.pins);
    }

  private:
    void draw_header(bool fit, Commands& commands);
    void choose_slots(const View& view, int token, float left, float right);
    void place_lines(float top, float bottom);
    void draw_pictures(const View& view, Selection& selection, Commands& commands, const UiRect& area);
    void draw_legend(const View& view, const UiRect& area);
    void explain(const View& view, Selection& selection, int row, int point);

    LogitLens lens_;
    LensRow place_;
    LensGrid grid_;
    LensCurves curves_;
    std::vector<LensLine> lines_;
    std::vector<float> edges_;
    std::vector<int> pins_, shown_pins_; ///< as the option has them; those that the model knows
    TokenSlots slots_;
    int last_token_ = -1; ///< in view when the columns were chosen
    struct Explained {    ///< what spelling_ is of
        std::weak_ptr<const Trace> run;
        int row = -1, point = -1;
    } explained_;
    std::shared_ptr<const Spelling> spelling_;
    LineBuffer line_;
};

void LensPanel::draw_header(bool fit, Commands& commands) {
    const char *attention = options_.attention ? "Without attention" : "With attention",
               *columns = options_.all_tokens ? "Wide columns" : "All tokens";
    const float width = header_button_width(attention) + (fit ? 0 : px(8) + header_button_width(columns));
    const HeaderPlace place = header_place_beside(title(), width);
    panel_header(
        title(),
        "what would the model say if it stopped here? the stream at each point, read by the output's own "
        "norm and words",
        place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    const auto flip = [&](const char* option, bool now) {
        commands.post(command::SetView{"Lens", option, now ? "off" : "on"});
    };
    if (!fit) {
        if (header_button("columns", columns)) flip("all_tokens", options_.all_tokens);
        tooltip("All tokens at once without words, or columns that have room for words");
        ImGui::SameLine(0, px(8));
    }
    if (header_button("attention", attention)) flip("attention", options_.attention);
    tooltip("With or without the lines between attention and MLP");
}

/// Columns of one width: all tokens where words have room, else those around the token in view.
void LensPanel::choose_slots(const View& v, int token, float left, float right) {
    const int room = std::max(1, static_cast<int>((right - left) / LensGrid::least_column())),
              n = options_.all_tokens ? v.cursor : std::min(v.cursor, room);
    int first = std::clamp(slots_.first, 0, v.cursor - n);
    if (token != last_token_ || token < first) first = std::clamp(first, std::max(0, token - n + 1), token);
    if (token >= first + n) first = token - n + 1;
    last_token_ = token;
    const float width = std::min((right - left) / static_cast<float>(n), px(72));
    edges_.clear();
    for (int i = 0; i <= n; ++i) edges_.push_back(std::floor(left + width * static_cast<float>(i)));
    slots_ = {first, edges_, tokens_per_label(width)};
}

/// A line for each point, the points of a layer together. Lines that have no room are left out from the top.
void LensPanel::place_lines(float top, float bottom) {
    lines_.clear();
    const std::vector<StreamPoint>& points = lens_.points();
    for (int i = 0; i < lens_.n_points(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const bool ends_layer = at + 1 == points.size() || points[at + 1].layer != points[at].layer;
        if (options_.attention || ends_layer) lines_.push_back({i, 0, 0});
    }
    const auto n_gaps = [&] {
        float n = 0;
        for (std::size_t i = 1; i < lines_.size(); ++i)
            n += lens_.points()[static_cast<std::size_t>(lines_[i].point)].layer !=
                 lens_.points()[static_cast<std::size_t>(lines_[i - 1].point)].layer;
        return n;
    };
    const auto height = [&] {
        return (bottom - top - px(k_layer_gap) * n_gaps()) / static_cast<float>(lines_.size());
    };
    while (lines_.size() > 2 && height() < px(k_least_line)) lines_.erase(lines_.begin());
    if (lines_.empty()) return;
    const float each = std::clamp(std::floor(height()), 1.0f, px(k_highest_line));
    float y = top;
    int layer = points[static_cast<std::size_t>(lines_.front().point)].layer;
    for (LensLine& line : lines_) {
        const int own = points[static_cast<std::size_t>(line.point)].layer;
        if (own != layer) y += px(k_layer_gap);
        layer = own;
        line.top = y;
        line.bottom = y += each;
    }
}

void LensPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const ImVec2 start = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    if (v.cursor < 1 || !v.config().has_logits()) {
        panel_header(title(), about());
        if (v.cursor >= 1)
            wrapped_text("This run gives no logits: there is nothing that its stream could be read by. In a "
                         "model that "
                         "predicts tokens, every layer's stream can be read as if it were the last.",
                         room.x, theme().muted);
        return;
    }
    const float width = std::max(room.x, px(260)), height = std::max(room.y, px(140));
    const bool has_curves = width >= px(k_least_with_curves);
    const UiRect area{start, {start.x + width, start.y + height}};
    const float right = area.max.x - (has_curves ? LensCurves::width() + px(k_curves_gap) : 0);
    const int token = std::max(selection.token_in_view(v.cursor), 0);
    choose_slots(v, token, area.min.x + LensGrid::left_margin(), right);
    draw_header(v.cursor <= static_cast<int>((right - area.min.x - LensGrid::left_margin()) /
                                             LensGrid::least_column()),
                commands);
    const RunView values{.trace = v.run.trace, .rows = v.cursor};
    lens_.begin_at(slots_.first);
    place_.look_at(values, token);
    // Two statements: both go on in every frame.
    const bool place_is_read = place_.advance(k_budget), all_read = lens_.advance(values, k_budget);
    if (!place_is_read || !all_read) request_frame();
    draw_pictures(v, selection, commands, {{area.min.x, ImGui::GetCursorScreenPos().y + px(4)}, area.max});
    ImGui::SetCursorScreenPos(start);
    ImGui::Dummy({width, height});
}

void LensPanel::draw_pictures(const View& v, Selection& selection, Commands& commands, const UiRect& area) {
    place_lines(area.min.y + LensGrid::head_height(), area.max.y - LensGrid::foot_height() - px(k_legend));
    if (lines_.empty()) return;
    const int last = lens_.n_points() - 1, token = last_token_,
              point = options_.point < 0 ? last : std::min(static_cast<int>(options_.point), last);
    shown_pins_.clear();
    for (const int pin : pins_)
        if (pin < v.config().d_vocab) shown_pins_.push_back(pin);
    const LensScene scene{v, selection, commands, lens_, place_, lines_, token, point, shown_pins_};
    const int hidden = v.cursor - slots_.count();
    const HiddenNote note(hidden > 0 ? line_("{} of {} tokens hidden", hidden, v.cursor) : "",
                          {{area.min.x, area.min.y - px(6)}, {slots_.edges.back(), area.max.y}});
    const auto hovered = grid_.draw(scene, slots_);
    note.draw();
    if (note.is_pressed()) commands.post(command::SetView{"Lens", "all_tokens", "on"});
    const bool has_curves = area.width() >= px(k_least_with_curves);
    if (has_curves) curves_.draw(scene, {{area.max.x - LensCurves::width(), area.min.y}, area.max});
    const float top = lines_.back().bottom + LensGrid::foot_height() + px(4);
    const float right = has_curves ? area.max.x - LensCurves::width() - px(k_curves_gap) : area.max.x;
    if (top + px(k_legend) - px(6) <= area.max.y)
        draw_legend(v, {{slots_.edges.front(), top}, {right, area.max.y}});
    if (hovered)
        explain(v, selection, hovered->row, hovered->point);
    else if (options_.point >= 0 && !selection.pinned_cell && !selection.token.get())
        explain(v, selection, token, point);
}

void LensPanel::draw_legend(const View& v, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImGui::SetCursorScreenPos({area.min.x, area.min.y + px(2)});
    colour_legend({"probability of the guess", "0", "1", false, "logit lens"}, themed_heat_map(false).scale);
    const float x = ImGui::GetItemRectMax().x + px(16);
    draw_text_cut(
        list, {{x, area.min.y}, {area.max.x, area.min.y + px(18)}}, font(TextSize::small), t.muted,
        "bold: what the output says   #7: rank of the output's word here   line: below it the guess no "
        "longer changes");
    draw_text_cut(
        list, {{area.min.x, area.min.y + px(18)}, {area.max.x, area.min.y + px(36)}}, font(TextSize::small),
        t.muted,
        v.weights().config.tied_embeddings
            ? "Raw: assumes that every layer speaks the output's language. Row 1 names its own token: words "
              "are read and written by one table (tied embeddings)."
            : "Raw: assumes that every layer already speaks the output's language.");
}

/// The guess at a place as a formula, for the formula bar.
void LensPanel::explain(const View& v, Selection& selection, int row, int point) {
    const bool same =
        explained_.run.lock() == v.run.trace && explained_.row == row && explained_.point == point;
    if (!same) {
        // The mouse came to another token in this frame: the next one reads it.
        if (place_.row() != row || !place_.is_complete()) return request_frame();
        explained_ = {v.run.trace, row, point};
        spelling_ = std::make_shared<Spelling>(spell_lens(v.run, place_, point, place_.guess(point)));
    }
    selection.derived.set(spelling_);
}

} // namespace

std::unique_ptr<Panel> make_lens_panel() { return std::make_unique<LensPanel>(); }

} // namespace gf::ui
