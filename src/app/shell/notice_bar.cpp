#include "app/shell/notice_bar.h"

#include "app/host/imgui_host.h"
#include "app/widgets/buttons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>

namespace gf::ui {

float NoticeBar::draw(const Snapshot& s, float top, Commands& commands) {
    const bool from_session = !was_dismissed(s) && !s.message.empty() && s.has_run();
    if (!from_session && window_message_.empty()) return top;
    begin_bar("Notice", top, px(k_height));
    const std::string& text = from_session ? s.message : window_message_;
    if (text != message_with_glyphs_) ImGuiHost::current().require_glyphs(message_with_glyphs_ = text);
    const float buttons_width = px(s.can_truncate ? 230 : 40);
    const ImVec2 at = ImGui::GetCursorScreenPos(),
                 size{std::max(ImGui::GetContentRegionAvail().x - buttons_width, 1.0f), px(k_control_height)};
    ImGui::Dummy(size);
    draw_text_cut(*ImGui::GetWindowDrawList(), {at, {at.x + size.x, at.y + size.y}}, font(TextSize::body),
                  from_session && s.message_is_error ? theme().bad_text : theme().text, text);
    tooltip(text);
    ImGui::SameLine();
    draw_buttons(s, from_session, buttons_width, commands);
    end_bar();
    return top + px(k_height);
}

void NoticeBar::draw_buttons(const Snapshot& s, bool from_session, float width, Commands& commands) {
    ImGui::SetCursorPosX(ImGui::GetWindowWidth() - px(16) - width + px(8));
    if (from_session && s.can_truncate) {
        if (push_button("Cut the prompt to fit", 0, Emphasis::primary)) {
            commands.post(command::SetPrompt{s.refused_prompt, true});
            dismissed_message_number_ = s.message_number;
        }
        ImGui::SameLine(0, px(8));
    }
    ImGui::SetCursorPosX(ImGui::GetWindowWidth() - px(16) - px(30));
    if (icon_button("Dismiss", Icon::close)) {
        if (from_session)
            dismissed_message_number_ = s.message_number;
        else
            window_message_.clear();
    }
}

} // namespace gf::ui
