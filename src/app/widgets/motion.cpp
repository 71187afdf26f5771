#include "app/widgets/motion.h"

#include "app/host/frame_request.h"

#include <imgui.h>

namespace gf::ui {
namespace {

bool g_motion_on = true;

} // namespace

void set_motion(bool on) { g_motion_on = on; }

void Glide::jump_to(float target) {
    value_ = from_ = target_ = target;
    seconds_left_ = 0;
}

float Glide::move_to(float target) {
    if (seconds_left_ < 0 || !g_motion_on) jump_to(target);
    if (target != target_) {
        from_ = value_;
        target_ = target;
        seconds_left_ = k_glide_seconds;
    }
    if (seconds_left_ <= 0) return value_;
    seconds_left_ -= ImGui::GetIO().DeltaTime;
    if (seconds_left_ < 1e-4f) seconds_left_ = 0; // no frame only for what rounding left over
    const float t = 1 - seconds_left_ / k_glide_seconds;
    const float eased = 1 - (1 - t) * (1 - t) * (1 - t); // fast at first, then slowing down
    value_ = seconds_left_ > 0 ? from_ + (target_ - from_) * eased : target_;
    request_frame();
    return value_;
}

} // namespace gf::ui
