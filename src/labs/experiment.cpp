#include "labs/experiment.h"

#include "platform/clock.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {

void Experiment::prepare(std::uint64_t seed, LabSize size) {
    seed_ = seed;
    size_ = size;
    stages_.clear();
    stage_ = 0;
    slice_ = 0;
    cost_done_ = cost_all_ = seconds_ = 0;
    plan();
}

void Experiment::add_stage(std::string what, int n_slices, std::function<void(int)> work, double cost) {
    cost_all_ += cost * n_slices;
    stages_.push_back({std::move(what), n_slices, cost, std::move(work)});
}

bool Experiment::advance(int n_slices) {
    const Stopwatch watch;
    for (; n_slices > 0 && stage_ < stages_.size(); --n_slices) {
        const Stage& stage = stages_[stage_];
        if (slice_ < stage.n_slices) {
            stage.work(slice_);
            cost_done_ += stage.cost;
        }
        if (++slice_ >= stage.n_slices) ++stage_, slice_ = 0;
    }
    seconds_ += watch.seconds();
    return stage_ == stages_.size();
}

LabProgress Experiment::progress() const {
    LabProgress progress;
    progress.seconds = seconds_, progress.is_finished = stage_ == stages_.size();
    if (!progress.is_finished) progress.what = stages_[stage_].what;
    progress.share = progress.is_finished ? 1 : cost_done_ / std::max(cost_all_, 1e-9);
    if (cost_done_ > 0 && !progress.is_finished)
        progress.seconds_left = seconds_ * (cost_all_ - cost_done_) / cost_done_;
    return progress;
}

LabResults Experiment::results() const {
    LabResults results;
    show(results);
    results.progress = progress();
    return results;
}

bool Experiment::set_controls(const nlohmann::json& values) {
    if (values.is_object() && values.empty()) return false;
    throw Error({"controls", "none, as this lab has none", json_summary(values), ""});
}

} // namespace gf
