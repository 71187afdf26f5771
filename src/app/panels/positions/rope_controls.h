#pragma once
// Sliders for RoPE's base and scaling, which act on the run that has RoPE: its setup, not its weights. Used
// by the panel Positions.

#include "app/panels/positions/stage_context.h"

#include <fmt/format.h>

namespace gf::ui {

class RopeControls {
  public:
    /// `view` is that of the run that has RoPE.
    void draw(const View& view, Commands& commands, const UiRect& area);
    // In pixels. YaRN has a line more, so that there must be room for the greatest height.
    static float height(const View& view);
    static float greatest_height();

  private:
    static float least_height();
    void read(const View& view);
    void post(const View& view, Commands& commands) const;
    /// A slider between its label and its value. Returns whether a person let go of it with another value.
    bool slider_line(const char* label, float& value, float least, float greatest, bool is_logarithmic,
                     std::string_view written, const UiRect& line);
    bool bounds_line(const UiRect& line);
    void write_sentence(const View& view);

    RopeSetup setup_;             ///< of the run
    float base_ = 0, factor_ = 1; ///< as the sliders have them
    bool is_held_ = false;        ///< a slider is being moved: it keeps its value
    fmt::memory_buffer text_;
};

} // namespace gf::ui
