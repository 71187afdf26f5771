#include "app/view/cell_popups.h"

#include "app/host/keyboard.h"
#include "app/view/cell_edits.h"
#include "app/view/key_bindings.h"
#include "app/view/token_labels.h"
#include "app/widgets/buttons.h"
#include "app/widgets/menu.h"
#include "app/widgets/text_field.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/formula/spelling.h"
#include "core/site_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

constexpr const char *k_menu = "Cell", *k_field = "Value", *k_list = "Edits"; ///< names of the popups
/// In the first frames windows appear and take the focus, which would close a popup.
constexpr int k_frames_without_popups = 3;
// Design lengths.
constexpr float k_width = 340;
constexpr float k_above_bottom = 68; ///< from the window's bottom to a field above the formula bar

/// The public name of the cell's site, with its stack before it, or of its parameter.
std::string place_and_stack(const Snapshot& s, const CellRef& c) {
    const Weights& w = *s.model->weights;
    return (c.param >= 0 ? "" : std::string(stack_prefix(w, s.trace().shape().stack))) + place_name(w, c);
}

/// The command, made to be about this cell.
template <class CellCommand>
CellCommand at_cell(const Snapshot& s, const CellRef& c, CellCommand command) {
    command.name = place_and_stack(s, c);
    command.head = c.head;
    command.row = c.row;
    command.column = c.column;
    return command;
}

void close_popup() {
    ImGui::CloseCurrentPopup();
    give_keyboard_back();
}

void close_popup_by_escape() {
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) close_popup();
}

/// A text that is wrapped at the popup's width.
void popup_text(std::string_view text, ImU32 colour, TextSize size = TextSize::small) {
    const FontScope scope(size);
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + px(k_width));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    record_text(ImGui::GetFont(), at, text, px(k_width));
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
}

/// The cell of an edit: in the window every edit is one of a single cell.
CellRef cell_of(const Edit& e, const ModelConfig& config) {
    const CellRange& r = e.range;
    CellRef cell;
    cell.site = r.site;
    cell.layer = r.layer;
    cell.head = site_heads(config, r.site) > 1 ? r.head_begin : -1;
    cell.row = r.row_begin;
    cell.column = r.column_begin;
    return cell;
}

/// Reads a whole text as a number that fits into a float; nullopt if it is none.
std::optional<double> parse_number(const std::string& text) {
    const char* begin = text.c_str() + (text.starts_with('+') ? 1 : 0);
    const char* end = text.c_str() + text.size();
    double value = 0;
    const auto [stop, error] = std::from_chars(begin, end, value);
    const bool is_number = error == std::errc() && stop == end && std::isfinite(static_cast<float>(value));
    return is_number ? std::optional(value) : std::nullopt;
}

/// One row for each edited cell: a click pins the cell, the cross behind it removes its edit.
void draw_edited_cells(const Snapshot& s, float width, Commands& commands) {
    menu_heading("Edited cells");
    const float cross_width = px(k_control_height + 4);
    for (const Edit& e : *s.edits) {
        const CellRef cell = cell_of(e, s.config());
        const std::string name = cell_name(*s.model->weights, cell),
                          value = fmt::format("{:.4g}", e.values[0]);
        ImGui::PushID(name.c_str());
        if (menu_row(name.c_str(), {.text = name, .right = value}, width - cross_width))
            commands.post(at_cell(s, cell, command::PinCell{}));
        ImGui::SameLine(0, px(4));
        const std::string remove = "remove the edit of " + name;
        if (quiet_button(remove.c_str(), {"", Icon::close}, remove.c_str()))
            commands.post(at_cell(s, cell, command::RemoveEdit{}));
        ImGui::PopID();
    }
    if (s.other_stack_edits->empty()) return;
    const char* other = s.encoder_in_view() ? "decoder" : "encoder";
    const std::string row = fmt::format("{} of the {}", s.other_stack_edits->size(), other);
    if (menu_row(row.c_str(), {.text = row}, width)) commands.post(command::ViewStack{other});
}

} // namespace

void CellPopups::ask_value(const CellRef& cell, bool at_mouse) {
    asked_ = cell;
    at_mouse_ = at_mouse;
}

/// Makes the texts of a popup that opens now.
void CellPopups::prepare(const Snapshot& s, const CellRef& cell) {
    cell_ = cell;
    title_ = place_and_stack(s, cell) +
             (cell.param >= 0
                  ? fmt::format("[{}, {}]", cell.row, cell.column)
                  : cell_indices(s.trace(), cell, [](int token) { return token_labels().label(token); }));
    ImGuiHost::current().require_glyphs(title_);
    why_not_editable_ = why_not_editable(s, cell);
    typed_ = has_value(s, cell) && cell.param < 0 ? fmt::format("{:.6g}", s.trace().value(cell)) : "";
}

void CellPopups::draw(const Snapshot& s, const Selection& selection, Commands& commands) {
    if (!s.has_run()) return asked_.reset();
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Right) && selection.cell.get()) {
        prepare(s, *selection.cell.get());
        ImGui::OpenPopup(k_menu);
    }
    if (asked_ && ImGui::GetFrameCount() > k_frames_without_popups) {
        prepare(s, *std::exchange(asked_, std::nullopt));
        ImGui::OpenPopup(k_field);
        field_just_opened_ = true;
    }
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    if (ImGui::BeginPopup(k_menu)) {
        draw_menu(s, commands);
        close_popup_by_escape();
        ImGui::EndPopup();
    }
    if (!at_mouse_)
        ImGui::SetNextWindowPos({px(16), ImGui::GetIO().DisplaySize.y - px(k_above_bottom)}, ImGuiCond_Always,
                                {0, 1});
    if (ImGui::BeginPopup(k_field)) {
        draw_field(s, commands);
        close_popup_by_escape();
        ImGui::EndPopup();
    }
    ImGui::PopStyleVar();
    const bool open = ImGui::IsPopupOpen(k_menu) || ImGui::IsPopupOpen(k_field);
    if (std::exchange(was_open_, open) && !open && ImGui::IsKeyPressed(ImGuiKey_Escape, false))
        give_keyboard_back();
}

void CellPopups::post_edit(const Snapshot& s, double value, Commands& commands) const {
    command::EditCell edit;
    edit.value = value;
    commands.post(at_cell(s, cell_, edit));
}

void CellPopups::draw_menu(const Snapshot& s, Commands& commands) {
    const float width = px(k_width);
    const auto row = [&](const char* name, const char* keys, bool possible = true) {
        ImGui::BeginDisabled(!possible);
        const bool pressed = menu_row(name, {.text = name, .right = keys}, width);
        ImGui::EndDisabled();
        if (pressed) ImGui::CloseCurrentPopup();
        return pressed && possible;
    };
    menu_heading(title_);
    if (row("Edit the value …", "double click", why_not_editable_.empty())) ask_value(cell_, true);
    if (row("Set it to 0", "", why_not_editable_.empty())) post_edit(s, 0, commands);
    if (row("Remove the edit", "", find_edit(s, cell_) != nullptr))
        commands.post(at_cell(s, cell_, command::RemoveEdit{}));
    if (!why_not_editable_.empty()) {
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + px(8));
        popup_text(why_not_editable_, theme().muted);
    }
    ImGui::Dummy({0, px(8)});
    if (row("Pin it", "click")) commands.post(at_cell(s, cell_, command::PinCell{}));
    if (row("Show all of it in the Inspector", ""))
        commands.post(command::Inspect{place_and_stack(s, cell_)});
    if (s.n_edits() == 0) return;
    ImGui::Dummy({0, px(8)});
    draw_edit_menu_rows(s, width, commands);
}

void CellPopups::draw_field(const Snapshot& s, Commands& commands) {
    const FontScope scope(TextSize::body);
    popup_text(title_, theme().muted);
    ImGui::Dummy({0, px(4)});
    if (!why_not_editable_.empty()) return popup_text(why_not_editable_, theme().text, TextSize::body);
    if (std::exchange(field_just_opened_, false)) ImGui::SetKeyboardFocusHere();
    const bool entered = text_field("New value", typed_, "a number", px(k_width),
                                    ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll |
                                        ImGuiInputTextFlags_CharsScientific);
    const std::optional<double> value = parse_number(typed_);
    ImGui::Dummy({0, px(4)});
    popup_text(value ? "Enter: the run is computed again with it. Esc: as it was."
                     : "Type a number, e.g. -0.25 or 1e-3.",
               value ? theme().muted : theme().bad_text);
    ImGui::Dummy({0, px(8)});
    ImGui::BeginDisabled(!value);
    const bool pressed = push_button("Set it", 0, Emphasis::primary);
    ImGui::EndDisabled();
    ImGui::SameLine(0, px(8));
    const bool zero = push_button("Set it to 0");
    bool removed = false;
    if (find_edit(s, cell_)) {
        ImGui::SameLine(0, px(8));
        removed = push_button("Remove the edit");
    }
    const bool set = (entered || pressed) && value;
    if (set) post_edit(s, *value, commands);
    if (zero) post_edit(s, 0, commands);
    if (removed) commands.post(at_cell(s, cell_, command::RemoveEdit{}));
    if (set || zero || removed) close_popup();
}

void draw_edit_menu_rows(const Snapshot& s, float width, Commands& commands) {
    if (menu_row(
            "Edits count",
            {.text = "Edits count", .right = binding_of(KeyAction::toggle_edits).keys, .chosen = s.edits_on},
            width))
        commands.post(command::UseEdits{!s.edits_on});
    if (menu_row("Remove all edits", {.text = "Remove all edits"}, width)) {
        commands.post(command::RemoveEdits{});
        ImGui::CloseCurrentPopup();
    }
}

float draw_edits_button(const Snapshot& s, float right, float top, Commands& commands) {
    if (s.n_edits() == 0) return right;
    ImFont* small = font(TextSize::small);
    char label[48];
    *fmt::format_to_n(label, sizeof label - 1, "edits {}{}##edits", s.n_edits(), s.edits_on ? "" : " off")
         .out = 0;
    const float width = std::ceil(measure(small, shown_text(label)).x) + px(18);
    ImGui::SetCursorScreenPos({right - width, top});
    const ButtonItem item = button_item(label, {width, small->FontSize});
    if (item.seen) {
        ImDrawList& list = *ImGui::GetWindowDrawList();
        const float middle = std::floor(item.box.center().y);
        draw_edit_mark(list, {item.box.min.x, middle - px(4)}, {item.box.min.x + px(8), middle + px(4)},
                       s.edits_on);
        draw_text(list, item.box, item.box.min.x + px(14), small, item.hovered ? theme().text : theme().muted,
                  shown_text(label));
        draw_focus_ring(item, px(3));
    }
    tooltip("The cells that were edited");
    if (item.pressed) ImGui::OpenPopup(k_list);
    ImGui::SetNextWindowPos({item.box.max.x, item.box.min.y - px(8)}, ImGuiCond_Always, {1, 1});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(8), px(8)});
    const bool open = ImGui::BeginPopup(k_list);
    ImGui::PopStyleVar();
    if (!open) return right - width;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    draw_edited_cells(s, px(k_width), commands);
    ImGui::Dummy({0, px(8)});
    draw_edit_menu_rows(s, px(k_width), commands);
    close_popup_by_escape();
    ImGui::PopStyleVar();
    ImGui::EndPopup();
    return right - width;
}

} // namespace gf::ui
