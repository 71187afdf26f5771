#pragma once
// The learning rate as a function of the step. Used by the trainer.

#include <cstdint>
#include <string_view>

namespace gf {

enum class ScheduleKind { cosine, linear, constant };
std::string_view name(ScheduleKind);

struct ScheduleConfig {
    ScheduleKind kind = ScheduleKind::cosine;
    /// The rate grows by equal amounts to its peak, which it reaches in the last of these steps.
    std::int64_t warmup_steps = 0;
    double final_share = 0.1; ///< cosine, linear: rate of the last step as a share of the peak
    bool operator==(const ScheduleConfig&) const = default;
};

/// Learning rate of step `step` (from 0) of n_steps. After the warm-up it falls from `peak` to `final_share`
/// times `peak` along half a cosine (Loshchilov & Hutter 2017) or a line, or it stays.
double learning_rate(const ScheduleConfig& schedule, double peak, std::int64_t step, std::int64_t n_steps);

} // namespace gf
