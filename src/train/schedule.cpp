#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gf {

std::string_view name(ScheduleKind kind) {
    constexpr std::string_view k_names[] = {"cosine", "linear", "constant"};
    return k_names[static_cast<int>(kind)];
}

double learning_rate(const ScheduleConfig& s, double peak, std::int64_t step, std::int64_t n_steps) {
    if (step < s.warmup_steps) return peak * double(step + 1) / double(s.warmup_steps);
    const std::int64_t peak_step = std::max<std::int64_t>(s.warmup_steps - 1, 0);
    const std::int64_t n_falling = std::max<std::int64_t>(n_steps - 1 - peak_step, 1);
    const double progress = std::min(1.0, double(step - peak_step) / double(n_falling));
    switch (s.kind) {
    case ScheduleKind::cosine:
        return peak *
               (s.final_share + (1 - s.final_share) * 0.5 * (1 + std::cos(std::numbers::pi * progress)));
    case ScheduleKind::linear: return peak * (1 - (1 - s.final_share) * progress);
    case ScheduleKind::constant: break;
    }
    return peak;
}

} // namespace gf
