#include "app/panels/masks/mask_effect_panel.h"

#include "app/panels/masks/head_change.h"
#include "app/panels/masks/next_token_change.h"
#include "app/view/not_kept_notice.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf::ui {
namespace {

constexpr float k_share_above = 0.47f, k_least_below = 120, k_between = 10; // lengths of the design

class MaskEffectPanel : public Panel {
  public:
    const char* title() const override { return "Mask effect"; }
    const char* about() const override { return "next token and head before and with the masks"; }
    bool always_shows_text() const override { return true; }
    bool shows_values() const override { return false; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    NextTokenChange next_;
    HeadChange head_;
    MaskEffectsRequest request_;
};

void MaskEffectPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const MaskCase c(v, selection);
    request_.ask(v.snapshot, commands);
    panel_header(title(), "the next token before and now; what the head did");
    if (v.cursor == 0) return;
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const UiRect area{at, {at.x + room.x, at.y + room.y}};
    const bool has_below = room.y * (1 - k_share_above) >= px(k_least_below);
    UiRect above = area, below = area;
    if (has_below) above.max.y = below.min.y = area.min.y + std::floor(room.y * k_share_above);
    next_.draw(c, selection.token_in_view(v.cursor), above);
    if (has_below) {
        below.min.y += px(k_between);
        ImGui::SetCursorScreenPos(below.min);
        text_line(fmt::format("What layer {}, head {} did", c.head.layer, c.head.head), theme().text,
                  TextSize::body, Face::bold);
        below.min.y = ImGui::GetCursorScreenPos().y;
        head_.draw(c, below);
    }
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({std::max(room.x, 1.0f), std::max(room.y, 1.0f)});
}

} // namespace

std::unique_ptr<Panel> make_mask_effect_panel() { return std::make_unique<MaskEffectPanel>(); }

} // namespace gf::ui
