#include "train/training_run.h"

#include "platform/append_file.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "train/checkpoints.h"
#include "train/training_files.h"

#include <fmt/format.h>

namespace gf {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class TrainingRun {
  public:
    TrainingRun(const TrainConfig& config, bool resume, const TrainingCallbacks& callbacks)
        : callbacks_(callbacks), out_(config.out), checkpoints_(out_ / "checkpoints"),
          start_(find_start_checkpoint(resume)),
          trainer_(prepare_training(config, start_ ? start_->path : fs::path())),
          metrics_(out_ / "metrics.jsonl", load_start_checkpoint()), watch_() {
        callbacks_.on_start(trainer_);
        if (!start_) save_checkpoint(); // so that there is always one to continue from
    }

    TrainingEnd run() {
        while (!trainer_.is_finished()) {
            if (callbacks_.should_stop()) return end(TrainingEnd::Kind::stopped);
            const StepReport& report = trainer_.step();
            if (report.problem) return end_diverged(report.step, *report.problem);
            if (report.validation) validation_ = report.validation;
            write_metrics(report);
            callbacks_.on_step(report);
            if (trainer_.is_finished() || !trainer_.is_checkpoint_due()) continue;
            if (trainer_.is_sound()) save_checkpoint(); // if not, the next steps tell whether it has diverged
        }
        return end(TrainingEnd::Kind::finished);
    }

  private:
    /// The checkpoint to continue from; nullopt for a new run, whose folder it makes.
    std::optional<Checkpoints::Entry> find_start_checkpoint(bool resume) const {
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

    /// Returns the size in bytes that the metrics file had at the checkpoint; 0 for a new run.
    std::uintmax_t load_start_checkpoint() {
        if (!start_) return 0;
        const std::string where = start_->path.string();
        const json extra = restore_checkpoint(start_->path, trainer_);
        seconds_before_ = json_number(extra, "seconds", where);
        return static_cast<std::uintmax_t>(json_int(extra, "metrics_bytes", where, 0));
    }

    /// Seconds of the whole run, those before it was resumed among them.
    double seconds() const { return seconds_before_ + watch_.seconds(); }

    void write_metrics(const StepReport& r) {
        json line{{"step", r.step},       {"loss", r.loss},
                  {"lr", r.lr},           {"gradient_norm", r.gradient_norm},
                  {"tokens", r.n_tokens}, {"seconds", seconds()}};
        if (r.validation) line["validation_loss"] = *r.validation;
        metrics_.append(line.dump() + "\n");
    }

    void save_checkpoint() {
        const json extra{{"metrics_bytes", metrics_.sync()}, {"seconds", seconds()}};
        const TrainingState state = trainer_.state();
        checkpoints_.write(state.n_steps_done, [&](const fs::path& folder) {
            write_checkpoint(folder, trainer_.setup(), state, extra);
        });
        write_trained_model(out_, trainer_.setup(), state, trainer_.config().dtype);
    }

    /// Ends with a last checkpoint, or as diverged if the weights are not worth keeping.
    TrainingEnd end(TrainingEnd::Kind kind) {
        if (!trainer_.is_sound())
            return end_diverged(trainer_.n_steps_done(), "the weights have become useless");
        save_checkpoint();
        return make_end(kind);
    }

    TrainingEnd end_diverged(std::int64_t step, const std::string& what) {
        metrics_.sync();
        TrainingEnd e = make_end(TrainingEnd::Kind::diverged);
        e.problem = fmt::format(
            "step {}: {}; the last good checkpoint is {}; try a smaller optimiser.lr (now {}), a longer "
            "schedule.warmup_steps (now {}) or a smaller optimiser.clip_norm (now {}), with --resume from "
            "there or in a new folder",
            step, what, e.checkpoint.string(), trainer_.config().lr, trainer_.config().schedule.warmup_steps,
            trainer_.config().clip_norm);
        return e;
    }

    TrainingEnd make_end(TrainingEnd::Kind kind) const {
        const auto newest = checkpoints_.newest();
        return {kind, newest ? newest->step : 0, newest ? newest->path : fs::path(), "", validation_};
    }

    const TrainingCallbacks& callbacks_;
    fs::path out_;
    Checkpoints checkpoints_;
    std::optional<Checkpoints::Entry> start_; // the checkpoint that the run continues from
    Trainer trainer_;
    double seconds_before_ = 0; // seconds of the run before it was resumed
    AppendFile metrics_;
    Stopwatch watch_;
    std::optional<double> validation_; // nats per target, as last measured
};

} // namespace

TrainingEnd run_training(const TrainConfig& config, bool resume, const TrainingCallbacks& callbacks) {
    return TrainingRun(config, resume, callbacks).run();
}

} // namespace gf
