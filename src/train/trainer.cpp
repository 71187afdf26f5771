#include "train/trainer.h"

#include "platform/clock.h"
#include "platform/error.h"
#include "platform/threads.h"
#include "train/seeded_random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace gf {
namespace {

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

} // namespace

Trainer::Trainer(TrainingSetup setup, ReportOptions options)
    : setup_(std::move(setup)), adapter_(new_adapter(setup_)),
      weights_(adapter_ ? std::make_shared<Weights>(setup_.weights->config) : setup_.weights),
      gradient_(weights_->size()),
      blocks_(adapter_ ? adapter_->blocks() : parameter_blocks(*weights_, gradient_, config().frozen)),
      optimiser_(config().optimiser, blocks_, n_threads(config())),
      batch_gradient_(weights_, gradient_options(setup_)),
      details_(weights_->config, setup_.data->domain_names().size()), squared_gradients_(blocks_.size()),
      squared_updates_(options.update_norms ? blocks_.size() : 0) {
    if (n_trainable() == 0)
        throw Error({"frozen", "some parameters left to train", "all are frozen", "freeze fewer"});
    prepare_report();
    refresh_weights();
}

void Trainer::prepare_report() {
    const auto key = [](Stack stack, int layer) { return std::pair(stack == Stack::decoder, layer); };
    const auto find_layer = [&](const ParameterBlock& b) {
        return std::ranges::lower_bound(report_.layers, key(b.stack, b.layer), {},
                                        [&](const LayerNorms& l) { return key(l.stack, l.layer); });
    };
    for (const ParameterBlock& b : blocks_) {
        if (b.frozen) continue;
        const auto at = find_layer(b);
        if (at == report_.layers.end() || key(at->stack, at->layer) != key(b.stack, b.layer))
            report_.layers.insert(at, {.stack = b.stack, .layer = b.layer});
    }
    for (const ParameterBlock& b : blocks_)
        layer_of_block_.push_back(static_cast<std::size_t>(find_layer(b) - report_.layers.begin()));
    report_.domains.resize(details_.domains.size());
    const ModelConfig& c = weights_->config;
    for (int i = 0; c.is_moe() && i < c.n_encoder_layers + c.n_layers;
         ++i) { // in the order of details_.visits
        const bool in_encoder = i < c.n_encoder_layers;
        report_.experts.push_back({.stack = in_encoder ? Stack::encoder : Stack::decoder,
                                   .layer = in_encoder ? i : i - c.n_encoder_layers,
                                   .shares = std::vector<double>(static_cast<std::size_t>(c.n_experts))});
    }
}

void Trainer::refresh_weights() {
    if (adapter_)
        adapter_->apply(*setup_.weights, *weights_);
    else
        weights_->refresh();
}

/// Puts the items of a pass, counted over the whole run, into the batch.
void Trainer::fill_batch(std::uint64_t pass) {
    const auto n =
        static_cast<std::uint64_t>(config().batch.sequences * (config().batch.accumulate / n_passes()));
    batch_.sequences.clear();
    for (std::uint64_t i = 0; i < n; ++i) setup_.data->append_training(config().seed, pass * n + i, batch_);
}

/// The sums over the passes of a step: gradient, loss, details, tokens.
LossSum Trainer::compute_gradient() {
    std::ranges::fill(gradient_, real(0));
    details_.clear();
    report_.n_tokens = 0;
    LossSum sum;
    for (int i = 0; i < n_passes(); ++i) {
        const auto pass = static_cast<std::uint64_t>(n_steps_done_ * n_passes() + i);
        fill_batch(pass);
        for (const Sequence& s : batch_.sequences)
            report_.n_tokens += static_cast<std::int64_t>(s.tokens.size() + s.source.size());
        sum += batch_gradient_.run(batch_, derived_seed(config().seed, SeedPurpose::regularise, pass),
                                   gradient_, &details_);
    }
    if (adapter_) adapter_->compute_gradients(gradient_);
    return sum;
}

const StepReport& Trainer::step() {
    const Stopwatch stopwatch;
    const TrainConfig& c = config();
    report_.step = n_steps_done_ + 1;
    report_.lr = learning_rate(c.schedule, c.lr, n_steps_done_, c.steps);
    report_.validation.reset();
    report_.loss = compute_gradient().mean();
    const double pass_scale = 1.0 / n_passes(); // from the sum over passes to their mean
    report_.gradient_norm = gradient_norm(blocks_, squared_gradients_) * pass_scale;
    report_.problem = watch_.update(report_.loss, report_.gradient_norm);
    if (report_.problem) {
        std::ranges::fill(squared_updates_, 0.0);
    } else {
        optimiser_.step(blocks_, report_.lr, pass_scale * clipping_scale(report_.gradient_norm, c.clip_norm),
                        squared_updates_);
        if (!adapter_) balance_routers();
        refresh_weights();
        ++n_steps_done_;
    }
    report_details(pass_scale);
    report_.seconds = stopwatch.seconds();
    if (!report_.problem && (is_finished() || n_steps_done_ % c.evaluate_every == 0))
        report_.validation = validation_loss();
    return report_;
}

/// Moves each router's bias against the load of the step: up by bias_step for an expert that was chosen less
/// often than an even share, down for one that was chosen more often (DeepSeek-V3 2024, section 2.1.2).
void Trainer::balance_routers() {
    const ModelConfig& c = weights_->config;
    for (std::size_t i = 0; i < blocks_.size(); ++i) { // one for each row of the table
        const ParamRow& row = weights_->table[i];
        if (row.role != Role::router_bias || blocks_[i].frozen) continue;
        const bool in_encoder = row.stack == Stack::encoder;
        std::vector<double> visits(row.size());
        for (int l = 0; l < (in_encoder ? c.n_encoder_layers : c.n_layers); ++l) {
            if ((in_encoder ? l : c.layer_group(l)) != row.layer) continue;
            const auto place = static_cast<std::size_t>(in_encoder ? l : c.n_encoder_layers + l);
            for (std::size_t e = 0; e < visits.size(); ++e)
                visits[e] += details_.visits[place * visits.size() + e];
        }
        const double even = std::accumulate(visits.begin(), visits.end(), 0.0) / c.n_experts;
        const auto step = static_cast<real>(config().bias_step);
        for (std::size_t e = 0; e < visits.size(); ++e)
            if (visits[e] != even) weights_->values(row)[e] += visits[e] < even ? step : -step;
    }
}

void Trainer::report_details(double pass_scale) {
    for (std::size_t i = 0; i < details_.domains.size(); ++i) {
        const auto& [nats, count] = details_.domains[i];
        report_.domains[i] = {.loss = count > 0 ? nats / count : 0, .n_targets = count};
    }
    for (LayerNorms& l : report_.layers) l.gradient = l.update = 0;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        if (blocks_[i].frozen) continue;
        LayerNorms& l = report_.layers[layer_of_block_[i]];
        l.gradient += squared_gradients_[i];
        if (!squared_updates_.empty()) l.update += squared_updates_[i];
    }
    for (LayerNorms& l : report_.layers) {
        l.gradient = std::sqrt(l.gradient) * pass_scale;
        l.update = std::sqrt(l.update);
    }
    std::size_t begin = 0; // where a layer's visits begin
    for (ExpertLoad& e : report_.experts) {
        const auto visits = std::span(details_.visits).subspan(begin, e.shares.size());
        begin += visits.size();
        const double all = std::accumulate(visits.begin(), visits.end(), 0.0);
        for (std::size_t i = 0; i < visits.size(); ++i) e.shares[i] = all > 0 ? visits[i] / all : 0;
    }
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
        batch_.sequences.clear();
        for (std::int64_t i = b * n; i < std::min((b + 1) * n, n_items); ++i)
            setup_.data->append_validation(static_cast<std::size_t>(i), batch_);
        sum += batch_gradient_.evaluate(batch_);
    }
    return sum.mean();
}

bool Trainer::is_sound() {
    const real* values = weights_->values(weights_->table.front());
    if (!std::all_of(values, values + weights_->size(), [](real x) { return std::isfinite(x); }))
        return false;
    fill_batch(static_cast<std::uint64_t>(n_steps_done_ * n_passes()));
    return watch_.is_plausible(batch_gradient_.evaluate(batch_).mean());
}

std::span<const real> Trainer::kept_values() const {
    if (adapter_) return adapter_->values();
    return {weights_->values(weights_->table.front()), weights_->size()};
}

TrainingState Trainer::state() const {
    const std::span<const real> values = kept_values();
    return {.n_steps_done = n_steps_done_,
            .watch = watch_,
            .weights = std::make_shared<const std::vector<real>>(values.begin(), values.end()),
            .moments = std::make_shared<const OptimiserState>(optimiser_.state())};
}

void Trainer::restore(const TrainingState& state, const std::string& where) {
    const auto require = [&](bool ok, const std::string& expected, const std::string& found) {
        if (!ok) throw Error({where, expected, found, "take the state that Trainer::state() gave"});
    };
    require(state.moments != nullptr, "weights and the moments of the optimiser",
            "no moments: it is good to look at, but no run goes on from it");
    const std::size_t n = kept_values().size(), n_found = state.weights ? state.weights->size() : 0;
    require(n == n_found, fmt::format("{} weights", n), std::to_string(n_found));
    optimiser_.restore(*state.moments, where);
    std::ranges::copy(*state.weights,
                      adapter_ ? adapter_->values().data() : weights_->values(weights_->table.front()));
    refresh_weights();
    watch_ = state.watch;
    n_steps_done_ = state.n_steps_done;
}

} // namespace gf
