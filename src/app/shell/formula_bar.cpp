#include "app/shell/formula_bar.h"

#include "app/view/cell_hands.h"
#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"
#include "core/site_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr float k_margin = 8, k_padding_x = 12, k_padding_y = 6;
constexpr ImGuiWindowFlags k_flags =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
    ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse;
constexpr const char
    *k_nothing =
        "Point at any value: its name, its formula and the numbers in it stand here. A click pins it.",
    *k_keys = "Space: play   ←→: token   H J: head   1–9: layer   Ctrl+K: find anything   F1: keys";
constexpr std::size_t k_named_ranges = 3;
constexpr float k_edits_room = 150; ///< of the switch for edits, beside the formula's second line

float line_height() { return font(TextSize::body)->FontSize + px(2); }

std::string written(int token) { return token_labels().alone(token); }

ImU32 ink_of(const FormulaSpan& span, const Theme& t) {
    switch (span.kin) {
    case Kinship::query: return t.ink(ColourRole::query);
    case Kinship::key: return t.ink(ColourRole::key);
    case Kinship::value: return t.ink(ColourRole::value);
    case Kinship::residual: return t.ink(ColourRole::residual);
    case Kinship::mlp: return t.ink(ColourRole::mlp);
    case Kinship::token: return t.ink(ColourRole::token);
    case Kinship::position: return t.ink(ColourRole::position);
    case Kinship::none: break;
    }
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

bool exists(const Snapshot& s, const CellRef& cell) {
    if (cell.run != 0) return false;
    if (cell.param >= 0) return static_cast<std::size_t>(cell.param) < s.model->weights->table.size();
    const ModelConfig& c = s.config();
    if (!has_site(c, cell.site) || cell.row < 0 || cell.row >= s.trace().row_capacity(cell.site))
        return false;
    if (site_row(cell.site).per_layer && (cell.layer < 0 || cell.layer >= c.n_layers)) return false;
    const int heads = site_heads(c, cell.site);
    return cell.head < heads && cell.column < s.trace().width(cell.site) / heads;
}

} // namespace

void FormulaBar::light(const Snapshot& s, Selection& selection) {
    std::optional<CellRef> focus = selection.focus();
    // Pointing at an operand lights it; the formula that it stands in stays.
    if (in_use_) focus = selection.pinned_cell || explains_pin_ ? selection.pinned_cell : explained_;
    explains_pin_ = focus && focus == selection.pinned_cell;
    if (focus && (!s.has_run() || !exists(s, *focus))) focus.reset();
    const std::shared_ptr<const Trace> trace = s.has_run() ? s.run().trace : nullptr;
    const int rows = s.has_run() ? s.run().rows : 0;
    const bool alt = ImGui::GetIO().KeyAlt,
               other = focus != explained_ || trace != trace_ || s.model != model_;
    // Rows are written once: more of them change a formula only where its own was missing.
    const auto row_limit = [&](int text_rows) { return focus ? trace->n_rows(focus->site, text_rows) : 0; };
    const bool arrived =
        focus && focus->param < 0 && rows != rows_ && focus->row >= row_limit(std::min(rows, rows_));
    stale_ |= other || arrived;
    if (!other && !arrived && alt == lit_alt_ && (!alt || s.cursor == lit_rows_)) {
        rows_ = rows;
        return;
    }
    explained_ = focus;
    trace_ = trace;
    model_ = s.model;
    rows_ = rows;
    lit_rows_ = s.cursor;
    lit_alt_ = alt;
    selection.precedents.clear();
    selection.dependents.clear();
    if (focus && (focus->param >= 0 || focus->row < row_limit(rows))) {
        selection.precedents = precedents(*trace, *focus);
        if (alt) selection.dependents = dependents(*trace, s.cursor, *focus);
    }
    describe_lit(selection, alt);
}

/// "lit: 2 precedents (q of “to”, k of “lo”)"
void FormulaBar::describe_lit(const Selection& selection, bool alt) {
    lit_.clear();
    if (!explained_) return;
    const auto describe = [&](const char* what, const std::vector<CellRange>& ranges) {
        lit_ += fmt::format("{} {}{}", ranges.size(), what, ranges.size() == 1 ? "" : "s");
        for (std::size_t i = 0; i < std::min(ranges.size(), k_named_ranges); ++i)
            lit_.append(i ? ", " : " (").append(range_words(*trace_, ranges[i], written));
        if (!ranges.empty()) lit_ += ranges.size() > k_named_ranges ? ", …)" : ")";
    };
    lit_ = "lit: ";
    describe("precedent", selection.precedents);
    if (alt) {
        lit_ += "   outlined: ";
        describe("dependent", selection.dependents);
    } else {
        lit_ += "   Alt: dependents   double click: edit   click: pin   Esc: let go";
    }
    ImGuiHost::current().require_glyphs(lit_);
}

/// Where every piece stands: on the first line as many as have room, the others on the second. Whether all
/// have room.
bool FormulaBar::lay_out(const Spelling& spelling) {
    pieces_.clear();
    float x = 0;
    int number = 0, line = 0;
    for (const FormulaSpan& span : spelling.spans) {
        Piece piece;
        piece.span = span;
        piece.font = font_of(span);
        piece.ink = ink_of(span, theme());
        piece.width = measure(piece.font, span.text).x;
        if (line == 0 && x > 0 && x + piece.width > room_.first) {
            line = 1, x = 0;
            if (Piece& last = pieces_.back();
                last.span.kind == FormulaSpan::Kind::note) // "softmax →" goes with its number
                last.line = 1, last.left = 0, x = last.width;
        }
        piece.line = line;
        piece.left = x;
        if (span.cell)
            piece.label = fmt::format("{}{}##{}", span.kind == FormulaSpan::Kind::symbol ? "= " : "",
                                      cell_name(*model_->weights, *span.cell), number++);
        x += piece.width;
        pieces_.push_back(std::move(piece));
    }
    end_of_second_ = line == 1 ? x : 0;
    return x <= (line == 1 ? room_.second : room_.first);
}

/// With three terms of a long sum, or as many as two lines have room for.
void FormulaBar::fit() {
    pieces_.clear();
    whole_.clear();
    end_of_second_ = 0;
    cut_ = false;
    if (!explained_) return;
    for (int terms = 3; terms >= 0; --terms) {
        Spelling spelling = spell(*trace_, rows_, *explained_, {terms, written});
        if (explained_->param < 0 && !spelling.spans.empty())
            spelling.spans.front().text.insert(0, stack_prefix(*model_->weights, trace_->shape().stack));
        if (terms == 3) whole_ = spelling.text();
        ImGuiHost::current().require_glyphs(whole_);
        cut_ = !lay_out(spelling);
        if (!cut_) break;
    }
}

void FormulaBar::draw(const Snapshot& s, Selection& selection, Commands& commands, float top,
                      const Timing& timing) {
    const Theme& t = theme();
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::SetNextWindowPos({0, top});
    ImGui::SetNextWindowSize({size.x, px(k_height)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, t.ground);
    ImGui::Begin("Formula", nullptr, k_flags);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(4);

    const ImVec2 min{px(k_margin), top}, max{size.x - px(k_margin), top + px(k_height - k_margin)};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(min, max, t.panel, px(8));
    list.AddRect(min, max, explained_ ? t.accent : t.border, px(8), 0, std::max(px(1), 1.0f));
    const ImVec2 at{min.x + px(k_padding_x), min.y + px(k_padding_y)};
    const float right = max.x - px(k_padding_x), width = std::max(right - at.x, 1.0f);
    const Room room{width, std::max(width - (s.n_edits() == 0 ? 0 : px(k_edits_room)), 1.0f)};
    if (stale_ || room != room_ || look_ != font(TextSize::body) || ink_ != t.text) {
        stale_ = false;
        room_ = room;
        look_ = font(TextSize::body);
        ink_ = t.text;
        fit();
    }
    in_use_ = false;
    draw_formula(at, selection, commands);
    draw_figures(s, {at.x, at.y + line_height()}, right, timing, commands);
    in_use_ |= explained_ && ImGui::IsMouseHoveringRect(min, max) &&
               ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
    ImGui::End();
}

void FormulaBar::draw_formula(const ImVec2& at, Selection& selection, Commands& commands) {
    ImFont* plain = font(TextSize::body);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (!explained_) {
        put_text_cut(list, {at, {at.x + room_.first, at.y + plain->FontSize}}, plain, theme().muted,
                     k_nothing);
        return;
    }
    if (cut_) { // the whole formula in a tooltip
        ImGui::SetCursorScreenPos(at);
        ImGui::SetNextItemAllowOverlap();
        ImGui::InvisibleButton("whole formula", {room_.first, line_height() + plain->FontSize});
        tooltip(whole_);
    }
    const float ellipsis = cut_ ? measure(plain, "…").x + px(2) : 0;
    for (const Piece& piece : pieces_) {
        const float left = at.x + piece.left, y = at.y + static_cast<float>(piece.line) * line_height(),
                    right = at.x + (piece.line == 1 ? room_.second - ellipsis : room_.first);
        if (left >= right) break;
        if (!piece.label.empty()) draw_operand(piece, {left, y}, right, selection, commands);
        const bool runs_out = left + piece.width > right;
        if (runs_out) list.PushClipRect({left, y}, {right, y + plain->FontSize}, true);
        list.AddText(piece.font, piece.font->FontSize, {std::floor(left), y}, piece.ink,
                     piece.span.text.data(), piece.span.text.data() + piece.span.text.size());
        if (runs_out) list.PopClipRect();
        record_text(piece.font, {std::floor(left), y}, piece.span.text, right - left);
    }
    if (!cut_) return;
    const ImVec2 end{at.x + room_.second - ellipsis + px(2), at.y + line_height()};
    put_text(list, {end, {end.x + ellipsis, end.y + plain->FontSize}}, end.x, plain, theme().muted, "…");
}

/// Hovering (or walking to) an operand lights it, a click explains it.
void FormulaBar::draw_operand(const Piece& piece, const ImVec2& at, float right, Selection& selection,
                              Commands& commands) {
    const CellRef& cell = *piece.span.cell;
    const float width = std::max(std::min(piece.width, right - at.x), 1.0f), height = piece.font->FontSize;
    ImGui::SetCursorScreenPos(at);
    const ButtonItem item = button_item(piece.label.c_str(), {width, height});
    if (!item.seen) return;
    if (item.hovered || item.focused_by_key) {
        in_use_ = true;
        selection.cell.set(cell);
        ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + height - px(2)},
                                                  {at.x + width, at.y + height - px(1)}, piece.ink);
    }
    if (item.hovered)
        tooltip(shown(piece.label.c_str() + (piece.span.kind == FormulaSpan::Kind::symbol ? 2 : 0)));
    if (item.pressed)
        commands.post(command::PinCell{place_name(*model_->weights, cell), cell.head, std::max(cell.row, 0),
                                       std::max(cell.column, 0)});
    put_focus_ring(item, px(3));
}

/// What is lit on the left, unless the formula goes on there; speed and memory on the right, where there is
/// room.
void FormulaBar::draw_figures(const Snapshot& s, const ImVec2& at, float right, const Timing& timing,
                              Commands& commands) {
    ImFont* small = font(TextSize::small);
    figures_.clear();
    auto out = std::back_inserter(figures_);
    if (timing.shown)
        fmt::format_to(out, "tokens/s {:.0f}    frame {:.1f} ms    ", s.tokens_per_s, timing.frame_ms);
    fmt::format_to(out, "trace {:.1f} MB", static_cast<double>(s.trace().bytes()) * 1e-6);
    if (s.layer.rows >= 0)
        fmt::format_to(out, "    computing the layer in view: {} of {} tokens", s.layer.rows, s.run().rows);
    if (s.rows_recomputed >= 0)
        fmt::format_to(out, "    computing again: {} of {} tokens", s.rows_recomputed, s.run().rows);
    const float edits = draw_edits_button(s, right, at.y, commands);
    if (edits < right) right = edits - px(16);
    const float figures = measure(small, figures_).x;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = std::max(right - figures, at.x), room = left - px(24) - at.x;
    if (end_of_second_ > room) return;
    put_text_cut(list, {{left, at.y}, {right, at.y + small->FontSize}}, small, theme().muted, figures_);
    if (room < px(60) || end_of_second_ > 0) return;
    std::string_view words = explained_ ? std::string_view(lit_) : k_keys;
    while (measure(small, words).x > room && words.rfind("   ") != std::string_view::npos)
        words = words.substr(0, words.rfind("   ")); // whole remarks
    put_text_cut(list, {at, {at.x + room, at.y + small->FontSize}}, small, theme().muted, words);
}

} // namespace gf::ui
