#include "app/shell/formula_bar.h"

#include "app/shell/spell_draw.h"
#include "app/view/cell_popups.h"
#include "app/view/gradient_words.h"
#include "app/view/sampling_preview.h"
#include "app/view/token_labels.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/site_names.h"
#include "core/words/term_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace gf::ui {
namespace {

constexpr float k_bar_margin = 8, k_padding_x = 12, k_padding_y = 6;
constexpr ImGuiWindowFlags k_window_flags =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
    ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse;
// What stands here while no cell is in focus: the draw, or the invitation where nothing is drawn.
constexpr const char* k_invitation =
    "Point at any value: its name, its formula and the numbers in it stand here. A click pins it.";
constexpr const char* k_key_hints = "Point at any value: its formula stands here, a click pins it   Space: "
                                    "play   ←→: token   H J: head   1–9: layer   F1: keys and words";
constexpr std::size_t k_max_named_ranges = 3;
constexpr float k_edits_button_width = 150; ///< design length, beside the formula's second line

float line_height() { return font(TextSize::body)->FontSize + px(2); }

std::string token_label(int token) { return token_labels().label(token); }

ImU32 colour_of(const FormulaSpan& span, const Theme& t) {
    if (const auto role = span.family ? role_of(*span.family) : std::nullopt) return t.ink(*role);
    switch (span.kind) {
    case FormulaSpan::Kind::result: return t.accent_text;
    case FormulaSpan::Kind::index:
    case FormulaSpan::Kind::note: return t.muted;
    default: return t.text;
    }
}

ImFont* font_of(const FormulaSpan& span) {
    switch (span.kind) {
    case FormulaSpan::Kind::name:
    case FormulaSpan::Kind::result: return font(TextSize::body, Face::mono_bold);
    case FormulaSpan::Kind::note: return font(TextSize::body);
    default: return font(TextSize::body, Face::mono);
    }
}

/// "gradient of the loss: -0.0123"; empty unless the cell is looked at as a gradient.
std::string words_of_gradient(const Snapshot& s, const Run& run, const CellRef& cell) {
    if (cell.quantity != Quantity::gradient || cell.param >= 0) return "";
    RunView view = run.view();
    view.quantity = Quantity::gradient;
    const SiteValues values = view.values({cell.site, cell.layer});
    if (!values.exists() || !s.gradient_target) return fmt::format("no gradient: {}", values.missing());
    if (!values.visible(cell.head, cell.row, cell.column)) return "no gradient: the mask hides this key";
    return fmt::format("gradient of {}: {:.4g}", gradient_words(*s.gradient_target),
                       values.at(cell.head, cell.row, cell.column));
}

/// Whether the run with the cell is there, and its model and Trace have a place for it, computed or not.
bool exists(const Snapshot& s, const CellRef& cell) {
    const Run* run = s.find_run(cell.run);
    if (!run) return false;
    if (cell.param >= 0) return static_cast<std::size_t>(cell.param) < run->model->weights->table.size();
    const ModelConfig& c = run->config();
    if (!has_site(c, cell.site) || cell.row < 0 || cell.row >= run->trace->row_capacity(cell.site))
        return false;
    if (site_row(cell.site).per_layer && (cell.layer < 0 || cell.layer >= c.n_layers)) return false;
    const int n_heads = site_heads(c, cell.site);
    return cell.head < n_heads && cell.column < run->trace->width(cell.site) / n_heads;
}

} // namespace

/// Notes the draw of the next token, which is explained while no cell is.
void FormulaBar::update_draw(const View& v, const Selection& selection) {
    if (cell_ || derived_) return;
    const View text(v.snapshot, v.snapshot.text());
    const bool draws = predicts_tokens(text) && text.cursor >= 1 && text.run.rows >= text.cursor;
    if (draws) sampling_preview().update(text, sampled_position(text, selection));
    const std::uint64_t version = draws ? sampling_preview().version() : 0;
    needs_layout_ |= version != draw_version_;
    draw_version_ = version;
    draw_position_ = sampled_position(text, selection);
    draw_row_ = draws ? text.config().logits_row(draw_position_) : -1;
    draw_row_token_ = draws ? text.run.token(draw_row_) : 0;
    draw_links_ = v.run.id == Run::k_text;
}

/// While a person points at an operand, the formula that it stands in stays.
void FormulaBar::update_derived(const Selection& selection) {
    if (is_in_use_) return;
    const auto derived = selection.cell.get() ? nullptr : selection.derived.get().value_or(nullptr);
    needs_layout_ |= derived != derived_;
    derived_ = derived;
}

void FormulaBar::update(const View& v, Selection& selection) {
    update_derived(selection);
    update_cell(v, selection);
    update_draw(v, selection);
}

void FormulaBar::update_cell(const View& v, Selection& selection) {
    const std::optional<CellRef> cell = cell_to_explain(v.snapshot, selection);
    const Run& run = cell ? *v.snapshot.find_run(cell->run) : v.run;
    const std::shared_ptr<const Trace> trace = run.trace;
    const int rows = run.rows;
    const bool alt = ImGui::GetIO().KeyAlt;
    std::string gradient_words = cell ? words_of_gradient(v.snapshot, run, *cell) : "";
    const bool is_another =
        cell != cell_ || trace != trace_ || run.model != model_ || gradient_words != gradient_words_;
    // Rows are written once: more of them change a formula only where its own was missing.
    const auto n_rows = [&](int text_rows) { return cell ? trace->n_rows(cell->site, text_rows) : 0; };
    const bool has_arrived =
        cell && cell->param < 0 && rows != rows_ && cell->row >= n_rows(std::min(rows, rows_));
    needs_layout_ |= is_another || has_arrived;
    const bool same_highlights = alt == highlights_alt_ && (!alt || run.shown == highlights_cursor_);
    if (!is_another && !has_arrived && same_highlights) {
        rows_ = rows;
        return;
    }
    cell_ = cell;
    trace_ = trace;
    model_ = run.model;
    run_name_ = run.name;
    gradient_words_ = std::move(gradient_words);
    rows_ = rows;
    highlights_cursor_ = run.shown;
    highlights_alt_ = alt;
    selection.lit_run = run.id;
    selection.precedents.clear();
    selection.dependents.clear();
    if (cell && (cell->param >= 0 || cell->row < n_rows(rows))) {
        selection.precedents = precedents(*trace, *cell);
        if (alt) selection.dependents = dependents(*trace, run.shown, *cell);
    }
    describe_highlights(selection, alt);
}

/// The cell in focus; nullopt when there is none. While a person points at an operand, which lights it, the
/// formula that the operand stands in stays.
std::optional<CellRef> FormulaBar::cell_to_explain(const Snapshot& s, const Selection& selection) {
    if (derived_) return std::nullopt;
    std::optional<CellRef> cell = selection.focus();
    if (is_in_use_) cell = selection.pinned_cell || explains_pin_ ? selection.pinned_cell : cell_;
    explains_pin_ = cell && cell == selection.pinned_cell;
    if (cell && !exists(s, *cell)) cell.reset();
    return cell;
}

/// Writes what is highlighted: "lit: 2 precedents (q of “to”, k of “lo”)".
void FormulaBar::describe_highlights(const Selection& selection, bool alt) {
    highlights_text_.clear();
    if (!cell_) return;
    const auto describe = [&](const char* what, const std::vector<CellRange>& ranges) {
        highlights_text_ += fmt::format("{} {}{}", ranges.size(), what, ranges.size() == 1 ? "" : "s");
        for (std::size_t i = 0; i < std::min(ranges.size(), k_max_named_ranges); ++i)
            highlights_text_.append(i ? ", " : " (").append(range_words(*trace_, ranges[i], token_label));
        if (!ranges.empty()) highlights_text_ += ranges.size() > k_max_named_ranges ? ", …)" : ")";
    };
    highlights_text_ = "lit: ";
    describe("precedent", selection.precedents);
    if (alt) {
        highlights_text_ += "   outlined: ";
        describe("dependent", selection.dependents);
    } else {
        highlights_text_ += "   Alt: dependents   double click: edit   click: pin   Esc: let go";
    }
    ImGuiHost::current().require_glyphs(highlights_text_);
}

/// Places every piece: as many on the first line as have room, the others on the second. Returns whether all
/// have room.
bool FormulaBar::place_pieces(const Spelling& spelling) {
    pieces_.clear();
    float x = 0;
    int number = 0, line = 0;
    for (const FormulaSpan& span : spelling.spans) {
        Piece piece;
        piece.span = span;
        piece.font = font_of(span);
        piece.colour = colour_of(span, theme());
        piece.width = std::ceil(measure(piece.font, span.text).x); // neighbours never share a pixel
        if (line == 0 && x > 0 && x + piece.width > line_widths_.first) {
            line = 1;
            x = 0;
            Piece& last = pieces_.back();
            if (last.span.kind == FormulaSpan::Kind::note) { // "softmax →" goes with its number
                last.line = 1;
                last.left = 0;
                x = last.width;
            }
        }
        piece.line = line;
        piece.left = x;
        if (span.cell)
            piece.label = fmt::format("{}{}##{}", span.kind == FormulaSpan::Kind::symbol ? "= " : "",
                                      cell_name(*model_->weights, *span.cell), number++);
        x += piece.width;
        pieces_.push_back(std::move(piece));
    }
    second_line_end_ = line == 1 ? x : 0;
    return x <= (line == 1 ? line_widths_.second : line_widths_.first);
}

/// Lays the formula out with three terms of a long sum, or as many as two lines have room for.
void FormulaBar::lay_out_formula(const Snapshot& s) {
    pieces_.clear();
    whole_text_.clear();
    second_line_end_ = 0;
    is_cut_ = false;
    if (derived_) {
        whole_text_ = derived_->text();
        ImGuiHost::current().require_glyphs(whole_text_);
        is_cut_ = !place_pieces(*derived_);
        return;
    }
    if (!cell_) return lay_out_draw(s);
    for (int terms = 3; terms >= 0; --terms) {
        Spelling spelling = spell(*trace_, rows_, *cell_, {terms, token_label});
        if (cell_->param < 0 && !spelling.spans.empty())
            spelling.spans.front().text.insert(0, stack_prefix(*model_->weights, trace_->shape().stack));
        if (!gradient_words_.empty())
            spelling.spans.push_back({"   " + gradient_words_, FormulaSpan::Kind::note});
        if (terms == 3) whole_text_ = spelling.text();
        ImGuiHost::current().require_glyphs(whole_text_);
        is_cut_ = !place_pieces(spelling);
        if (!is_cut_) break;
    }
}

/// Lays out how the next token was drawn: where there is no room for all of it without the place on the line,
/// and in a very narrow window not at all.
void FormulaBar::lay_out_draw(const Snapshot& s) {
    if (draw_version_ == 0) return;
    sampling_preview().update({s, s.text()}, draw_position_); // panels of other runs had theirs
    Spelling spelling =
        spell_draw(sampling_preview().step(), {Run::k_text, draw_row_, draw_row_token_, token_label});
    for (FormulaSpan& span : spelling.spans)
        if (!draw_links_) span.cell.reset();
    ImGuiHost::current().require_glyphs(spelling.text());
    if (place_pieces(spelling)) return;
    spelling.spans.pop_back(); // the remark
    if (place_pieces(spelling)) return;
    pieces_.clear();
    second_line_end_ = 0;
}

void FormulaBar::draw(const View& v, Selection& selection, Commands& commands, float top,
                      const Timing& timing) {
    const Theme& t = theme();
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    keep_clear({{0, top}, {size.x, top + px(k_height)}});
    ImGui::SetNextWindowPos({0, top});
    ImGui::SetNextWindowSize({size.x, px(k_height)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, t.ground);
    ImGui::Begin("Formula", nullptr, k_window_flags);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(4);

    const ImVec2 min{px(k_bar_margin), top},
        max{size.x - px(k_bar_margin), top + px(k_height - k_bar_margin)};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(min, max, t.panel, px(8));
    list.AddRect(min, max, cell_ || derived_ ? t.accent : t.border, px(8), 0, std::max(px(1), 1.0f));
    const ImVec2 at{min.x + px(k_padding_x), min.y + px(k_padding_y)};
    const float right = max.x - px(k_padding_x), width = std::max(right - at.x, 1.0f);
    const LineWidths line_widths{
        width, std::max(width - (v.snapshot.n_edits() == 0 ? 0 : px(k_edits_button_width)), 1.0f)};
    if (needs_layout_ || line_widths != line_widths_ || layout_font_ != font(TextSize::body) ||
        layout_colour_ != t.text) {
        needs_layout_ = false;
        line_widths_ = line_widths;
        layout_font_ = font(TextSize::body);
        layout_colour_ = t.text;
        lay_out_formula(v.snapshot);
    }
    is_in_use_ = false;
    draw_formula(at, selection, commands);
    draw_figures(v, {at.x, at.y + line_height()}, right, timing, commands);
    is_in_use_ |= (cell_ || derived_) && ImGui::IsMouseHoveringRect(min, max) &&
                  ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
    ImGui::End();
}

void FormulaBar::draw_formula(const ImVec2& at, Selection& selection, Commands& commands) {
    ImFont* plain = font(TextSize::body);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (pieces_.empty()) {
        draw_text_cut(list, {at, {at.x + line_widths_.first, at.y + plain->FontSize}}, plain, theme().muted,
                      k_invitation);
        return;
    }
    if (is_cut_) { // a tooltip has the whole formula
        ImGui::SetCursorScreenPos(at);
        ImGui::SetNextItemAllowOverlap();
        ImGui::InvisibleButton("whole formula", {line_widths_.first, line_height() + plain->FontSize});
        tooltip(whole_text_);
    }
    const float ellipsis = is_cut_ ? measure(plain, "…").x + px(2) : 0;
    for (const Piece& piece : pieces_) {
        const float left = at.x + piece.left, y = at.y + static_cast<float>(piece.line) * line_height(),
                    right = at.x + (piece.line == 1 ? line_widths_.second - ellipsis : line_widths_.first);
        if (left >= right) break;
        if (!piece.label.empty()) draw_operand(piece, {left, y}, right, selection, commands);
        const bool runs_out = left + piece.width > right;
        if (runs_out) list.PushClipRect({left, y}, {right, y + plain->FontSize}, true);
        list.AddText(piece.font, piece.font->FontSize, {std::floor(left), y}, piece.colour,
                     piece.span.text.data(), piece.span.text.data() + piece.span.text.size());
        if (runs_out) list.PopClipRect();
        record_text(piece.font, {std::floor(left), y}, piece.span.text, right - left);
    }
    if (!is_cut_) return;
    const ImVec2 end{at.x + line_widths_.second - ellipsis + px(2), at.y + line_height()};
    draw_text(list, {end, {end.x + ellipsis, end.y + plain->FontSize}}, end.x, plain, theme().muted, "…");
}

/// An operand lights up where the mouse points at it or the keyboard walks to it; a click pins it, so that it
/// is explained.
void FormulaBar::draw_operand(const Piece& piece, const ImVec2& at, float right, Selection& selection,
                              Commands& commands) {
    const CellRef& cell = *piece.span.cell;
    const float width = std::max(std::min(piece.width, right - at.x), 1.0f), height = piece.font->FontSize;
    ImGui::SetCursorScreenPos(at);
    const ButtonItem item = button_item(piece.label.c_str(), {width, height});
    if (!item.seen) return;
    if (item.hovered || item.focused_by_key) {
        is_in_use_ = true;
        selection.cell.set(cell);
        ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + height - px(2)},
                                                  {at.x + width, at.y + height - px(1)}, piece.colour);
    }
    const int sign_length = piece.span.kind == FormulaSpan::Kind::symbol ? 2 : 0; // "= "
    if (shows_term_tooltip())
        term_tooltip(cell.param < 0
                         ? term_of(cell.site)
                         : term_of(model_->weights->table[static_cast<std::size_t>(cell.param)].role),
                     shown_text(piece.label.c_str() + sign_length));
    if (item.pressed)
        commands.post(command::PinCell{{place_name(*model_->weights, cell), cell.head, std::max(cell.row, 0),
                                        std::max(cell.column, 0), run_name_}});
    draw_focus_ring(item, px(3));
}

/// On the right speed and memory, where there is room. On the left what is highlighted, or the keys; nothing
/// where the formula's second line stands.
void FormulaBar::draw_figures(const View& v, const ImVec2& at, float right, const Timing& timing,
                              Commands& commands) {
    ImFont* small = font(TextSize::small);
    figures_.clear();
    auto out = std::back_inserter(figures_);
    if (timing.shown)
        fmt::format_to(out, "tokens/s {:.0f}    frame {:.1f} ms    ", v.snapshot.tokens_per_s,
                       timing.frame_ms);
    fmt::format_to(out, "trace {:.1f} MB", static_cast<double>(v.trace().bytes()) * 1e-6);
    for (const JobProgress& job : v.snapshot.jobs)
        fmt::format_to(out, "    {}: {} of {} {}", job.name, job.done, job.total, job.unit);
    const float edits_left = draw_edits_button(v, right, at.y, commands);
    if (edits_left < right) right = edits_left - px(16);
    const float figures_width = measure(small, figures_).x;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = std::max(right - figures_width, at.x), room = left - px(24) - at.x;
    if (second_line_end_ > room) return;
    draw_text_cut(list, {{left, at.y}, {right, at.y + small->FontSize}}, small, theme().muted, figures_);
    if (room < px(60) || second_line_end_ > 0) return;
    std::string_view words = cell_ ? std::string_view(highlights_text_) : k_key_hints;
    while (measure(small, words).x > room && words.rfind("   ") != std::string_view::npos)
        words = words.substr(0, words.rfind("   ")); // leaves out whole remarks
    draw_text_cut(list, {at, {at.x + room, at.y + small->FontSize}}, small, theme().muted, words);
}

} // namespace gf::ui
