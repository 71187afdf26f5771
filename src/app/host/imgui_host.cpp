#include "app/host/imgui_host.h"

#include "app/host/keyboard.h"

#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>
#include <implot.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {

ImGuiHost::ImGuiHost(bool gl, const UiLook& look) : gl_(gl) {
    IMGUI_CHECKVERSION();
    imgui_ = ImGui::CreateContext();
    implot_ = ImPlot::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.UserData = this;
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable | ImGuiConfigFlags_NavEnableKeyboard;
    io.ConfigWindowsMoveFromTitleBarOnly = true; // inside of a panel, dragging pans
    recorder_.attach(*imgui_);
    set_look(look);
    apply_look();
    if (gl_) {
        ImGui_ImplOpenGL3_Init("#version 330 core");
        // Done now, and not in the first frame, so that only apply_look() makes textures of fonts.
        ImGui_ImplOpenGL3_CreateDeviceObjects();
    }
}

ImGuiHost::~ImGuiHost() {
    ImGui::SetCurrentContext(imgui_);
    if (gl_) ImGui_ImplOpenGL3_Shutdown();
    ImPlot::DestroyContext(implot_);
    ImGui::DestroyContext(imgui_);
}

ImGuiHost& ImGuiHost::current() { return *static_cast<ImGuiHost*>(ImGui::GetIO().UserData); }

void ImGuiHost::set_look(const UiLook& look) {
    wanted_ = look;
    wanted_.scale = std::clamp(look.scale, k_min_scale, k_max_scale);
}

void ImGuiHost::apply_look() {
    theme_ = &theme_of(wanted_.theme);
    scale_ = wanted_.scale * theme_->scale;
    apply_theme(*theme_, scale_);
    ImGuiIO& io = ImGui::GetIO();
    fonts_.build(*io.Fonts, scale_);
    io.FontDefault = fonts_.get(TextSize::body, Face::regular);
    if (io.BackendRendererUserData) {
        ImGui_ImplOpenGL3_DestroyFontsTexture();
        ImGui_ImplOpenGL3_CreateFontsTexture();
    }
    applied_ = wanted_;
    glyphs_changed_ = false;
}

void ImGuiHost::begin_frame() {
    ImGui::SetCurrentContext(imgui_);
    ImPlot::SetCurrentContext(implot_);
    if (wants_frame()) apply_look();
    if (gl_) ImGui_ImplOpenGL3_NewFrame();
    recorder_.begin_frame();
    ImGui::NewFrame();
}

void ImGuiHost::end_frame() {
    keep_keys_from_navigation();
    ImGui::Render();
    if (gl_) ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

float px(float length) { return std::round(length * ImGuiHost::current().scale()); }

ImFont* font(TextSize size, Face face) { return ImGuiHost::current().fonts().get(size, face); }

} // namespace gf::ui
