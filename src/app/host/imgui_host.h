#pragma once
// Dear ImGui and ImPlot as this program sets them up, the same for GlfwWindow and HeadlessWindow. Widgets and
// panels include this for theme(), px() and font().

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
    float scale = 1; ///< pixels per length unit of the design, k_min_scale to k_max_scale
    bool operator==(const UiLook&) const = default;
};
inline constexpr float k_min_scale = 0.75f, k_max_scale = 3;

class ImGuiHost {
  public:
    /// With `gl`, frames are drawn with the OpenGL context that is current now; else they are only laid out.
    ImGuiHost(bool gl, const UiLook& look);
    ~ImGuiHost();
    ImGuiHost(const ImGuiHost&) = delete;
    ImGuiHost& operator=(const ImGuiHost&) = delete;
    /// The host of the current ImGui context.
    static ImGuiHost& current();

    /// What was set last, even if no frame has applied it yet.
    const UiLook& look() const { return wanted_; }
    const Theme& theme() const { return *theme_; }
    const FontSet& fonts() const { return fonts_; }
    /// Pixels per length unit: the look's scale times the theme's.
    float scale() const { return scale_; }
    bool has_gl() const { return gl_; }

    /// Takes effect with the next frame; the scale is clamped.
    void set_look(const UiLook& look);
    /// Call with a text that will be shown; characters that the fonts lacked appear from the next frame on.
    void require_glyphs(std::string_view utf8) { glyphs_changed_ |= fonts_.require(utf8); }
    /// Whether set_look() or require_glyphs() changed what the next frame looks like.
    bool wants_frame() const { return glyphs_changed_ || !(wanted_ == applied_); }

    /// Switches the recorder on or off. Only the next frame is complete in it.
    void record_items(bool on) { recorder_.switch_on(on); }
    const ItemRecorder& items() const { return recorder_; }

    /// Before this, the caller or ImGui's platform backend sets io.DisplaySize and io.DeltaTime.
    void begin_frame();
    /// Ends the frame, and draws it into the bound framebuffer if there is OpenGL.
    void end_frame();

  private:
    void apply_look();

    ImGuiContext* imgui_;
    ImPlotContext* implot_;
    bool gl_;
    UiLook wanted_, applied_{ThemeName::light, 0};
    const Theme* theme_ = nullptr;
    float scale_ = 1;
    bool glyphs_changed_ = false;
    FontSet fonts_;
    ItemRecorder recorder_;
};

// Short names for what panels use all the time. They belong to the current host.

inline const Theme& theme() { return ImGuiHost::current().theme(); }
/// A length of the design in whole pixels. A length of 1 is at least one pixel, as k_min_scale rounds to 1.
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
