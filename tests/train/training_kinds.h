#pragma once
// Small runs of every kind that a training state and the report of a step must get right: optimisers, an
// adapter, frozen parameters, mixtures of experts with random numbers in their passes, both stacks of an
// encoder-decoder, every sort of loss. Used by the tests of states and of reports.

#include "support/random_model.h"
#include "train/trainer.h"

#include <functional>

namespace gf::tests {

struct TrainingKind {
    std::string name;
    ModelConfig model;
    std::function<void(TrainConfig&)> change = [](TrainConfig&) {};
};
inline void PrintTo(const TrainingKind& kind, std::ostream* out) { *out << kind.name; }

inline std::vector<TrainingKind> training_kinds() {
    ModelConfig experts_in_both = preset("mixtral").config;
    experts_in_both.n_encoder_layers = 3;
    const auto kind = [](OptimiserKind k) { return [k](TrainConfig& c) { c.optimiser.kind = k; }; };
    return {
        {"adamw", preset("gpt2").config},
        {"sgd", preset("llama").config, kind(OptimiserKind::sgd)},
        {"muon", preset("shared_layers").config, kind(OptimiserKind::muon)},
        {"frozen", preset("gpt2").config,
         [](TrainConfig& c) {
             c.frozen = {"*attn*", "*wpe*"};
         }},
        {"adapter", preset("llama").config,
         [](TrainConfig& c) {
             c.lora = {3, 6, {"*q_proj*", "*mlp*"}};
             c.dropout = 0.1;
         }},
        {"experts", preset("mixtral").config,
         [](TrainConfig& c) {
             c.dropout = 0.1, c.router_noise = 0.5, c.capacity_factor = 1.1;
             c.gradient_checkpointing = true;
         }},
        {"biased_router", preset("moe_sigmoid").config,
         [](TrainConfig& c) { c.load_balancing = 0, c.router_z = 0, c.bias_step = 0.01; }},
        {"encoder_decoder", preset("encoder_decoder").config, [](TrainConfig& c) { c.dropout = 0.1; }},
        {"experts_in_both_stacks", experts_in_both, kind(OptimiserKind::muon)},
        {"masked", preset("bert").config, [](TrainConfig& c) { c.objective = Objective::masked_token; }},
        {"classes", preset("classes").config,
         [](TrainConfig& c) { c.objective = Objective::classification; }},
        {"contrastive", preset("mean_embedding").config,
         [](TrainConfig& c) { c.objective = Objective::contrastive, c.batch.accumulate = 2; }},
        {"distillation", preset("llama").config,
         [](TrainConfig& c) { c.objective = Objective::distillation, c.hard_share = 0.3; }},
    };
}

/// A new run of that kind, each time the same: 24 random sequences of three domains, in random order, the
/// last ones for validation.
inline TrainingSetup new_setup(const TrainingKind& kind) {
    TrainingSetup setup;
    TrainConfig& c = setup.config;
    c.lr = 0.01, c.steps = 30, c.threads = 2;
    c.schedule.warmup_steps = 5;
    c.batch.sequences = 6;
    if (kind.model.has_encoder()) c.objective = Objective::seq2seq;
    kind.change(c);
    std::vector<Sequence> sequences;
    Domains domains;
    for (unsigned i = 0; i < 24; ++i) {
        Sequence s;
        s.tokens = random_tokens(kind.model, 5 + static_cast<int>(i % 7), 100 + i);
        s.targets.assign(s.tokens.begin() + 1, s.tokens.end());
        s.targets.push_back(i % 3 ? 1 : -1);
        if (kind.model.has_encoder())
            s.source = random_tokens(kind.model, 3 + static_cast<int>(i % 5), 200 + i);
        if (kind.model.n_classes > 0) s.label = static_cast<int>(i) % kind.model.n_classes;
        sequences.push_back(std::move(s));
        domains.extend(sequences.size(), std::string(1, static_cast<char>('a' + i / 2 % 3)));
    }
    const bool pairs = kind.model.head == OutputHead::embedding;
    setup.data = example_dataset(std::move(sequences), pairs, 2, DataOrder::random, {}, std::move(domains));
    setup.weights = random_weights(kind.model, 3);
    if (c.objective == Objective::distillation) setup.teacher = random_weights(kind.model, 4);
    return setup;
}

/// The batches of the next step of a run, as the data give them.
inline std::vector<Batch> next_batches(const Trainer& trainer) {
    const TrainConfig& c = trainer.config();
    const int n_batches = c.objective == Objective::contrastive ? c.batch.accumulate : 1;
    const auto n = static_cast<std::uint64_t>(c.batch.sequences * c.batch.accumulate / n_batches);
    std::vector<Batch> batches(static_cast<std::size_t>(n_batches));
    auto item = static_cast<std::uint64_t>(trainer.n_steps_done() * n_batches) * n;
    for (Batch& b : batches)
        for (std::uint64_t i = 0; i < n; ++i) trainer.setup().data->append_training(c.seed, item++, b);
    return batches;
}

} // namespace gf::tests
