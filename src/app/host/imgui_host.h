#pragma once
// Dear ImGui and ImPlot set up our way, the same for the window, for pictures and for tests.

#include "app/host/fonts.h"
#include "app/host/item_recorder.h"
#include "app/host/theme.h"

#include <memory>
#include <string_view>

struct ImGuiContext;
struct ImPlotContext;

namespace gf::ui {

/// What a person chooses about the whole interface.
struct UiLook {
    ThemeName theme = ThemeName::light;
    float scale = 1; ///< k_least_scale to k_greatest_scale; pixels per length unit
    bool operator==(const UiLook&) const = default;
};
inline constexpr float k_least_scale = 0.75f, k_greatest_scale = 3;

class ImGuiHost {
  public:
    /// `gl`: draw with the OpenGL context that is current now; without, frames are laid out but never drawn.
    ImGuiHost(bool gl, const UiLook& look);
    ~ImGuiHost();
    ImGuiHost(const ImGuiHost&) = delete;
    ImGuiHost& operator=(const ImGuiHost&) = delete;
    /// The host of the current ImGui context.
    static ImGuiHost& current();

    const UiLook& look() const { return wanted_; }
    const Theme& theme() const { return *theme_; }
    const FontSet& fonts() const { return fonts_; }
    float scale() const { return scale_; }
    bool has_gl() const { return gl_; }

    /// From the next frame on; the scale is clamped.
    void set_look(const UiLook& look);
    /// Characters that will be shown; they appear from the next frame on.
    void require_glyphs(std::string_view utf8) { glyphs_changed_ |= fonts_.require(utf8); }
    /// True when the next frame will differ for reasons of set_look or require_glyphs.
    bool wants_frame() const { return glyphs_changed_ || !(wanted_ == applied_); }

    /// Records items for the driver from the next frame on.
    void record_items(bool on) { recorder_.switch_on(on); }
    const ItemRecorder& items() const { return recorder_; }

    /// The caller has set io.DisplaySize and io.DeltaTime, or its platform backend has.
    void begin_frame();
    /// Lays the frame out; draws it into the bound framebuffer when there is GL.
    void end_frame();

  private:
    void apply_look();

    ImGuiContext* imgui_;
    ImPlotContext* implot_;
    bool gl_;
    UiLook wanted_, applied_{ThemeName::light, 0};
    const Theme* theme_ = nullptr;
    float scale_ = 1; // of lengths
    bool glyphs_changed_ = false;
    FontSet fonts_;
    ItemRecorder recorder_;
};

// What panels use all the time, of the current host.

inline const Theme& theme() { return ImGuiHost::current().theme(); }
/// A length of the design, in whole pixels.
float px(float length);
ImFont* font(TextSize size, Face face = Face::regular);

/// Selects a font for the scope.
class FontScope {
  public:
    explicit FontScope(TextSize size, Face face = Face::regular) { ImGui::PushFont(font(size, face)); }
    ~FontScope() { ImGui::PopFont(); }
    FontScope(const FontScope&) = delete;
    FontScope& operator=(const FontScope&) = delete;
};

} // namespace gf::ui
