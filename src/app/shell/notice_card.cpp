#include "app/shell/notice_card.h"

#include "app/host/imgui_host.h"
#include "app/widgets/buttons.h"
#include "app/widgets/floating_card.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_width = 560, k_padding = 12, k_margin = 12, k_gap = 8, k_close_width = 30; // design lengths

/// Pixels that the text has beside the button that closes the card.
float text_width(float card_width) { return card_width - 2 * px(k_padding) - px(k_gap + k_close_width); }

bool is_same(const UiRect& a, const UiRect& b) {
    return a.min.x == b.min.x && a.min.y == b.min.y && a.max.x == b.max.x && a.max.y == b.max.y;
}

} // namespace

void NoticeCard::draw(const Snapshot& s, const UiRect& area, Commands& commands) {
    window_.update();
    const bool from_session = !was_dismissed(s) && !s.message.empty() && s.has_run();
    const std::string& text = from_session ? s.message : window_.text();
    if (text.empty()) return;
    if (text != message_with_glyphs_) ImGuiHost::current().require_glyphs(message_with_glyphs_ = text);
    const float width = std::max(std::min(px(k_width), area.width() - 2 * px(k_margin)), px(160));
    const float text_height = wrapped_text_height(font(TextSize::body), text, text_width(width));
    float height = 2 * px(k_padding) + std::max(text_height, px(k_control_height));
    if (from_session && s.can_truncate) height += px(k_gap + k_control_height);
    UiRect room = area;
    if (height > area.height() - 2 * px(k_margin)) room.max.y = ImGui::GetIO().DisplaySize.y;
    height = std::min(height, std::max(room.height() - 2 * px(k_margin), px(80)));
    place(room, {width, height}, from_session ? s.message_number : window_.number() << 32);
    const UiRect card{at_, {at_.x + width, at_.y + height}};
    begin_floating_card("Notice", card);
    draw_content(s, from_session, commands);
    end_floating_card();
    keep_clear(card);
}

/// Chooses a place in the area that covers nothing the person is at; when there is none, the first.
void NoticeCard::place(const UiRect& area, ImVec2 size, std::uint64_t number) {
    const bool stays = number == placed_number_ && is_same(area, placed_in_) && size.x == placed_size_.x &&
                       size.y == placed_size_.y;
    if (stays) return;
    placed_number_ = number;
    placed_in_ = area;
    placed_size_ = size;
    const float margin = px(k_margin), left = area.min.x + margin, right = area.max.x - margin - size.x,
                middle = std::floor((left + right) / 2), top = area.min.y + margin,
                bottom = area.max.y - margin - size.y;
    const std::array<ImVec2, 6> places{
        {{middle, top}, {left, top}, {right, top}, {middle, bottom}, {left, bottom}, {right, bottom}}};
    const auto is_free = [&](const ImVec2& at) {
        const UiRect card{at, {at.x + size.x, at.y + size.y}};
        return !is_where_person_is(card.grown(margin));
    };
    const auto free = std::find_if(places.begin(), places.end(), is_free);
    at_ = free == places.end() ? places[0] : *free;
}

void NoticeCard::draw_content(const Snapshot& s, bool from_session, Commands& commands) {
    const std::string& text = from_session ? s.message : window_.text();
    const float width = ImGui::GetWindowWidth(), pad = px(k_padding);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImFont* f = font(TextSize::body);
    const float room = text_width(width), height = wrapped_text_height(f, text, room),
                first_line = std::max(std::floor((px(k_control_height) - f->FontSize) / 2), 0.0f);
    draw_wrapped_text(*ImGui::GetWindowDrawList(),
                      {at.x, at.y + (height > px(k_control_height) ? 0 : first_line)}, f,
                      from_session && s.message_is_error ? theme().bad_text : theme().text, text, room);
    ImGui::Dummy({room, std::max(height, px(k_control_height))});
    const float below = ImGui::GetCursorPosY();
    ImGui::SetCursorScreenPos({at.x + width - 2 * pad - px(k_close_width), at.y});
    if (icon_button("Dismiss", Icon::close)) {
        if (from_session)
            dismissed_message_number_ = s.message_number;
        else
            window_.clear();
    }
    if (!from_session || !s.can_truncate) return;
    ImGui::SetCursorPos({pad, below});
    if (push_button("Cut the prompt to fit", 0, Emphasis::primary)) {
        commands.post(command::SetPrompt{s.refused_prompt, true});
        dismissed_message_number_ = s.message_number;
    }
}

} // namespace gf::ui
