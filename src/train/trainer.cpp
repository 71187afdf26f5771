#include "train/trainer.h"

#include "io/hf_model.h"
#include "io/safetensors.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "platform/threads.h"
#include "platform/write_file.h"
#include "train/seeded_random.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <thread>

namespace gf {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* k_state_file = "training.json";
constexpr const char* k_optimiser_file = "optimiser.safetensors";

TensorSource vector_tensor(const char* name, const std::vector<real>& values) {
    static_assert(std::is_same_v<real, float>);
    return {name, DType::f32, {static_cast<std::int64_t>(values.size())}, [&values](const ByteSink& sink) {
                sink(std::as_bytes(std::span(values)));
            }};
}

std::vector<real> read_vector_tensor(const Safetensors& file, const char* name) {
    const TensorEntry* t = file.find(name);
    if (!t || t->dtype != DType::f32)
        throw Error({fmt::format("{}: tensor '{}'", file.where, name), "F32 values",
                     t ? std::string(gf::name(t->dtype)) : "none", "resume from another checkpoint"});
    std::vector<real> values(t->bytes.size() / sizeof(float));
    read_reals(DType::f32, t->bytes.data(), values.size(), values.data());
    return values;
}

int n_threads(const TrainConfig& c) { return c.threads > 0 ? c.threads : n_processors(); }

GradientOptions gradient_options(const TrainingSetup& setup) {
    const TrainConfig& c = setup.config;
    return {.objective = c.objective,
            .n_threads = n_threads(c),
            .gradient_checkpointing = c.gradient_checkpointing,
            .regularise = {.dropout = c.dropout, .router_noise = c.router_noise},
            .capacity_factor = c.capacity_factor,
            .balance_weight = c.load_balancing,
            .z_weight = c.router_z,
            .teacher = setup.teacher,
            .temperature = c.temperature,
            .hard_share = c.hard_share};
}

std::optional<LoraAdapter> make_adapter(const TrainingSetup& setup) {
    const TrainConfig& c = setup.config;
    if (c.lora.rank == 0) return std::nullopt;
    return LoraAdapter(c.lora, *setup.weights, derived_seed(c.seed, SeedPurpose::adapter, 0));
}

} // namespace

Trainer::Trainer(TrainingSetup setup)
    : setup_(std::move(setup)), adapter_(make_adapter(setup_)),
      weights_(adapter_ ? std::make_shared<Weights>(setup_.weights->config) : setup_.weights),
      gradient_(weights_->size()),
      blocks_(adapter_ ? adapter_->blocks() : parameter_blocks(*weights_, gradient_, config().frozen)),
      optimiser_(config().optimiser, blocks_, n_threads(config())),
      batch_gradient_(weights_, gradient_options(setup_)) {
    if (n_trainable() == 0)
        throw Error({"frozen", "some parameters left to train", "all are frozen", "freeze fewer"});
    refresh_weights();
}

void Trainer::refresh_weights() {
    if (adapter_)
        adapter_->apply(*setup_.weights, *weights_);
    else
        weights_->refresh();
}

/// The batch of a pass, counted over the whole run.
Batch Trainer::training_batch(std::uint64_t pass) const {
    const auto n =
        static_cast<std::uint64_t>(config().batch.sequences * (config().batch.accumulate / n_passes()));
    Batch batch;
    for (std::uint64_t i = 0; i < n; ++i) setup_.data->append_training(config().seed, pass * n + i, batch);
    return batch;
}

StepReport Trainer::step() {
    const TrainConfig& c = config();
    StepReport report{.step = n_steps_done_ + 1,
                      .lr = learning_rate(c.schedule, c.lr, n_steps_done_, c.steps),
                      .problem = {}};
    std::fill(gradient_.begin(), gradient_.end(), real(0));
    LossSum sum;
    for (int i = 0; i < n_passes(); ++i) {
        const auto pass = static_cast<std::uint64_t>(n_steps_done_ * n_passes() + i);
        const Batch batch = training_batch(pass);
        for (const Sequence& s : batch.sequences)
            report.n_tokens += static_cast<std::int64_t>(s.tokens.size() + s.source.size());
        sum += batch_gradient_.run(batch, derived_seed(c.seed, SeedPurpose::regularise, pass), gradient_);
    }
    if (adapter_) adapter_->compute_gradients(gradient_);
    const double pass_scale = 1.0 / n_passes(); // from the sum over passes to their mean
    report.loss = sum.mean();
    report.gradient_norm = gradient_norm(blocks_) * pass_scale;
    report.problem = watch_.update(report.loss, report.gradient_norm);
    if (report.problem) return report;
    optimiser_.step(blocks_, report.lr, pass_scale * clipping_scale(report.gradient_norm, c.clip_norm));
    refresh_weights();
    ++n_steps_done_;
    return report;
}

std::optional<double> Trainer::validation_loss() {
    const auto n_items = static_cast<std::int64_t>(setup_.data->n_validation());
    if (n_items == 0) return std::nullopt;
    const std::int64_t n = config().batch.sequences;
    std::int64_t n_batches = (n_items + n - 1) / n;
    if (config().evaluate_batches != 0)
        n_batches = std::min<std::int64_t>(n_batches, config().evaluate_batches);
    LossSum sum;
    for (std::int64_t b = 0; b < n_batches; ++b) {
        Batch batch;
        for (std::int64_t i = b * n; i < std::min((b + 1) * n, n_items); ++i)
            setup_.data->append_validation(static_cast<std::size_t>(i), batch);
        sum += batch_gradient_.evaluate(batch);
    }
    return sum.mean();
}

bool Trainer::is_sound() {
    const real* values = weights_->values(weights_->table.front());
    if (!std::all_of(values, values + weights_->size(), [](real x) { return std::isfinite(x); }))
        return false;
    const auto next_pass = static_cast<std::uint64_t>(n_steps_done_ * n_passes());
    return watch_.is_plausible(batch_gradient_.evaluate(training_batch(next_pass)).mean());
}

void Trainer::save_model_to(const fs::path& folder, DType dtype) const {
    save_model(folder, *weights_, dtype);
    if (!setup_.tokenizer_json.empty()) write_file(folder / "tokenizer.json", setup_.tokenizer_json);
    if (adapter_) adapter_->save(folder);
    if (const auto names = setup_.data->class_names(); !names.empty())
        write_file(folder / "classes.json", json(names).dump() + "\n");
}

void Trainer::save_checkpoint(const fs::path& folder, const json& extra) const {
    save_model_to(folder, DType::f32);
    const TensorSource optimiser_tensors[] = {vector_tensor("first", optimiser_.state().first),
                                              vector_tensor("second", optimiser_.state().second)};
    write_safetensors(folder / k_optimiser_file, optimiser_tensors);
    const json state{{"step", n_steps_done_},        {"optimiser_steps", optimiser_.state().n_steps},
                     {"loss_mean", watch_.mean},     {"loss_lowest", watch_.lowest},
                     {"loss_steps", watch_.n_steps}, {"data", setup_.data->fingerprint()},
                     {"config", to_json(config())},  {"more", extra}};
    write_file(folder / k_state_file, state.dump(2) + "\n");
}

json Trainer::load_checkpoint(const fs::path& folder) {
    const std::string where = (folder / k_state_file).string();
    const MappedFile text(where);
    const json state = parse_json(text.text(), where);
    require_resumable(config(), json_object(state, "config", where), where);
    if (json_field(state, "data", where) != setup_.data->fingerprint())
        throw Error({where + ": 'data'", "the text that the run began with", "another one",
                     "train on the same files, or begin a new run"});
    const fs::path optimiser_path = folder / k_optimiser_file;
    const MappedFile bytes(optimiser_path);
    const Safetensors optimiser_tensors = parse_safetensors(bytes.bytes(), optimiser_path.string());
    optimiser_.restore({json_int(state, "optimiser_steps", where, 0),
                        read_vector_tensor(optimiser_tensors, "first"),
                        read_vector_tensor(optimiser_tensors, "second")},
                       optimiser_path.string());
    if (adapter_) adapter_->load(folder); // all other weights came with the setup
    refresh_weights();
    watch_ = {json_number(state, "loss_mean", where), json_number(state, "loss_lowest", where),
              json_int(state, "loss_steps", where, 0)};
    n_steps_done_ = json_int(state, "step", where, 0);
    return json_object(state, "more", where);
}

} // namespace gf
