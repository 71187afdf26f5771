#include "labs/lab_desk.h"

#include "platform/threads.h"

#include <exception>

namespace gf {

LabDesk::LabDesk(std::unique_ptr<Experiment> experiment, std::function<void()> wake)
    : experiment_(std::move(experiment)), wake_(std::move(wake)), controls_(experiment_->controls()),
      thread_(start_thread([this] { work(); })) {}

LabDesk::~LabDesk() {
    {
        const std::lock_guard lock(mutex_);
        is_closing_ = true;
    }
    changed_.notify_all();
}

void LabDesk::start(std::uint64_t seed, LabSize size) {
    const std::lock_guard lock(mutex_);
    wanted_start_ = Start{seed, size};
    state_ = State::running;
    changed_.notify_all();
}

void LabDesk::pause() {
    const std::lock_guard lock(mutex_);
    if (state_ == State::running) state_ = State::paused;
}

void LabDesk::resume() {
    const std::lock_guard lock(mutex_);
    if (state_ == State::paused) state_ = State::running;
    changed_.notify_all();
}

void LabDesk::cancel() {
    const std::lock_guard lock(mutex_);
    state_ = State::idle;
    wanted_start_.reset();
}

void LabDesk::set_controls(nlohmann::json values) {
    const std::lock_guard lock(mutex_);
    wanted_controls_.update(values);
    changed_.notify_all();
}

void LabDesk::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return state_ != State::running && !is_at_work_ && wanted_controls_.empty(); });
}

std::shared_ptr<const LabResults> LabDesk::results() const {
    const std::lock_guard lock(mutex_);
    return results_;
}

std::vector<LabControl> LabDesk::controls() const {
    const std::lock_guard lock(mutex_);
    return controls_;
}

bool LabDesk::is_running() const {
    const std::lock_guard lock(mutex_);
    return state_ == State::running;
}

void LabDesk::work() {
    for (;;) {
        std::optional<Start> start;
        nlohmann::json controls = nlohmann::json::object();
        {
            std::unique_lock lock(mutex_);
            changed_.wait(
                lock, [&] { return is_closing_ || state_ == State::running || !wanted_controls_.empty(); });
            if (is_closing_) return;
            start = std::exchange(wanted_start_, std::nullopt);
            std::swap(controls, wanted_controls_);
            is_at_work_ = true;
        }
        try {
            carry_out(start, controls);
            publish();
        } catch (const std::exception& e) {
            cancel();
            publish(e.what());
        }
        wake_();
        const std::lock_guard lock(mutex_);
        is_at_work_ = false;
        changed_.notify_all();
    }
}

void LabDesk::carry_out(const std::optional<Start>& start, const nlohmann::json& controls) {
    const bool changed = !controls.empty() && experiment_->set_controls(controls);
    if (start) last_start_ = start;
    if (last_start_ && (start || changed)) experiment_->prepare(last_start_->seed, last_start_->size);
    if (!is_running() || !last_start_) return;
    if (experiment_->advance()) {
        const std::lock_guard lock(mutex_);
        if (!wanted_start_ && state_ == State::running) state_ = State::idle;
    }
}

void LabDesk::publish(const std::string& problem) {
    LabResults results;
    if (last_start_) results = experiment_->results();
    results.problem = problem;
    auto shared = std::make_shared<const LabResults>(std::move(results));
    auto controls = experiment_->controls();
    const std::lock_guard lock(mutex_);
    results_ = std::move(shared);
    controls_ = std::move(controls);
}

} // namespace gf
