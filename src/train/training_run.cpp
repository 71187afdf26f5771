#include "train/training_run.h"

#include "core/error.h"
#include "train/checkpoints.h"
#include "train/metrics.h"

#include <chrono>
#include <fmt/format.h>

namespace gf {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class Run {
  public:
    Run(const TrainConfig& config, bool resume, const TrainingEvents& events)
        : events_(events), out_(config.out), checkpoints_(out_ / "checkpoints"), start_(find_start(resume)),
          trainer_(prepare_training(config, start_ ? start_->path : fs::path())),
          metrics_(out_ / "metrics.jsonl", restore()), began_(std::chrono::steady_clock::now()) {
        events_.on_start(trainer_);
        if (!start_) checkpoint(); // so that there is always one to go on from
    }

    TrainingEnd go() {
        const TrainConfig& c = trainer_.config();
        while (!trainer_.is_finished()) {
            if (events_.should_stop()) return end(TrainingEnd::Kind::stopped);
            const double before = seconds();
            StepEvent event{.report = trainer_.step(), .seconds = seconds() - before, .validation = {}};
            const StepReport& report = event.report;
            if (report.problem) return diverged(report.step, *report.problem);
            const bool last = trainer_.is_finished();
            if (last || report.step % c.evaluate_every == 0) event.validation = trainer_.validation_loss();
            if (event.validation) validation_ = event.validation;
            log(event);
            events_.on_step(event);
            if (last || report.step % c.checkpoint_every != 0) continue;
            if (trainer_.is_sound()) checkpoint(); // else the next steps tell whether it is over
        }
        return end(TrainingEnd::Kind::finished);
    }

  private:
    std::optional<Checkpoints::Entry> find_start(bool resume) const {
        const auto newest = checkpoints_.newest();
        if (resume && !newest)
            throw Error({"--resume", "a checkpoint in " + (out_ / "checkpoints").string(), "none",
                         "start the run without --resume"});
        if (!resume && newest)
            throw Error({out_.string(), "a folder without a training run",
                         fmt::format("one with a checkpoint at step {}", newest->step),
                         "add --resume to go on with it, or choose another folder with --out"});
        std::error_code failure;
        fs::create_directories(out_, failure);
        if (failure)
            throw Error(
                {out_.string(), "a folder for the result", failure.message(), "choose another --out"});
        return newest;
    }

    /// Size of the metrics file at the start.
    std::uintmax_t restore() {
        if (!start_) return 0;
        const std::string where = start_->path.string();
        const json more = trainer_.load_from(start_->path);
        seconds_before_ = json_number(more, "seconds", where);
        return static_cast<std::uintmax_t>(json_int(more, "metrics_bytes", where, 0));
    }

    double seconds() const {
        return seconds_before_ +
               std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }

    void log(const StepEvent& e) {
        const StepReport& r = e.report;
        json line{{"step", r.step},       {"loss", r.loss},
                  {"lr", r.lr},           {"gradient_norm", r.gradient_norm},
                  {"tokens", r.n_tokens}, {"seconds", seconds()}};
        if (e.validation) line["validation_loss"] = *e.validation;
        metrics_.append(line);
    }

    void checkpoint() {
        const json more{{"metrics_bytes", metrics_.sync()}, {"seconds", seconds()}};
        checkpoints_.write(trainer_.n_done(),
                           [&](const fs::path& folder) { trainer_.save_to(folder, more); });
        trainer_.save_model_to(out_, trainer_.config().dtype);
    }

    TrainingEnd end(TrainingEnd::Kind kind) {
        if (!trainer_.is_sound()) return diverged(trainer_.n_done(), "the weights have become useless");
        checkpoint();
        return result(kind);
    }

    TrainingEnd diverged(std::int64_t step, const std::string& what) {
        metrics_.sync();
        TrainingEnd e = result(TrainingEnd::Kind::diverged);
        e.problem = fmt::format(
            "step {}: {}; the last good checkpoint is {}; try a smaller optimiser.lr (now {}), a longer "
            "schedule.warmup_steps (now {}) or a smaller optimiser.clip_norm (now {}), with --resume from "
            "there or in a new folder",
            step, what, e.checkpoint.string(), trainer_.config().lr, trainer_.config().schedule.warmup_steps,
            trainer_.config().clip_norm);
        return e;
    }

    TrainingEnd result(TrainingEnd::Kind kind) const {
        const auto newest = checkpoints_.newest();
        return {kind, newest ? newest->step : 0, newest ? newest->path : fs::path(), "", validation_};
    }

    const TrainingEvents& events_;
    fs::path out_;
    Checkpoints checkpoints_;
    std::optional<Checkpoints::Entry> start_;
    Trainer trainer_;
    double seconds_before_ = 0;
    MetricsFile metrics_;
    std::chrono::steady_clock::time_point began_;
    std::optional<double> validation_;
};

} // namespace

TrainingEnd run_training(const TrainConfig& config, bool resume, const TrainingEvents& events) {
    return Run(config, resume, events).go();
}

} // namespace gf
