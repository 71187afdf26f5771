// glassformer train: trains as a config file says, with progress, checkpoints and resume.

#include "cli/train.h"

#include "cli/command_line.h"
#include "cli/options.h"
#include "platform/clock.h"
#include "platform/terminal.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace gf {
namespace {

struct TrainOptions {
    std::string config, out;
    int threads = 0;
    bool resume = false;
    std::vector<std::string> changes, ignored_keys;
};

volatile std::sig_atomic_t interrupted = 0;

/// Ctrl-C and SIGTERM end the run after the current step; a second signal ends the program at once.
void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

/// A duration in two units: "12 s", "3 min 05 s", "2 h 07 min".
std::string duration_text(double seconds) {
    const auto s = static_cast<long long>(seconds);
    if (s < 60) return fmt::format("{} s", s);
    if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
    return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

/// Prints how far a run is. On a terminal this is one line that stays in place; elsewhere a line for every
/// evaluation and for every twentieth part of the run.
class Progress {
  public:
    void start(const Trainer& trainer) {
        const TrainConfig& c = trainer.config();
        for (const std::string& w : trainer.setup().warnings) fmt::print(stderr, "warning: {}\n", w);
        n_steps_ = c.steps;
        milestone_every_ = std::max<std::int64_t>(n_steps_ / 20, 1);
        first_step_ = trainer.n_steps_done();
        fmt::print("{} of {} parameters to train, on {} {}, in {} steps{}\n", trainer.n_trainable(),
                   trainer.weights()->size(), trainer.setup().data->n_training(),
                   reads_windows(c.objective) ? "tokens" : "examples", n_steps_,
                   first_step_ > 0 ? fmt::format(", {} of them done", first_step_) : "");
        std::fflush(stdout);
        since_start_ = since_shown_ = Stopwatch();
    }

    void step(const StepReport& r) {
        tokens_ += r.n_tokens;
        training_seconds_ += r.seconds;
        if (r.validation) validation_ = fmt::format("  validation {:.4f}", *r.validation);
        const bool milestone = r.validation || r.step % milestone_every_ == 0 || r.step == n_steps_;
        if (!milestone && !(on_terminal_ && since_shown_.seconds() > 0.1)) return;
        const double left = since_start_.seconds() / static_cast<double>(r.step - first_step_) *
                            static_cast<double>(n_steps_ - r.step);
        fmt::print("{}step {}/{}  loss {:.4f}{}  {:.0f} tokens/s  {} left{}", on_terminal_ ? "\r" : "",
                   r.step, n_steps_, r.loss, on_terminal_ || r.validation ? validation_ : "",
                   static_cast<double>(tokens_) / std::max(training_seconds_, 1e-9), duration_text(left),
                   on_terminal_ ? "\033[K" : "\n");
        std::fflush(stdout);
        since_shown_ = Stopwatch();
        tokens_ = 0, training_seconds_ = 0;
    }

    void finish() const {
        if (on_terminal_) fmt::print("\n");
    }

  private:
    const bool on_terminal_ = stdout_is_terminal();
    std::int64_t n_steps_ = 0, milestone_every_ = 1, first_step_ = 0, tokens_ = 0;
    double training_seconds_ = 0; // since the last line, as tokens_
    std::string validation_;
    Stopwatch since_start_, since_shown_; ///< since the first and the last line
};

int run(const TrainOptions& options) {
    nlohmann::json overrides = nlohmann::json::object();
    if (!options.out.empty()) overrides["out"] = std::filesystem::absolute(options.out).string();
    if (options.threads > 0) overrides["threads"] = options.threads;
    if (!options.ignored_keys.empty()) overrides["ignore_config_keys"] = options.ignored_keys;
    const TrainConfig config = load_train_config(options.config, options.changes, overrides);
    const TrainingEnd end = train_with_progress(config, options.resume);
    const std::string folder = config.out.string();
    switch (end.kind) {
    case TrainingEnd::Kind::diverged: fmt::print(stderr, "glassformer: {}\n", end.problem); return 1;
    case TrainingEnd::Kind::stopped:
        fmt::print("stopped at step {}; go on with: glassformer train {} --out {} --resume\n", end.step,
                   options.config, folder);
        return 0;
    case TrainingEnd::Kind::finished: break;
    }
    fmt::print("finished at step {}{}; try it: glassformer run --model {}\n", end.step,
               end.validation ? fmt::format(", validation {:.4f} nats", *end.validation) : "", folder);
    return 0;
}

} // namespace

TrainingEnd train_with_progress(const TrainConfig& config, bool resume) {
    catch_interrupts();
    Progress progress;
    TrainingEnd end = run_training(config, resume,
                                   {.on_start = [&](const Trainer& t) { progress.start(t); },
                                    .on_step = [&](const StepReport& r) { progress.step(r); },
                                    .should_stop = [] { return interrupted != 0; }});
    progress.finish();
    return end;
}

void add_train(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("train", "train a model as a config file says (docs/training.md)");
    auto options = std::make_shared<TrainOptions>();
    command->add_option("config", options->config, "the config, a JSON file")
        ->required()
        ->type_name("CONFIG");
    command->add_option("--out", options->out, "the folder for model, checkpoints and metrics")
        ->type_name("DIR");
    command
        ->add_option("--threads", options->threads, "default: one per processor; results do not depend on it")
        ->check(CLI::PositiveNumber);
    command->add_flag("--resume", options->resume, "go on from the newest checkpoint in the folder");
    command->add_option("--set", options->changes, "change a value of the config: --set optimiser.lr=0.001")
        ->type_name("KEY=VALUE");
    add_ignored_keys(*command, options->ignored_keys);
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
