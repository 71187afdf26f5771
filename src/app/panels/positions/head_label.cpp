#include "app/panels/positions/head_label.h"

#include "app/widgets/widget_parts.h"

namespace gf::ui {

void draw_head_label(const StageContext& c, int head, const char* label, const UiRect& box) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool is_chosen = head == c.head.head;
    ImGui::SetCursorScreenPos(box.min);
    const ButtonItem item = button_item(label, box.size(), mark_of(is_chosen));
    if (item.hovered) draw_fill(list, item.box, t.control, px(3));
    list.AddRectFilled({item.box.min.x + px(2), box.min.y + px(4)},
                       {item.box.min.x + px(5), box.min.y + px(13)}, t.head_fill(head, c.config().n_heads));
    draw_text(list, item.box, item.box.min.x + px(9),
              font(TextSize::small, is_chosen ? Face::bold : Face::regular), is_chosen ? t.text : t.muted,
              label);
    draw_focus_ring(item, px(3));
    if (item.pressed) c.commands.post(command::PinHead{c.head.layer, head});
}

} // namespace gf::ui
