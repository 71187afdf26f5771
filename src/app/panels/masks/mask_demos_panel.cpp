#include "app/panels/masks/mask_demos_panel.h"

#include "app/panels/masks/mask_demos.h"
#include "app/view/panel_options.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/segmented_control.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths. Narrower than k_least_width the panel scrolls.
constexpr float k_column = 250, k_column_gap = 22, k_least_width = 230;
constexpr std::array<const char*, 3> k_demos{"leak", "window", "padding"};

enum class Demo { leak, window, padding };
std::string_view name(Demo demo) { return k_demos[static_cast<std::size_t>(demo)]; }

struct DemoOptions {
    Demo first = Demo::leak; ///< where not all have room, those that stand behind it follow
    FieldOf field = FieldOf::window;
    static void fields(auto& options, auto visit) {
        visit("first", options.first);
        visit("field", options.field);
    }
};

class MaskDemosPanel : public PanelWithOptions<DemoOptions> {
  public:
    const char* title() const override { return "Mask demos"; }
    const char* about() const override { return "what masks are for: the leak, the window, padding"; }
    bool always_shows_text() const override { return true; }
    bool shows_values() const override { return false; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_demos(const MaskCase& c, const Selection& selection, Commands& commands, float least);

    WindowDemo window_;
    MaskEffectsRequest request_;
};

void MaskDemosPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const MaskCase c(v, selection);
    request_.ask(v.snapshot, commands);
    const HeaderPlace place =
        header_place_beside(title(), segmented_control_width(k_demos, ControlSize::small));
    panel_header(title(), "what masks are for", place.reserved);
    if (place.fits) {
        const HeaderControls controls(place.at);
        int first = static_cast<int>(options_.first);
        if (segmented_control("first", first, k_demos, ControlSize::small))
            options_.first = static_cast<Demo>(first);
    }
    if (v.cursor == 0) return;
    const float least = px(k_least_width);
    const bool scrolls = ImGui::GetContentRegionAvail().x < least;
    if (scrolls) {
        ImGui::SetNextWindowContentSize({least, 0});
        ImGui::BeginChild("scrolled", {0, 0}, ImGuiChildFlags_None,
                          ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NavFlattened);
        ImGui::SetCursorPosY(px(3)); // the controls beside a heading are higher than it
    }
    draw_demos(c, selection, commands, least);
    if (scrolls) ImGui::EndChild();
}

/// As many side by side as have room.
void MaskDemosPanel::draw_demos(const MaskCase& c, const Selection& selection, Commands& commands,
                                float least) {
    const View& v = c.view;
    const ImVec2 at = ImGui::GetCursorScreenPos(), space = ImGui::GetContentRegionAvail();
    const ImVec2 room{std::max(space.x, least), space.y};
    const int n =
        std::clamp(static_cast<int>((room.x + px(k_column_gap)) / px(k_column + k_column_gap)), 1, 3);
    const float width =
        std::floor((room.x - static_cast<float>(n - 1) * px(k_column_gap)) / static_cast<float>(n));
    for (int i = 0; i < n; ++i) {
        const float left = at.x + static_cast<float>(i) * (width + px(k_column_gap));
        const UiRect area{{left, at.y}, {left + width, at.y + room.y}};
        switch (static_cast<Demo>((static_cast<int>(options_.first) + i) % 3)) {
        case Demo::leak: draw_leak_demo(c, area, commands); break;
        case Demo::window:
            options_.field =
                window_.draw(c, area, options_.field, selection.token_in_view(v.cursor), commands);
            break;
        case Demo::padding: draw_padding_demo(c, area, commands); break;
        }
    }
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({std::max(room.x, 1.0f), std::max(room.y, 1.0f)});
}

} // namespace

std::unique_ptr<Panel> make_mask_demos_panel() { return std::make_unique<MaskDemosPanel>(); }

} // namespace gf::ui
