#include "app/view/cell_popups.h"

#include "app/host/keyboard.h"
#include "app/view/cell_edits.h"
#include "app/view/expert_hands.h"
#include "app/view/key_bindings.h"
#include "app/view/token_labels.h"
#include "app/widgets/buttons.h"
#include "app/widgets/menu.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/popup.h"
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
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + popup_width(k_width));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    record_text(ImGui::GetFont(), at, text, popup_width(k_width));
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
}

/// The first cell of an edit.
CellRef cell_of(const RunEdit& e, const ModelConfig& config) {
    const CellRange& r = e.range;
    CellRef cell;
    cell.site = r.site;
    cell.layer = r.layer;
    cell.head = site_heads(config, r.site) > 1 ? r.head_begin : -1;
    cell.row = r.row_begin;
    cell.column = r.column_begin;
    return cell;
}

/// Which cells an edit changes: "blocks.0.attn.hook_z[h1, t3, 7]", or "blocks.0.attn.hook_z[heads 1 to 2]".
std::string edited_cells(const RunEdit& e, const View& v) {
    const CellRange& r = e.range;
    const CellRef cell = cell_of(e, v.config());
    const bool is_one_cell =
        r.row_end == r.row_begin + 1 && r.column_end == r.column_begin + 1 && r.head_end == r.head_begin + 1;
    if (is_one_cell) return cell_name(v.weights(), cell);
    std::string parts;
    const auto add = [&parts](const char* axis, const std::optional<CellsSpec::Range>& range) {
        if (!range) return;
        const auto [begin, end] = *range;
        fmt::format_to(std::back_inserter(parts), "{}{} {}", parts.empty() ? "" : ", ", axis,
                       end < 0            ? fmt::format("from {}", begin)
                       : end == begin + 1 ? std::to_string(begin)
                                          : fmt::format("{} to {}", begin, end - 1));
    };
    add("rows", e.spec.cells.rows);
    add("heads", e.spec.cells.heads);
    add("columns", e.spec.cells.columns);
    return place_name(v.weights(), cell) + (parts.empty() ? "" : "[" + parts + "]");
}

/// What an edit does: "0.5", "x 0", "+ 3 values", "from b".
std::string edit_words(const EditSpec& spec) {
    const auto values = [&] {
        return spec.values.size() == 1 ? fmt::format("{:.4g}", spec.values[0])
                                       : fmt::format("{} values", spec.values.size());
    };
    switch (spec.kind) {
    case Edit::Kind::scale: return fmt::format("x {:.4g}", spec.scale);
    case Edit::Kind::values: return values();
    case Edit::Kind::add: return "+ " + values();
    case Edit::Kind::donor: break;
    }
    switch (spec.donor.kind) {
    case DonorSpec::Kind::prompt: return "from another prompt";
    case DonorSpec::Kind::branch: return fmt::format("from branch {}", spec.donor.branch);
    case DonorSpec::Kind::run: break;
    }
    return "from " + spec.donor.run;
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
void draw_edited_cells(const View& v, float width, Commands& commands) {
    menu_heading("Edited cells");
    const float cross_width = px(k_control_height + 4);
    int number = 0;
    for (const RunEdit& e : v.edits()) {
        const std::string name = edited_cells(e, v), words = edit_words(e.spec);
        ImGui::PushID(number++); // several edits may be of the same cells
        if (menu_row(name.c_str(), {.text = name, .right = words}, width - cross_width))
            commands.post(command::PinCell{v.address(cell_of(e, v.config()))});
        ImGui::SameLine(0, px(4));
        const std::string remove = "remove the edit of " + name;
        if (quiet_button(remove.c_str(), {"", Icon::close}, remove.c_str()))
            commands.post(command::RemoveEdit{e.spec.cells});
        ImGui::PopID();
    }
    for (const Run& other : v.snapshot.runs) {
        if (other.id == v.run.id || other.edits->empty()) continue;
        const std::string row = fmt::format("{} of the {}", other.edits->size(), other.stack_name());
        if (menu_row(row.c_str(), {.text = row}, width)) commands.post(command::ViewRun{other.name});
    }
}

} // namespace

void CellPopups::ask_value(const CellRef& cell, bool at_mouse) {
    asked_ = cell;
    at_mouse_ = at_mouse;
}

/// Makes the texts of a popup that opens now.
void CellPopups::prepare(const View& v, const CellRef& cell) {
    cell_ = cell;
    title_ = v.address(cell).name +
             (cell.param >= 0
                  ? fmt::format("[{}, {}]", cell.row, cell.column)
                  : cell_indices(v.trace(), cell, [](int token) { return token_labels().label(token); }));
    ImGuiHost::current().require_glyphs(title_);
    why_not_editable_ = why_not_editable(v, cell);
    typed_ = has_value(v, cell) && cell.param < 0 ? fmt::format("{:.6g}", v.trace().value(cell)) : "";
}

void CellPopups::draw(const Snapshot& s, const Selection& selection, Commands& commands) {
    if (!s.has_run()) return asked_.reset();
    // A run may go while a popup about one of its cells is open.
    const auto view_of = [&s](const CellRef& cell) { return View(s, s.run_or_text(cell.run)); };
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Right) && selection.cell.get()) {
        prepare(view_of(*selection.cell.get()), *selection.cell.get());
        beside_ = region_around_mouse();
        ImGui::OpenPopup(k_menu);
    }
    if (asked_ && ImGui::GetFrameCount() > k_frames_without_popups) {
        prepare(view_of(*asked_), *asked_);
        asked_.reset();
        beside_ = region_around_mouse();
        ImGui::OpenPopup(k_field);
        field_just_opened_ = true;
    }
    const View v = view_of(cell_);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    head_menu_.draw(View(s, s.run_or_text(selection.run)), selection, commands);
    if (begin_popup_beside(k_menu, beside_)) {
        draw_menu(v, commands);
        close_popup_by_escape();
        ImGui::EndPopup();
    }
    if (!at_mouse_)
        ImGui::SetNextWindowPos({px(16), ImGui::GetIO().DisplaySize.y - px(k_above_bottom)}, ImGuiCond_Always,
                                {0, 1});
    if (at_mouse_ ? begin_popup_beside(k_field, beside_) : begin_popup(k_field)) {
        draw_field(v, commands);
        close_popup_by_escape();
        ImGui::EndPopup();
    }
    ImGui::PopStyleVar();
    const bool open = ImGui::IsPopupOpen(k_menu) || ImGui::IsPopupOpen(k_field);
    if (std::exchange(was_open_, open) && !open && ImGui::IsKeyPressed(ImGuiKey_Escape, false))
        give_keyboard_back();
}

void CellPopups::post_edit(const View& v, double value, Commands& commands) const {
    commands.post(command::EditCell{v.address(cell_), value});
}

void CellPopups::draw_menu(const View& v, Commands& commands) {
    const float width = popup_width(k_width);
    const auto row = [&](const char* name, const char* keys, bool possible = true) {
        ImGui::BeginDisabled(!possible);
        const bool pressed = menu_row(name, {.text = name, .right = keys}, width);
        ImGui::EndDisabled();
        if (pressed) ImGui::CloseCurrentPopup();
        return pressed && possible;
    };
    menu_heading(title_);
    if (row("Edit the value …", "double click", why_not_editable_.empty())) ask_value(cell_, true);
    if (row("Set it to 0", "", why_not_editable_.empty())) post_edit(v, 0, commands);
    const RunEdit* edit = find_edit(v, cell_);
    if (row("Remove the edit", "", edit)) commands.post(command::RemoveEdit{edit->spec.cells});
    if (!why_not_editable_.empty()) {
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + px(8));
        popup_text(why_not_editable_, theme().muted);
    }
    ImGui::Dummy({0, px(8)});
    if (cell_.param < 0 && cell_.head >= 0 && site_row(cell_.site).attention &&
        draw_head_switch_row(v, *site_row(cell_.site).attention, {cell_.layer, cell_.head}, width, commands))
        ImGui::CloseCurrentPopup();
    const auto expert = v.run.id == Run::k_text ? expert_of(v, cell_) : std::nullopt;
    if (expert)
        if (draw_expert_switch_row(v, *expert, width, commands)) ImGui::CloseCurrentPopup();
    if (row("Pin it", "click")) commands.post(command::PinCell{v.address(cell_)});
    if (row("Show all of it in the Inspector", "")) commands.post(command::Inspect{v.address(cell_).name});
    if (v.snapshot.n_edits() == 0) return;
    ImGui::Dummy({0, px(8)});
    draw_edit_menu_rows(v.snapshot, width, commands);
}

void CellPopups::draw_field(const View& v, Commands& commands) {
    const FontScope scope(TextSize::body);
    popup_text(title_, theme().muted);
    ImGui::Dummy({0, px(4)});
    if (!why_not_editable_.empty()) return popup_text(why_not_editable_, theme().text, TextSize::body);
    if (std::exchange(field_just_opened_, false)) ImGui::SetKeyboardFocusHere();
    const bool entered = text_field("New value", typed_, "a number", popup_width(k_width),
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
    const RunEdit* edit = find_edit(v, cell_);
    if (edit) {
        ImGui::SameLine(0, px(8));
        removed = push_button("Remove the edit");
    }
    const bool set = (entered || pressed) && value;
    if (set) post_edit(v, *value, commands);
    if (zero) post_edit(v, 0, commands);
    if (removed) commands.post(command::RemoveEdit{edit->spec.cells});
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

float draw_edits_button(const View& v, float right, float top, Commands& commands) {
    if (v.snapshot.n_edits() == 0) return right;
    ImFont* small = font(TextSize::small);
    char label[48];
    *fmt::format_to_n(label, sizeof label - 1, "edits {}{}##edits", v.snapshot.n_edits(),
                      v.snapshot.edits_on ? "" : " off")
         .out = 0;
    const float width = std::ceil(measure(small, shown_text(label)).x) + px(18);
    ImGui::SetCursorScreenPos({right - width, top});
    const ButtonItem item = button_item(label, {width, small->FontSize});
    if (item.seen) {
        ImDrawList& list = *ImGui::GetWindowDrawList();
        const float middle = std::floor(item.box.center().y);
        draw_edit_mark(list, {item.box.min.x, middle - px(4)}, {item.box.min.x + px(8), middle + px(4)},
                       v.snapshot.edits_on);
        draw_text(list, item.box, item.box.min.x + px(14), small, item.hovered ? theme().text : theme().muted,
                  shown_text(label));
        draw_focus_ring(item, px(3));
    }
    tooltip("The cells that were edited");
    if (item.pressed) ImGui::OpenPopup(k_list);
    ImGui::SetNextWindowPos({item.box.max.x, item.box.min.y - px(8)}, ImGuiCond_Always, {1, 1});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(8), px(8)});
    const bool open = begin_popup(k_list);
    ImGui::PopStyleVar();
    if (!open) return right - width;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    draw_edited_cells(v, popup_width(k_width), commands);
    ImGui::Dummy({0, px(8)});
    draw_edit_menu_rows(v.snapshot, popup_width(k_width), commands);
    close_popup_by_escape();
    ImGui::PopStyleVar();
    ImGui::EndPopup();
    return right - width;
}

} // namespace gf::ui
