// What a step reports equals what is counted by hand: norms per layer, loss per domain, load of the experts.

#include "train/step_report.h"

#include "core/passes/forward.h"
#include "support.h"
#include "train/seeded_random.h"
#include "train/training_kinds.h"

#include <cmath>
#include <map>

namespace gf::tests::step_report_test {
namespace {

using Layer = std::pair<Stack, int>;

class EveryStepReport : public testing::TestWithParam<TrainingKind> {
  protected:
    EveryStepReport() { // not the first step: no moment and no B of an adapter is zero any more
        for (int i = 0; i < 3; ++i) trainer.step();
    }

    GradientOptions options() const {
        const TrainConfig& c = trainer.config();
        return {.objective = c.objective,
                .regularise = {.dropout = c.dropout, .router_noise = c.router_noise},
                .capacity_factor = c.capacity_factor,
                .balance_weight = c.load_balancing,
                .z_weight = c.router_z,
                .teacher = trainer.setup().teacher,
                .temperature = c.temperature,
                .hard_share = c.hard_share};
    }

    /// The gradient of the next step, in the layout of Weights.
    std::vector<real> next_gradient() const {
        BatchGradient batch_gradient(trainer.weights(), options());
        std::vector<real> gradient(trainer.weights()->size());
        const std::vector<Batch> batches = next_batches(trainer);
        auto pass = static_cast<std::uint64_t>(trainer.n_steps_done()) * batches.size();
        for (const Batch& b : batches)
            batch_gradient.run(b, derived_seed(trainer.config().seed, SeedPurpose::regularise, pass++),
                               gradient);
        for (real& g : gradient) g /= static_cast<real>(batches.size());
        return gradient;
    }

    /// Whether the optimiser moves the parameter.
    bool is_trained(const ParamRow& row) const {
        const bool frozen = row.name.find("attn") != std::string::npos || row.role == Role::pos_embed;
        if (row.role == Role::router_bias && trainer.config().bias_step > 0)
            return false; // the load moves it
        return trainer.config().frozen.empty() || !frozen;
    }

    Trainer trainer{new_setup(GetParam()), {.update_norms = true}};
};
INSTANTIATE_TEST_SUITE_P(Kinds, EveryStepReport, testing::ValuesIn(training_kinds()),
                         [](const auto& info) { return info.param.name; });

TEST_P(EveryStepReport, HasTheNormsOfEachLayer) {
    const std::vector<real> gradient = next_gradient();
    const TrainingState before = trainer.state();
    const StepReport& report = trainer.step();
    const TrainingState after = trainer.state();
    std::map<Layer, std::array<double, 2>> squares; // of gradient and update
    const auto add = [&](Layer layer, auto g, auto a, auto b, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            squares[layer][0] += std::pow(static_cast<double>(g[i]), 2);
            squares[layer][1] += std::pow(static_cast<double>(b[i]) - static_cast<double>(a[i]), 2);
        }
    };
    if (auto old = adapter_of(trainer.setup(), before)) {
        auto now = adapter_of(trainer.setup(), after);
        old->compute_gradients(gradient);
        const auto a = old->blocks(), b = now->blocks();
        for (std::size_t i = 0; i < a.size(); ++i) // "model.layers.1.mlp.up_proj.lora_A.weight"
            add({Stack::decoder, std::stoi(a[i].name.substr(std::string("model.layers.").size()))},
                a[i].gradient, a[i].values, b[i].values, a[i].values.size());
    } else {
        for (const ParamRow& row : trainer.weights()->table)
            if (is_trained(row))
                add({row.stack, row.layer}, &gradient[row.offset], &(*before.weights)[row.offset],
                    &(*after.weights)[row.offset], row.size());
    }
    double total = 0;
    ASSERT_EQ(report.layers.size(), squares.size());
    for (const LayerNorms& l : report.layers) {
        ASSERT_TRUE(squares.contains({l.stack, l.layer})) << l.layer;
        const auto [g, u] = squares[{l.stack, l.layer}];
        EXPECT_GT(u, 0) << l.layer;
        EXPECT_NEAR(l.gradient, std::sqrt(g), 1e-6 * std::sqrt(g)) << l.layer;
        EXPECT_NEAR(l.update, std::sqrt(u), 1e-12 * std::sqrt(u)) << l.layer;
        total += l.gradient * l.gradient;
    }
    EXPECT_NEAR(std::sqrt(total), report.gradient_norm, 1e-12 * report.gradient_norm);
}

TEST_P(EveryStepReport, HasTheLossOfEachDomain) {
    // The same step without random numbers, so that the loss can be computed again without its gradient.
    TrainingSetup setup = trainer.setup();
    setup.weights = clone(*trainer.weights());
    setup.config.lora = {}, setup.config.frozen = {};
    setup.config.dropout = setup.config.router_noise = setup.config.capacity_factor = 0;
    Trainer plain(setup);
    const std::vector<Batch> batches = next_batches(plain);
    BatchGradient all_alone(clone(*plain.weights()), options());
    const StepReport& report = plain.step();
    ASSERT_EQ(report.domains.size(), 3u);
    double nats = 0, count = 0;
    for (const DomainLoss& d : report.domains) nats += d.loss * d.n_targets, count += d.n_targets;
    EXPECT_NEAR(nats / count, report.loss, 1e-12 * std::abs(report.loss));
    if (plain.config().objective == Objective::contrastive)
        return; // no pair has a loss of its own, see below
    for (std::size_t domain = 0; domain < 3; ++domain) {
        Batch own = batches.at(0);
        std::erase_if(own.sequences, [&](const Sequence& s) { return s.domain(0) != domain; });
        if (own.sequences.empty()) {
            EXPECT_EQ(report.domains[domain].n_targets, 0);
            continue;
        }
        const LossSum loss = all_alone.evaluate(own);
        EXPECT_EQ(report.domains[domain].n_targets, loss.count);
        EXPECT_NEAR(report.domains[domain].loss, loss.mean(), 1e-5 * loss.mean());
    }
}

TEST_P(EveryStepReport, TakesNoNewMemory) {
    const StepReport& report = trainer.step();
    const auto places = [&] {
        std::vector<const void*> all{&report, report.domains.data(), report.layers.data(),
                                     report.experts.data()};
        for (const ExpertLoad& e : report.experts) all.push_back(e.shares.data());
        return all;
    };
    const auto before = places();
    EXPECT_EQ(&trainer.step(), &report);
    EXPECT_EQ(places(), before);
}

TEST_P(EveryStepReport, UpdatesAreMeasuredOnlyIfAskedFor) {
    Trainer plain(new_setup(GetParam())), measured(new_setup(GetParam()), {.update_norms = true});
    for (int i = 0; i < 3; ++i) {
        for (const LayerNorms& l : plain.step().layers) EXPECT_EQ(l.update, 0);
        measured.step();
    }
    EXPECT_EQ(copy_of_values(*measured.weights()), copy_of_values(*plain.weights()))
        << "measuring changes nothing";
}

TEST(StepReport, TheLoadOfExpertsIsACountOfTheirIndices) {
    ModelConfig both = preset("mixtral").config;
    both.n_encoder_layers = 1;
    for (const ModelConfig& model : {preset("mixtral").config, preset("moe_plain").config, both}) {
        Trainer trainer(new_setup({"experts", model}));
        trainer.step();
        const std::vector<Batch> batches = next_batches(trainer);
        std::map<Layer, std::vector<double>> visits;
        double n_visits = 0; // of a layer of the decoder
        const auto count = [&](const Trace& run) {
            for (int l = 0; l < run.config().n_layers; ++l)
                for (int r = 0; r < run.n_tokens(); ++r)
                    for (int slot = 0; slot < model.experts_per_token; ++slot) {
                        auto& of_layer = visits[{run.shape().stack, l}];
                        of_layer.resize(static_cast<std::size_t>(model.n_experts));
                        ++of_layer[static_cast<std::size_t>(run.row(Site::expert_indices, l, r)[slot])];
                    }
        };
        for (const Sequence& s : batches.at(0).sequences) {
            std::shared_ptr<Trace> source;
            if (model.has_encoder()) {
                source =
                    std::make_shared<Trace>(trainer.weights(), TraceShape{static_cast<int>(s.source.size()),
                                                                          Keep::all, Stack::encoder});
                extend(*source, s.source);
                count(*source);
            }
            Trace run(trainer.weights(), TraceShape{static_cast<int>(s.tokens.size())}, {}, source);
            extend(run, s.tokens);
            count(run);
            n_visits += static_cast<double>(s.tokens.size()) * model.experts_per_token;
        }
        const StepReport& report = trainer.step();
        ASSERT_EQ(report.experts.size(), static_cast<std::size_t>(model.n_layers + model.n_encoder_layers));
        for (const ExpertLoad& e : report.experts) {
            const std::vector<double>& counted = visits.at({e.stack, e.layer});
            double all = 0;
            for (const double n : counted) all += n;
            EXPECT_TRUE(e.stack == Stack::encoder || all == n_visits) << all;
            ASSERT_EQ(e.shares.size(), counted.size());
            for (std::size_t i = 0; i < counted.size(); ++i)
                EXPECT_NEAR(e.shares[i], counted[i] / all, 1e-12);
        }
    }
    EXPECT_TRUE(Trainer(new_setup(training_kinds()[0])).step().experts.empty()) << "a dense model has none";
}

/// DeepSeek-V3: after each step the bias of an expert that was chosen less often than an even share goes up
/// by bias_step, that of one chosen more often goes down, and nothing else moves it.
TEST(StepReport, RoutersBiasesGoAgainstTheLoad) {
    const ModelConfig model = preset("moe_deepseek").config;
    for (const double step : {0.0, 0.01}) {
        TrainingKind kind{"biased", model, [](TrainConfig& c) { c.load_balancing = 0, c.router_z = 0; }};
        TrainingSetup setup = new_setup(kind);
        setup.config.bias_step = step;
        Trainer trainer(std::move(setup));
        std::map<std::string, std::vector<double>> expected; // begins with what the biases are
        for (const ParamRow& row : trainer.weights()->table)
            if (row.role == Role::router_bias)
                expected[row.name].assign(trainer.weights()->values(row),
                                          trainer.weights()->values(row) + row.size());
        for (int i = 0; i < 4; ++i) {
            const StepReport& report = trainer.step();
            for (const ExpertLoad& load : report.experts) {
                const std::string name = "model.layers." + std::to_string(load.layer) +
                                         ".block_sparse_moe.gate.e_score_correction_bias";
                auto& bias = expected.at(name);
                for (std::size_t e = 0; e < bias.size(); ++e) {
                    const double over = load.shares[e] - 1.0 / model.n_experts;
                    if (std::abs(over) > 1e-9) bias[e] += over < 0 ? step : -step;
                }
            }
        }
        ASSERT_EQ(expected.size(), static_cast<std::size_t>(model.n_layers));
        for (const auto& [name, bias] : expected) {
            const ParamRow* row = trainer.weights()->find(name);
            ASSERT_NE(row, nullptr) << name;
            for (std::size_t e = 0; e < bias.size(); ++e)
                EXPECT_NEAR(trainer.weights()->values(*row)[e], bias[e], 1e-6) << name << " " << e;
        }
    }
}

TEST(StepReport, PairsShareTheContrastiveLoss) {
    constexpr std::size_t n = 5, d = 3;
    std::vector<real> a, b;
    for (int i = 0; i < static_cast<int>(n * d); ++i) {
        a.push_back(static_cast<real>(std::sin(3 * i + 1)));
        b.push_back(static_cast<real>(std::cos(5 * i + 2)));
    }
    std::vector<double> nats(n, 99);
    const LossSum loss = contrastive_loss(a, b, d, 0.5, 1, {}, {}, nats);
    const auto cosine = [&](std::size_t i, std::size_t j) {
        double ab = 0, aa = 0, bb = 0;
        for (std::size_t k = 0; k < d; ++k) {
            const double x = static_cast<double>(a[i * d + k]), y = static_cast<double>(b[j * d + k]);
            ab += x * y, aa += x * x, bb += y * y;
        }
        return ab / std::sqrt(aa * bb);
    };
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        double as = 0, bs = 0;
        for (std::size_t j = 0; j < n; ++j)
            as += std::exp(cosine(i, j) / 0.5), bs += std::exp(cosine(j, i) / 0.5);
        EXPECT_NEAR(nats[i], 0.5 * (std::log(as) + std::log(bs)) - cosine(i, i) / 0.5, 1e-9);
        sum += nats[i];
    }
    EXPECT_NEAR(sum, loss.nats, 1e-12);
}

TEST(StepReport, BothStacksAreToldApart) {
    Trainer trainer(new_setup({"", preset("encoder_decoder").config}));
    std::vector<Layer> found;
    for (const LayerNorms& l : trainer.step().layers) found.emplace_back(l.stack, l.layer);
    using enum Stack;
    EXPECT_THAT(found, testing::ElementsAre(Layer(encoder, -1), Layer(encoder, 0), Layer(encoder, 1),
                                            Layer(decoder, -1), Layer(decoder, 0), Layer(decoder, 1)));
}

TEST(StepReport, ADomainMayChangeInsideAWindow) {
    const ModelConfig model = preset("llama").config;
    TrainingSetup setup = new_setup({"", model});
    WindowOptions options{.length = 20, .validation = 0};
    for (std::size_t n = 0, i = 0; n < 400; n += 7 + i % 5, ++i)
        options.domains.extend(n + 7 + i % 5, i % 3 ? "long" : "short");
    std::vector<int> tokens = random_tokens(model, static_cast<int>(options.domains.ids.size()));
    setup.data = window_dataset(std::move(tokens), options);
    Trainer trainer(setup);
    const Batch batch = next_batches(trainer).at(0);
    const auto weights = clone(*trainer.weights());
    const StepReport& report = trainer.step();
    EXPECT_THAT(setup.data->domain_names(), testing::ElementsAre("short", "long"));
    ASSERT_EQ(report.domains.size(), 2u);
    BatchGradient alone(clone(*weights), {});
    for (std::size_t domain = 0; domain < 2; ++domain) {
        Batch own = batch;
        for (Sequence& s : own.sequences) {
            ASSERT_EQ(s.domains.size(), 20u);
            for (std::size_t i = 0; i < s.targets.size(); ++i)
                if (s.domain(i) != domain) s.targets[i] = -1;
        }
        const LossSum loss = alone.evaluate(own);
        EXPECT_GT(loss.count, 10);
        EXPECT_EQ(report.domains[domain].n_targets, loss.count);
        EXPECT_NEAR(report.domains[domain].loss, loss.mean(), 1e-5 * loss.mean());
    }
}

} // namespace
} // namespace gf::tests::step_report_test
