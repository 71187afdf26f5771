#include "app/view/head_switch.h"

#include "app/host/keyboard.h"
#include "app/view/key_bindings.h"
#include "app/widgets/menu.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/popup.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf::ui {
namespace {

constexpr const char* k_popup_name = "Head menu";
constexpr float k_head_menu_width = 260; ///< design length

Site site_of_mix(Attention attention) { return attention == Attention::cross ? Site::cross_z : Site::z; }

CellsSpec cells_of_head(const View& v, Attention attention, HeadRef head) {
    const CellRef first = v.cell(site_of_mix(attention), head.layer, head.head, 0, 0);
    return {.site = v.address(first).name,
            .run = v.run.name,
            .heads = CellsSpec::Range{head.head, head.head + 1}};
}

} // namespace

bool is_switched_off(const View& v, Attention attention, HeadRef head) {
    const Site site = site_of_mix(attention);
    return v.snapshot.edits_on && std::any_of(v.edits().begin(), v.edits().end(), [&](const RunEdit& e) {
               const CellRange& r = e.range;
               return is_switch(e.spec) && r.site == site && r.layer == head.layer &&
                      r.head_begin == head.head && r.head_end == head.head + 1;
           });
}

command::SwitchCells head_switch_command(const View& v, Attention attention, HeadRef head) {
    return {cells_of_head(v, attention, head)};
}

void post_head_switch(const View& v, Attention attention, HeadRef head, Commands& commands) {
    commands.post(command::PinHead{head.layer, head.head});
    commands.post(head_switch_command(v, attention, head));
}

bool draw_head_switch_row(const View& v, Attention attention, HeadRef head, float width, Commands& commands) {
    const std::string text =
        fmt::format("Switch head {} {}", head.head, is_switched_off(v, attention, head) ? "on again" : "off");
    const char* keys = binding_of(KeyAction::switch_head).keys;
    if (!menu_row(text.c_str(), {.text = text, .right = keys}, width)) return false;
    post_head_switch(v, attention, head, commands);
    return true;
}

void HeadMenu::draw(const View& v, const Selection& selection, Commands& commands) {
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Right) && selection.head.get() && !selection.cell.get()) {
        head_ = *selection.head.get();
        attention_ = selection.attention;
        beside_ = region_around_mouse();
        ImGui::OpenPopup(k_popup_name);
    }
    if (!begin_popup_beside(k_popup_name, beside_)) return;
    menu_heading(fmt::format("layer {}, head {}", head_.layer, head_.head));
    bool pressed = draw_head_switch_row(v, attention_, head_, px(k_head_menu_width), commands);
    if (!pressed && ImGui::IsKeyChordPressed(binding_of(KeyAction::switch_head).chord)) {
        post_head_switch(v, attention_, head_, commands); // the key that the row names
        pressed = true;
    }
    if (menu_row("Pin the head", {.text = "Pin the head", .right = "click"}, px(k_head_menu_width))) {
        commands.post(command::PinHead{head_.layer, head_.head});
        pressed = true;
    }
    if (pressed || ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        ImGui::CloseCurrentPopup();
        give_keyboard_back();
    }
    ImGui::EndPopup();
}

} // namespace gf::ui
