#include "app/view/cell_hands.h"

#include "app/host/keyboard.h"
#include "app/view/key_bindings.h"
#include "app/view/token_labels.h"
#include "app/widgets/menu.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"
#include "core/formula/spelling.h"
#include "core/site_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

constexpr const char *k_menu = "Cell", *k_field = "Value", *k_list = "Edits";
constexpr int k_first_frames = 3; ///< windows that appear take the focus, which closes popups
constexpr float k_width = 340, k_above_the_bar = 68; ///< design lengths

/// The site's name with that of the stack in view, or the parameter's.
std::string full_name(const Snapshot& s, const CellRef& c) {
    const Weights& w = *s.model->weights;
    return (c.param >= 0 ? "" : std::string(stack_prefix(w, s.trace().shape().stack))) + place_name(w, c);
}

template <class C>
C named(const Snapshot& s, const CellRef& c, C command) {
    command.name = full_name(s, c);
    command.head = c.head;
    command.row = c.row;
    command.column = c.column;
    return command;
}

void close() {
    ImGui::CloseCurrentPopup();
    give_keyboard_back();
}

void close_by_escape() {
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) close();
}

/// A line of words as wide as the popup, wrapped.
void words(std::string_view text, ImU32 ink, TextSize size = TextSize::small) {
    const FontScope scope(size);
    ImGui::PushStyleColor(ImGuiCol_Text, ink);
    ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + px(k_width));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    record_text(ImGui::GetFont(), at, text, px(k_width));
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
}

CellRef cell_of(const Edit& e, const ModelConfig& config) {
    const CellRange& r = e.range;
    return {0,           r.site,        r.layer, site_heads(config, r.site) > 1 ? r.head_begin : -1,
            r.row_begin, r.column_begin};
}

bool is_there(const Snapshot& s, const CellRef& c) {
    return c.param >= 0 ||
           (c.row >= 0 && c.row < s.trace().n_rows(c.site, s.run().rows) && s.trace().kept(c.site, c.layer));
}

} // namespace

const Edit* edit_of(const Snapshot& s, const CellRef& c) {
    if (c.param >= 0) return nullptr;
    const int head = std::max(c.head, 0);
    const CellRange cell{c.site, c.layer, c.row, c.row + 1, head, head + 1, c.column, c.column + 1};
    const auto found =
        std::find_if(s.edits->begin(), s.edits->end(), [&](const Edit& e) { return e.range == cell; });
    return found == s.edits->end() ? nullptr : &*found;
}

std::string not_editable_because(const Snapshot& s, const CellRef& c) {
    if (c.param >= 0) return "A parameter: training changes it. Edit what is computed from it.";
    const SiteRow& site = site_row(c.site);
    if (!site.editable) return fmt::format("It cannot be edited: {}.", site.not_editable_because);
    if (!is_there(s, c)) return "Its value is not there.";
    if (by_key(c.site) && !s.trace().keys(c.site, c.row).holds(c.column))
        return "The mask forbids it: an edit does not lift the mask.";
    return {};
}

void put_edit_mark(ImDrawList& list, ImVec2 min, ImVec2 max, bool counts) {
    const float side = std::clamp(std::min(max.x - min.x, max.y - min.y) * 0.5f, px(4), px(8)), half = px(1);
    const ImVec2 corner{std::max(max.x, min.x + side), min.y};
    list.AddTriangleFilled({corner.x - side - half, corner.y - half}, {corner.x + half, corner.y - half},
                           {corner.x + half, corner.y + side + half}, theme().panel); // seen on any colour
    list.AddTriangleFilled({corner.x - side, corner.y}, corner, {corner.x, corner.y + side},
                           counts ? theme().accent : theme().muted);
}

void CellHands::begin(const Snapshot& s, const CellRef& cell) {
    cell_ = cell;
    title_ = full_name(s, cell) +
             (cell.param >= 0
                  ? fmt::format("[{}, {}]", cell.row, cell.column)
                  : cell_indices(s.trace(), cell, [](int token) { return token_labels().alone(token); }));
    ImGuiHost::current().require_glyphs(title_);
    refused_ = not_editable_because(s, cell);
    typed_ = is_there(s, cell) && cell.param < 0 ? fmt::format("{:.6g}", s.trace().value(cell)) : "";
}

void CellHands::draw(const Snapshot& s, const Selection& selection, Commands& commands) {
    if (!s.has_run()) return asked_.reset();
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Right) && selection.cell.get()) {
        begin(s, *selection.cell.get());
        ImGui::OpenPopup(k_menu);
    }
    if (asked_ && ImGui::GetFrameCount() > k_first_frames) {
        begin(s, *std::exchange(asked_, std::nullopt));
        ImGui::OpenPopup(k_field);
        opened_ = true;
    }
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    if (ImGui::BeginPopup(k_menu)) {
        draw_menu(s, commands);
        close_by_escape();
        ImGui::EndPopup();
    }
    if (!at_mouse_)
        ImGui::SetNextWindowPos({px(16), ImGui::GetIO().DisplaySize.y - px(k_above_the_bar)},
                                ImGuiCond_Always, {0, 1});
    if (ImGui::BeginPopup(k_field)) {
        draw_field(s, commands);
        close_by_escape();
        ImGui::EndPopup();
    }
    ImGui::PopStyleVar();
    const bool open = ImGui::IsPopupOpen(k_menu) || ImGui::IsPopupOpen(k_field);
    if (std::exchange(was_open_, open) && !open && ImGui::IsKeyPressed(ImGuiKey_Escape, false))
        give_keyboard_back();
}

void CellHands::set(const Snapshot& s, double value, Commands& commands) const {
    command::EditCell edit;
    edit.value = value;
    commands.post(named(s, cell_, edit));
}

void CellHands::draw_menu(const Snapshot& s, Commands& commands) {
    const float width = px(k_width);
    const auto row = [&](const char* name, const char* keys, bool possible = true) {
        ImGui::BeginDisabled(!possible);
        const bool pressed = menu_row(name, {.text = name, .right = keys}, width);
        ImGui::EndDisabled();
        if (pressed) ImGui::CloseCurrentPopup();
        return pressed && possible;
    };
    menu_heading(title_);
    if (row("Edit the value …", "double click", refused_.empty())) ask(cell_, true);
    if (row("Set it to 0", "", refused_.empty())) set(s, 0, commands);
    if (row("Remove the edit", "", edit_of(s, cell_) != nullptr))
        commands.post(named(s, cell_, command::RemoveEdit{}));
    if (!refused_.empty()) {
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + px(8));
        words(refused_, theme().muted);
    }
    ImGui::Dummy({0, px(8)});
    if (row("Pin it", "click")) commands.post(named(s, cell_, command::PinCell{}));
    if (row("Show all of it in the Inspector", "")) commands.post(command::Inspect{full_name(s, cell_)});
    if (s.n_edits() == 0) return;
    ImGui::Dummy({0, px(8)});
    draw_edit_rows(s, width, commands);
}

void CellHands::draw_field(const Snapshot& s, Commands& commands) {
    const FontScope scope(TextSize::body);
    words(title_, theme().muted);
    ImGui::Dummy({0, px(4)});
    if (!refused_.empty()) return words(refused_, theme().text, TextSize::body);
    if (std::exchange(opened_, false)) ImGui::SetKeyboardFocusHere();
    const bool entered = text_field("New value", typed_, "a number", px(k_width),
                                    ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll |
                                        ImGuiInputTextFlags_CharsScientific);
    double value = 0;
    const char* begin = typed_.c_str() + (typed_.starts_with('+') ? 1 : 0);
    const char* end = typed_.c_str() + typed_.size();
    const auto [stop, error] = std::from_chars(begin, end, value);
    const bool is_number = error == std::errc() && stop == end && std::isfinite(static_cast<float>(value));
    const Edit* edit = edit_of(s, cell_);
    ImGui::Dummy({0, px(4)});
    words(is_number ? "Enter: the run is computed again with it. Esc: as it was."
                    : "Type a number, e.g. -0.25 or 1e-3.",
          is_number ? theme().muted : theme().bad_text);
    ImGui::Dummy({0, px(8)});
    ImGui::BeginDisabled(!is_number);
    const bool pressed = push_button("Set it", 0, Emphasis::primary);
    ImGui::EndDisabled();
    ImGui::SameLine(0, px(8));
    const bool zero = push_button("Set it to 0");
    bool removed = false;
    if (edit) {
        ImGui::SameLine(0, px(8));
        removed = push_button("Remove the edit");
    }
    if ((entered || pressed) && is_number) set(s, value, commands);
    if (zero) set(s, 0, commands);
    if (removed) commands.post(named(s, cell_, command::RemoveEdit{}));
    if (((entered || pressed) && is_number) || zero || removed) close();
}

void draw_edit_rows(const Snapshot& s, float width, Commands& commands) {
    if (menu_row("Edits count",
                 {.text = "Edits count", .right = binding_of(KeyAction::edits).keys, .chosen = s.edits_on},
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
    const float width = std::ceil(measure(small, shown(label)).x) + px(18);
    ImGui::SetCursorScreenPos({right - width, top});
    const ButtonItem item = button_item(label, {width, small->FontSize});
    if (item.seen) {
        ImDrawList& list = *ImGui::GetWindowDrawList();
        const float middle = std::floor(item.box.center().y);
        put_edit_mark(list, {item.box.min.x, middle - px(4)}, {item.box.min.x + px(8), middle + px(4)},
                      s.edits_on);
        put_text(list, item.box, item.box.min.x + px(14), small, item.hovered ? theme().text : theme().muted,
                 shown(label));
        put_focus_ring(item, px(3));
    }
    tooltip("The cells that were edited");
    if (item.pressed) ImGui::OpenPopup(k_list);
    ImGui::SetNextWindowPos({item.box.max.x, item.box.min.y - px(8)}, ImGuiCond_Always, {1, 1});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(8), px(8)});
    const bool open = ImGui::BeginPopup(k_list);
    ImGui::PopStyleVar();
    if (!open) return right - width;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    const float wide = px(k_width), bin = px(k_control_height + 4);
    menu_heading("Edited cells");
    for (const Edit& e : *s.edits) {
        const CellRef cell = cell_of(e, s.config());
        const std::string name = cell_name(*s.model->weights, cell),
                          value = fmt::format("{:.4g}", e.values[0]);
        ImGui::PushID(name.c_str());
        if (menu_row(name.c_str(), {.text = name, .right = value}, wide - bin))
            commands.post(named(s, cell, command::PinCell{}));
        ImGui::SameLine(0, px(4));
        const std::string remove = "remove the edit of " + name;
        if (quiet_button(remove.c_str(), {"", Icon::close}, remove.c_str()))
            commands.post(named(s, cell, command::RemoveEdit{}));
        ImGui::PopID();
    }
    if (!s.other_stack_edits->empty()) {
        const char* other = s.encoder_in_view() ? "decoder" : "encoder";
        const std::string row = fmt::format("{} of the {}", s.other_stack_edits->size(), other);
        if (menu_row(row.c_str(), {.text = row}, wide)) commands.post(command::ViewStack{other});
    }
    ImGui::Dummy({0, px(8)});
    draw_edit_rows(s, wide, commands);
    close_by_escape();
    ImGui::PopStyleVar();
    ImGui::EndPopup();
    return right - width;
}

} // namespace gf::ui
