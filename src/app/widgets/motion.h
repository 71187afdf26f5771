#pragma once
// Motion shows where something went: a value glides to its target within 150 ms, or jumps if motion is off.
// Used by the Flow and Heads panels.

namespace gf::ui {

inline constexpr float k_glide_seconds = 0.15f;

/// Whether values glide. The workbench sets it from the settings; pictures without a display have it off.
void set_motion(bool on);

class Glide {
  public:
    /// Called once a frame: moves the value towards `target` and returns it. The first call jumps. Asks for
    /// frames until the value is there.
    float move_to(float target);
    void jump_to(float target);
    float value() const { return value_; }

  private:
    float value_ = 0, from_ = 0, target_ = 0;
    float seconds_left_ = -1; ///< -1 before the first call
};

} // namespace gf::ui
