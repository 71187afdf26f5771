#include "app/host/ui_hand.h"

#include <string>

namespace gf::ui {

void UiHand::frames(int n) {
    for (int i = 0; i < n; ++i) run_frame_();
}

void UiHand::move_to(ImVec2 place) {
    ImGui::GetIO().AddMousePosEvent(place.x, place.y);
    frames(2); // what is hovered is known in the second one
}

void UiHand::press(ImGuiMouseButton button, int times) {
    ImGuiIO& io = ImGui::GetIO();
    for (int i = 0; i < times; ++i) {
        io.AddMouseButtonEvent(button, true);
        frames(1);
        io.AddMouseButtonEvent(button, false);
        frames(1);
    }
    frames(2);
}

void UiHand::drag(ImVec2 distance) {
    ImGuiIO& io = ImGui::GetIO();
    const ImVec2 from = io.MousePos;
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    frames(1);
    constexpr int k_steps = 4;
    for (int step = 1; step <= k_steps; ++step) {
        const float t = static_cast<float>(step) / k_steps;
        io.AddMousePosEvent(from.x + distance.x * t, from.y + distance.y * t);
        frames(1);
    }
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    frames(2);
}

void UiHand::wheel(float steps) {
    ImGui::GetIO().AddMouseWheelEvent(0, steps);
    frames(2);
}

void UiHand::key(ImGuiKeyChord chord) {
    ImGuiIO& io = ImGui::GetIO();
    const auto send = [&](bool down) {
        for (const ImGuiKey modifier : {ImGuiMod_Ctrl, ImGuiMod_Shift, ImGuiMod_Alt, ImGuiMod_Super})
            if (chord & modifier) io.AddKeyEvent(modifier, down);
        if (const auto plain = static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_); plain != ImGuiKey_None)
            io.AddKeyEvent(plain, down);
        frames(1);
    };
    send(true);
    send(false);
    frames(1);
}

void UiHand::type(std::string_view utf8) {
    ImGui::GetIO().AddInputCharactersUTF8(std::string(utf8).c_str());
    frames(2);
}

} // namespace gf::ui
