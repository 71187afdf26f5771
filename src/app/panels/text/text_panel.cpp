#include "app/panels/text/text_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/text/alternatives_menu.h"
#include "app/panels/text/branch_tree.h"
#include "app/panels/text/expert_marks.h"
#include "app/panels/text/leak_marks.h"
#include "app/panels/text/source_line.h"
#include "app/panels/text/surprisal_legend.h"
#include "app/panels/text/text_token.h"
#include "app/panels/text/token_annotations.h"
#include "app/panels/text/token_lines.h"
#include "app/panels/text/token_outlines.h"
#include "app/panels/text/token_tooltip.h"
#include "app/view/panel_options.h"
#include "app/view/sampling_preview.h"
#include "app/view/token_labels.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/token_chip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace gf::ui {
namespace {

struct TextOptions {
    TextTint tint = TextTint::surprisal;
    static void fields(auto& options, auto visit) { visit("tint", options.tint); }
};

class TextPanel : public PanelWithOptions<TextOptions> {
  public:
    const char* title() const override { return "Text"; }
    const char* about() const override { return "the text as tokens, tinted by surprisal; branches"; }
    bool always_shows_text() const override { return true; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void let_go_of_leak(const View& view, Commands& commands);
    void draw_source(const View& view, Selection& selection, Commands& commands);
    void lay_out(const View& view);
    void draw_lines(const View& view, Selection& selection, Commands& commands);
    int first_token_to_draw(const View& view, int line, float next_width) const;
    void scroll(const View& view, const Selection& selection);
    void scroll_to(int line);
    void draw_token(const View& view, int position, Selection& selection, Commands& commands);
    void draw_next_token(const View& view, Commands& commands);
    void draw_annotations(const View& view, const UiRect* next);
    void draw_legend(ImVec2 at, Commands& commands);
    int n_lines() const { return lines_.count() + next_has_own_line_; }
    float line_offset(int line) const { return layout_.line_height * static_cast<float>(line); }

    TokenLines lines_;
    std::vector<PlacedToken> visible_tokens_; ///< of this frame
    AlternativesMenu alternatives_menu_;
    BranchTree tree_;
    SourceLine source_;
    // What is shown in this frame; neither: surprisals.
    std::optional<LeakMarks> leak_;
    std::optional<std::pair<std::shared_ptr<const Model>, std::string>> leak_of_; ///< model and prompt
    std::optional<ExpertMarks> experts_;

    /// Where things are in this frame, in pixels of the screen.
    struct Layout {
        ImVec2 origin, room; ///< the inside of the panel, without the source
        TextSize text_size = TextSize::title;
        float line_height = 0;      ///< of the tokens with what is printed above and below
        float above = 0, below = 0; ///< room for surprisals and for origins; 0: none
        int n_visible_lines = 1;
        float text_top = 0, text_left = 0, text_right = 0;
        float tree_left = 0, tree_right = 0; ///< equal: there is no tree
        float legend_left = 0;               ///< 0: no room for it
    };
    Layout layout_;
    bool next_has_own_line_ = false; ///< what comes next stands below the text, not behind it

    float wheel_remainder_ = 0; ///< turns of the wheel that did not make a whole line yet
    int first_visible_line_ = 0;
    // What the text was scrolled for.
    int shown_cursor_ = -1, shown_pin_ = -1, shown_lines_ = 0, shown_visible_lines_ = 0;
    std::shared_ptr<const Trace> shown_trace_;
};

/// Whether a range is about the token at a position: its row, its weight or score as a key, or its row in the
/// table of embeddings.
bool is_about_token(const CellRange& r, int position, const View& v) {
    if (r.param >= 0)
        return v.weights().table[static_cast<std::size_t>(r.param)].role == Role::embed &&
               is_within(v.run.token(position), r.row_begin, r.row_end);
    if (row_axis(r.site) == Axis::pos && is_within(position, r.row_begin, r.row_end)) return true;
    const int first_key = v.trace().plan(position).segment_begin;
    return site_row(r.site).axes.back() == Axis::key &&
           is_within(position - first_key, r.column_begin, r.column_end);
}

bool has_surprisal(const View& v) { return v.config().continues_text(); }

/// How surprising the next token is, in bits.
double surprisal_of_next(const View& v) {
    sampling_preview().update(v, v.cursor);
    return -std::log2(probability(sampling_preview().step(), 0, next_token(v)));
}

/// "Text", or which run it is of.
std::string_view title_of_text() {
    return panel_caption().empty() ? std::string_view("Text") : std::string_view(panel_caption());
}

/// The width of the titles at the left, with the space behind them.
float title_width(const View& v) {
    ImFont* f = font(TextSize::body, Face::bold);
    return std::ceil(std::max(measure(f, v.source ? "Source" : "Text").x, measure(f, title_of_text()).x)) +
           px(18);
}

/// How far lines may reach into the panel's padding above and below, at most `wanted` pixels: beside another
/// run there is none.
float overhang_of(ImVec2 content, float wanted) {
    return std::clamp(content.y - inside_of_window().min.y, 0.0f, wanted);
}

/// The source stands above the text where two lines have room, else in front of it. Leaves the cursor where
/// the text begins.
void TextPanel::draw_source(const View& v, Selection& selection, Commands& commands) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const float overhang = overhang_of(at, px(4));
    const float tokens_left = at.x + title_width(v);
    const auto largest_size_for = [&](float n_lines) {
        for (const TextSize size : {TextSize::title, TextSize::body})
            if (n_lines * std::ceil(text_token_height(size)) <= room.y + 2 * overhang) return size;
        return TextSize::small;
    };
    TextSize size = largest_size_for(2);
    if (const float line = std::ceil(text_token_height(size)); 2 * line <= room.y + 2 * overhang) {
        const UiRect above{{at.x, at.y - overhang}, {at.x + room.x, at.y - overhang + line}};
        source_.draw(v, selection, commands, above, tokens_left, size);
        ImGui::SetCursorScreenPos({at.x, at.y + line - overhang});
        return;
    }
    size = largest_size_for(1);
    const float line = std::ceil(text_token_height(size)), top = std::floor(at.y + (room.y - line) / 2);
    const float width = std::floor(std::min(tokens_left - at.x + SourceLine::width(v, size), room.x * 0.45f));
    source_.draw(v, selection, commands, {{at.x, top}, {at.x + width, top + line}}, tokens_left, size);
    ImGui::SetCursorScreenPos({at.x + width + px(24), at.y});
}

/// What a line of the text may be, from the most telling form on.
struct LineForm {
    TextSize size;
    bool has_numbers, has_origins;
};
constexpr std::array<LineForm, 8> k_line_forms{{{TextSize::title, true, true},
                                                {TextSize::title, true, false},
                                                {TextSize::body, true, true},
                                                {TextSize::body, true, false},
                                                {TextSize::small, true, false},
                                                {TextSize::title, false, false},
                                                {TextSize::body, false, false},
                                                {TextSize::small, false, false}}};

/// From left to right: the title, the text, the tree of branches, the legend. The text has the first of the
/// forms of which a line fits.
void TextPanel::lay_out(const View& v) {
    Layout& l = layout_;
    l.origin = ImGui::GetCursorScreenPos();
    l.room = ImGui::GetContentRegionAvail();
    const float overhang = overhang_of(l.origin, px(6));
    for (const LineForm& form : k_line_forms) {
        if (!has_surprisal(v) && form.has_numbers) continue;
        l.text_size = form.size;
        l.above = form.has_numbers ? surprisal_row_height() : 0;
        l.below = form.has_origins ? origin_row_height() : 0;
        l.line_height = std::ceil(text_token_height(form.size)) + l.above + l.below;
        if (l.line_height <= l.room.y + 2 * overhang) break;
    }
    l.n_visible_lines = std::max(static_cast<int>((l.room.y + overhang) / l.line_height), 1);
    // A single line stands in the middle; the first one of several where panels have their title.
    l.text_top = std::floor(l.n_visible_lines > 1 ? l.origin.y - overhang
                                                  : l.origin.y + (l.room.y - l.line_height) / 2);
    l.text_left = l.origin.x + title_width(v);
    l.text_right = l.origin.x + std::max(l.room.x, 1.0f);
    l.legend_left = 0;
    if (l.room.x > px(700) && has_surprisal(v)) {
        l.legend_left = l.text_right - surprisal_legend_width();
        l.text_right = l.legend_left - px(20);
    }
    l.tree_left = l.tree_right = l.text_right;
    if (v.snapshot.tree.size() > 1 && l.room.x > px(360)) {
        l.tree_left = l.text_right - std::min(px(260), l.room.x * 0.3f);
        l.text_right = l.tree_left - px(16);
    }
    l.text_right = std::max(l.text_right, l.text_left + px(24));
}

/// The leak is shown of one text: with another prompt or model the surprisals come back.
void TextPanel::let_go_of_leak(const View& v, Commands& commands) {
    if (options_.tint != TextTint::mask_off && options_.tint != TextTint::mask_on) {
        leak_of_.reset();
    } else if (!leak_of_) {
        leak_of_ = {v.snapshot.model, v.snapshot.prompt};
    } else if (leak_of_->first != v.snapshot.model || leak_of_->second != v.snapshot.prompt) {
        leak_of_.reset();
        commands.post(command::SetView{title(), "tint", std::string(name(TextTint::surprisal))});
    }
}

void TextPanel::draw(const View& v, Selection& selection, Commands& commands) {
    if (v.source) draw_source(v, selection, commands);
    let_go_of_leak(v, commands);
    leak_ = leak_marks(v, options_.tint);
    experts_ = expert_marks(v, options_.tint, selection.pinned_head.layer);
    lay_out(v);
    const Layout& l = layout_;
    draw_text(*ImGui::GetWindowDrawList(),
              {{l.origin.x, l.text_top + l.above}, {l.text_left, l.text_top + l.line_height - l.below}},
              l.origin.x, font(TextSize::body, Face::bold),
              panel_caption().empty() ? theme().text : theme().accent_text, title_of_text());
    const bool single_line = l.n_visible_lines == 1;
    const float text_width = l.text_right - l.text_left;
    const float slack = px(6); // bold tokens are a little wider
    lines_.update(v.run, v.cursor, text_width - ImGui::GetStyle().ScrollbarSize - slack, l.text_size,
                  single_line);
    ImGui::SetCursorScreenPos({l.text_left, l.text_top});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGui::BeginChild("text", {text_width, line_offset(l.n_visible_lines)}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NavFlattened |
                          (single_line ? ImGuiWindowFlags_NoScrollbar : 0));
    draw_lines(v, selection, commands);
    scroll(v, selection);
    ImGui::EndChild();
    ImGui::PopStyleVar();
    if (l.tree_right > l.tree_left) {
        ImGui::SetCursorScreenPos({l.tree_left, std::floor(l.origin.y - px(4))});
        tree_.draw(v.snapshot, commands, {l.tree_right - l.tree_left, l.room.y + px(8)});
    }
    if (l.legend_left > 0) draw_legend({l.legend_left, l.text_top}, commands);
}

/// Draws the visible lines only, and what comes next behind the last one or below it.
void TextPanel::draw_lines(const View& v, Selection& selection, Commands& commands) {
    const bool has_next = predicts_tokens(v) && (v.config().continues_text() || is_next_written(v));
    float next_width = 0;
    if (has_next) {
        const std::string& label = token_labels().inline_label(next_token(v));
        next_width = std::ceil(measure(font(layout_.text_size), label).x) + px(6 + 26 + 6);
    }
    const int n_visible = layout_.n_visible_lines;
    next_has_own_line_ = next_width > lines_.remaining_width() && n_visible > 1;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    first_visible_line_ = std::clamp(static_cast<int>(std::lround(ImGui::GetScrollY() / layout_.line_height)),
                                     0, std::max(n_lines() - n_visible, 0));
    visible_tokens_.clear();
    std::optional<UiRect> next_rect;
    for (int line = first_visible_line_; line < std::min(first_visible_line_ + n_visible, n_lines());
         ++line) {
        ImGui::SetCursorScreenPos({origin.x, origin.y + line_offset(line) + layout_.above});
        if (line < lines_.count()) {
            const int begin = first_token_to_draw(v, line, next_width);
            for (int p = begin; p < lines_[line].end; ++p) {
                if (p > begin) ImGui::SameLine(0, 0);
                draw_token(v, p, selection, commands);
                visible_tokens_.push_back({p, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}});
            }
            const bool next_follows = has_next && line + 1 >= lines_.count() && !next_has_own_line_;
            if (next_follows) ImGui::SameLine(0, px(6));
        }
        if (has_next && line + 1 == n_lines()) {
            draw_next_token(v, commands);
            next_rect = {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
        }
    }
    draw_annotations(v, next_rect ? &*next_rect : nullptr);
    if (selection.lit_run == v.run.id)
        outline_tokens(visible_tokens_, selection,
                       [&](const CellRange& r, int position) { return is_about_token(r, position, v); });
    // An item at the end of the last line tells Dear ImGui how far it can be scrolled.
    ImGui::SetCursorScreenPos({origin.x, origin.y + line_offset(n_lines()) - 1});
    ImGui::Dummy({1, 1});
}

/// A last line that is full gives up tokens at its beginning, so that what comes next fits behind it.
int TextPanel::first_token_to_draw(const View& v, int line, float next_width) const {
    int position = lines_[line].begin;
    if (line + 1 < lines_.count() || next_has_own_line_) return position;
    for (float room = lines_.remaining_width(); room < next_width && position + 1 < lines_[line].end;
         ++position)
        room += lines_.token_width(v.run, position);
    return position;
}

void TextPanel::scroll_to(int line) {
    ImGui::SetScrollY(line_offset(std::max(line, 0)));
    request_frame();
}

/// Scrolls by whole lines: to the end when the text changed or was broken into other lines, to a token that
/// was pinned elsewhere, and by the wheel.
void TextPanel::scroll(const View& v, const Selection& selection) {
    const int n_visible = layout_.n_visible_lines, max_first = std::max(n_lines() - n_visible, 0);
    const bool has_other_lines =
        ImGui::IsWindowAppearing() || n_lines() != shown_lines_ || n_visible != shown_visible_lines_;
    if (v.cursor != shown_cursor_ || v.run.trace != shown_trace_ || has_other_lines) {
        if (first_visible_line_ != max_first || ImGui::GetScrollY() != line_offset(max_first))
            scroll_to(max_first);
        shown_cursor_ = v.cursor;
        // A panel that just came to the front scrolls once more, when it knows its height again.
        shown_lines_ = ImGui::IsWindowAppearing() ? 0 : n_lines();
        shown_visible_lines_ = n_visible;
        shown_trace_ = v.run.trace;
        shown_pin_ = selection.pinned_token;
        return;
    }
    if (selection.pinned_token != shown_pin_) {
        shown_pin_ = selection.pinned_token;
        const int line = lines_.line_of(std::max(shown_pin_, 0));
        const bool in_sight = line >= first_visible_line_ && line < first_visible_line_ + n_visible;
        if (shown_pin_ >= 0 && !in_sight) scroll_to(std::min(line - n_visible / 2, max_first));
        return;
    }
    const ImGuiIO& io = ImGui::GetIO();
    if (ImGui::IsWindowHovered() && !io.KeyCtrl && io.MouseWheel != 0) {
        wheel_remainder_ += io.MouseWheel;
        const int n_turned = static_cast<int>(wheel_remainder_);
        wheel_remainder_ -= static_cast<float>(n_turned);
        if (n_turned != 0) scroll_to(std::clamp(first_visible_line_ - n_turned, 0, max_first));
        return;
    }
    // The scroll bar moves by pixels: this goes on to the nearest line.
    const float snapped = line_offset(first_visible_line_);
    if (std::abs(ImGui::GetScrollY() - snapped) > 0.5f && snapped <= ImGui::GetScrollMaxY())
        ImGui::SetScrollY(snapped);
}

void TextPanel::draw_token(const View& v, int position, Selection& selection, Commands& commands) {
    const TokenOrigin& origin = v.run.origin(position);
    TokenLook look;
    const bool in_view = selection.run == v.run.id;
    const int pinned = in_view ? selection.pinned_token : -1;
    if (leak_)
        look.tint = leak_->tint(position);
    else if (experts_)
        look.tint = experts_->tint(position);
    else if (has_surprisal(v))
        look.tint = theme().surprisal_tint(static_cast<float>(origin.surprisal));
    look.chosen = pinned == position || (pinned < 0 && position == v.cursor - 1);
    look.outlined = origin.kind == TokenOrigin::Kind::forced;
    if (!leak_ && !experts_ && is_start(v.run, position)) look.tint = theme().control;
    if (in_view && selection.token.get() == position) look.tint = theme().accent_tint;
    char name[24];
    *fmt::format_to_n(name, sizeof name - 1, "token {}", position).out = 0;
    ImGui::PushID(position);
    if (text_token(name, inline_label_at(v.run, position), look, layout_.text_size)) {
        if (!in_view) commands.post(command::ViewRun{v.run.name});
        commands.post(command::PinToken{pinned == position ? -1 : position});
    }
    if (ImGui::IsItemHovered()) {
        if (in_view) selection.token.set(position);
        show_token_tooltip(v, position);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) commands.post(command::Jump{position + 1});
        if (ImGui::IsMouseClicked(ImGuiMouseButton_Right) && position > 0 && predicts_tokens(v))
            AlternativesMenu::open();
    }
    if (position > 0)
        alternatives_menu_.draw(v, position, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}, commands);
    ImGui::PopID();
}

/// Prints above each token how surprising it was or how far its logits moved, and below the tokens who wrote
/// them.
void TextPanel::draw_annotations(const View& v, const UiRect* next) {
    if (leak_) {
        if (layout_.above > 0) draw_changes(*leak_, visible_tokens_);
        for (const PlacedToken& token : visible_tokens_)
            if (token.position == leak_->exchanged)
                draw_border(*ImGui::GetWindowDrawList(), token.rect, theme().accent, px(4));
    } else if (experts_) {
        if (layout_.above > 0) draw_experts(*experts_, visible_tokens_);
    } else if (layout_.above > 0) {
        draw_surprisals(v.run, visible_tokens_);
        if (next) draw_surprisal_of_next(*next, surprisal_of_next(v));
    }
    if (has_surprisal(v)) draw_origins(v.run, visible_tokens_, layout_.below);
}

/// Of the surprisals, or of what a click ends: the leak, the experts.
void TextPanel::draw_legend(ImVec2 at, Commands& commands) {
    if (!leak_ && !experts_)
        return draw_surprisal_legend(at, layout_.line_height,
                                     {.numbers = layout_.above > 0, .underlines = layout_.below == 0});
    if (leak_ ? draw_leak_legend(*leak_, at, layout_.line_height)
              : draw_expert_legend(*experts_, at, layout_.line_height))
        commands.post(command::SetView{title(), "tint", std::string(name(TextTint::surprisal))});
}

void TextPanel::draw_next_token(const View& v, Commands& commands) {
    const TokenLook look{.ink = theme().accent_text, .outlined = true, .menu = true};
    if (token_chip("next", token_labels().inline_label(next_token(v)), look, layout_.text_size))
        AlternativesMenu::open();
    tooltip(is_next_written(v) ? "The next token, written already: choose another one"
                               : "The next token, as it will be drawn: choose another one");
    alternatives_menu_.draw(v, v.cursor, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}, commands);
}

} // namespace

std::unique_ptr<Panel> make_text_panel() { return std::make_unique<TextPanel>(); }

} // namespace gf::ui
