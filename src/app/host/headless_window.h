#pragma once
// The interface without a window: for pictures (`shot`) and for tests.

#include "app/host/imgui_host.h"
#include "app/host/surfaceless_egl.h"

#include <functional>
#include <optional>

namespace gf::ui {

class Headless {
  public:
    struct Options {
        int width = 1600, height = 900; ///< pixels
        UiLook look{};
        bool gl = false;           ///< draw; without, the interface is only laid out
        bool record_items = false; ///< for UiDriver
    };
    /// @throws Error when `gl` is wanted and EGL is missing, or when the fonts are missing
    explicit Headless(const Options& options);

    /// One frame; time advances by 1/60 s.
    void frame(const std::function<void()>& draw_frame);
    void resize(int width, int height);
    /// The last frame. Needs `gl`.
    Image picture() const;

    ImGuiHost& host() { return host_; }

  private:
    std::optional<Offscreen> screen_; // outlives the host, which frees GL objects
    ImGuiHost host_;
};

} // namespace gf::ui
