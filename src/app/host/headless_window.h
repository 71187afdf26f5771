#pragma once
// The interface without a window on a screen. Used by `glassformer shot`, `glassformer bench ui` and tests.

#include "app/host/imgui_host.h"
#include "app/host/surfaceless_egl.h"

#include <functional>
#include <optional>

namespace gf::ui {

class HeadlessWindow {
  public:
    struct Options {
        int width = 1600, height = 900; ///< pixels
        UiLook look{};
        bool gl = false;           ///< draw with OpenGL; without it, the interface is only laid out
        bool record_items = false; ///< remember items and texts, see ItemRecorder
    };
    /// @throws Error if `gl` is wanted and EGL is missing, or if the fonts are missing
    explicit HeadlessWindow(const Options& options);

    /// Makes one frame; time advances by 1/60 s.
    void frame(const std::function<void()>& draw_frame);
    void resize(int width, int height);
    /// The picture of the last frame. Needs `gl`.
    Image picture() const;

    ImGuiHost& host() { return host_; }

  private:
    std::optional<SurfacelessEgl> egl_; // outlives the host, which frees OpenGL objects
    ImGuiHost host_;
};

} // namespace gf::ui
