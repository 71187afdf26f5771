#include "app/widgets/motion.h"

#include "app/host/frame_request.h"

#include <imgui.h>

namespace gf::ui {
namespace {

bool g_motion = true;

} // namespace

void set_motion(bool on) { g_motion = on; }

void Glide::jump(float target) {
    value_ = from_ = target_ = target;
    left_ = 0;
}

float Glide::to(float target) {
    if (left_ < 0 || !g_motion) jump(target);
    if (target != target_) {
        from_ = value_;
        target_ = target;
        left_ = k_glide_seconds;
    }
    if (left_ <= 0) return value_;
    left_ -= ImGui::GetIO().DeltaTime;
    if (left_ < 1e-4f) left_ = 0; // what rounding leaves is no frame of its own
    const float t = 1 - left_ / k_glide_seconds,
                eased = 1 - (1 - t) * (1 - t) * (1 - t); // fast first, then settling
    value_ = left_ > 0 ? from_ + (target_ - from_) * eased : target_;
    request_frame();
    return value_;
}

} // namespace gf::ui
