#pragma once
// The learning rate as a function of the step.

#include <cstdint>
#include <string_view>

namespace gf {

enum class ScheduleKind { cosine, linear, constant };
std::string_view name(ScheduleKind);

struct ScheduleConfig {
    ScheduleKind kind = ScheduleKind::cosine;
    std::int64_t warmup_steps =
        0; ///< the rate grows in equal steps to its peak, which it has in the last of these steps
    double final = 0.1; ///< cosine, linear: what is left of the peak in the last step
    bool operator==(const ScheduleConfig&) const = default;
};

/// Learning rate of step `step` (from 0) of n_steps. Behind the warm-up it falls from `peak` to `final` times
/// `peak` along half a cosine (Loshchilov & Hutter 2017) or a line, or stays.
double learning_rate(const ScheduleConfig& schedule, double peak, std::int64_t step, std::int64_t n_steps);

} // namespace gf
