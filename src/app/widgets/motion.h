#pragma once
// Motion tells where something went: a value glides to where it is wanted, at most 150 ms, eased; or jumps,
// where motion is off.

namespace gf::ui {

inline constexpr float k_glide_seconds = 0.15f;

/// Whether things move at all (a setting; pictures without a display never do).
void set_motion(bool on);

class Glide {
  public:
    /// Once a frame: where the value is now on its way to `target`. The first call jumps. Asks for frames
    /// until it is there.
    float to(float target);
    /// Without motion.
    void jump(float target);
    float value() const { return value_; }
    bool moving() const { return left_ > 0; }

  private:
    float value_ = 0, from_ = 0, target_ = 0, left_ = -1; ///< left_: seconds still to go; -1: never asked
};

} // namespace gf::ui
