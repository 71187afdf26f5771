// The gradient of a batch is the sum of its sequences' gradients, however it is computed.

#include "train/batch_gradient.h"

#include "core/passes/forward.h"
#include "platform/error.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace gf::tests::batch_gradient_test {
namespace {

/// n sequences of random tokens with lengths from `shortest` to
/// `longest`. In every third the last row has no target.
Batch random_batch(const ModelConfig& c, int n, int shortest, int longest) {
    Batch batch;
    for (int i = 0; i < n; ++i) {
        const int length = shortest + (i * 7) % (longest - shortest + 1);
        Sequence s{.tokens = random_tokens(c, length, 100 + static_cast<unsigned>(i)),
                   .targets = {},
                   .source = {},
                   .label = -1};
        s.targets.assign(s.tokens.begin() + 1, s.tokens.end());
        s.targets.push_back(i % 3 ? 1 : -1);
        if (c.has_encoder()) s.source = random_tokens(c, 2 + i, 300 + static_cast<unsigned>(i));
        batch.sequences.push_back(std::move(s));
    }
    return batch;
}

class BatchGradients : public ::testing::TestWithParam<std::string> {
  protected:
    std::shared_ptr<Weights> weights = random_weights(preset(GetParam()).config);
    const Batch batch = random_batch(weights->config, 11, 3, 60);
    const Objective objective = weights->config.has_encoder() ? Objective::seq2seq : Objective::next_token;

    /// The gradient of the last of so many runs: what a worker kept from the ones before must not show.
    std::vector<real> gradient(GradientOptions options, LossSum* loss = nullptr, int n_runs = 1) const {
        options.objective = objective;
        BatchGradient batch_gradient(weights, std::move(options));
        std::vector<real> sums;
        for (int i = 0; i < n_runs; ++i) {
            sums.assign(weights->size(), 0);
            const LossSum sum = batch_gradient.run(batch, 9, sums);
            if (loss) *loss = sum;
        }
        return sums;
    }
};
INSTANTIATE_TEST_SUITE_P(Presets, BatchGradients,
                         ::testing::Values("llama", "gpt2", "mixtral", "sliding_window", "encoder_decoder",
                                           "encoder_decoder_post"),
                         [](const auto& info) { return info.param; });

TEST_P(BatchGradients, AreTheSumOfTheSequences) {
    LossSum loss;
    const std::vector<real> all = gradient({}, &loss);
    std::vector<double> sums(weights->size(), 0);
    double nats = 0, count = 0;
    for (const Sequence& s : batch.sequences) {
        std::shared_ptr<Trace> source;
        if (!s.source.empty()) {
            source = std::make_shared<Trace>(
                weights, TraceShape{static_cast<int>(s.source.size()), Keep::all, Stack::encoder});
            extend(*source, s.source);
        }
        Trace trace(weights, TraceShape{static_cast<int>(s.tokens.size())}, {}, source);
        extend(trace, s.tokens);
        Backward backward(trace);
        const LossSum own = token_loss(trace, s.targets, 1, &backward.sites());
        std::vector<real> one(weights->size(), 0);
        backward.run(one);
        if (source) {
            Backward encoder(*source);
            encoder.seed_output(backward.sites());
            encoder.run(one);
        }
        for (std::size_t i = 0; i < one.size(); ++i) sums[i] += static_cast<double>(one[i]);
        nats += own.nats, count += own.count;
    }
    EXPECT_NEAR(loss.nats, nats, 1e-5 * nats);
    EXPECT_EQ(loss.count, count);
    for (std::size_t i = 0; i < sums.size(); ++i)
        ASSERT_NEAR(static_cast<double>(all[i]), sums[i] / count, 2e-5 * (1 + std::abs(sums[i] / count)))
            << i;
}

TEST_P(BatchGradients, DoNotDependOnThreadsOrCheckpointing) {
    const std::vector<real> one = gradient({});
    for (const int threads : {2, 3, 8})
        EXPECT_EQ(gradient({.n_threads = threads}, nullptr, 2), one) << threads << " threads";
    EXPECT_EQ(gradient({.n_threads = 2, .gradient_checkpointing = true}), one);
    // The routers' losses read their choices in every layer.
    const GradientOptions balanced{.balance_weight = 0.5, .z_weight = 0.1};
    GradientOptions checkpointed = balanced;
    checkpointed.gradient_checkpointing = true;
    EXPECT_EQ(gradient(checkpointed), gradient(balanced));
}

TEST_P(BatchGradients, EvaluateGivesTheSameLoss) {
    LossSum loss;
    gradient({}, &loss);
    const LossSum evaluated =
        BatchGradient(weights, {.objective = objective, .n_threads = 3}).evaluate(batch);
    EXPECT_EQ(evaluated.nats, loss.nats);
    EXPECT_EQ(evaluated.count, loss.count);
    EXPECT_EQ(evaluated.correct, loss.correct);
}

TEST_P(BatchGradients, ForgetTheBatchBefore) {
    const auto [shortest, longest] =
        std::ranges::minmax_element(batch.sequences, {}, [](const Sequence& s) { return s.tokens.size(); });
    // One sequence is as long as all others together, so some shards stay empty.
    Batch uneven{std::vector<Sequence>(8, *shortest)};
    uneven.sequences[0] = *longest;
    std::vector<real> fresh(weights->size(), 0), later = fresh, other = fresh;
    BatchGradient(weights, {.objective = objective}).run(uneven, 9, fresh);
    BatchGradient batch_gradient(weights, {.objective = objective});
    batch_gradient.run(batch, 9, other);
    batch_gradient.run(uneven, 9, later);
    EXPECT_EQ(later, fresh);
}

TEST_P(BatchGradients, AddToWhatIsThere) {
    std::vector<real> sums(weights->size(), 1);
    BatchGradient(weights, {.objective = objective}).run(batch, 9, sums);
    const std::vector<real> alone = gradient({});
    for (std::size_t i = 0; i < sums.size(); ++i) ASSERT_NEAR(sums[i], 1 + alone[i], 1e-5);
}

TEST(BatchGradient, CheckpointingNeedsLessMemory) {
    ModelConfig c = preset("llama").config;
    c.n_layers = 8;
    const auto weights = random_weights(c);
    const Batch batch = random_batch(c, 4, 60, 60);
    std::vector<real> sums(weights->size(), 0);
    BatchGradient all(weights, {}), layers(weights, {.gradient_checkpointing = true});
    all.run(batch, 1, sums);
    layers.run(batch, 1, sums);
    EXPECT_LT(2 * layers.activation_bytes(), all.activation_bytes());
}

TEST(BatchGradient, DistilsATeacher) {
    const auto weights = random_weights(preset("llama").config),
               teacher = random_weights(preset("wide").config, 3);
    const Batch batch = random_batch(weights->config, 3, 8, 12);
    std::vector<real> sums(weights->size(), 0);
    EXPECT_THROW(BatchGradient(weights, {.objective = Objective::distillation}), Error)
        << "without a teacher";
    EXPECT_THROW(BatchGradient(weights, {.objective = Objective::distillation, .teacher = teacher}), Error)
        << "of other tokens";
    BatchGradient self(weights, {.objective = Objective::distillation, .teacher = weights, .temperature = 2});
    EXPECT_NEAR(self.run(batch, 0, sums).mean(), 0, 1e-6);
    for (const real g : sums) ASSERT_NEAR(g, 0, 1e-6) << "nothing to learn from oneself";
}

/// A step along the gradient changes the loss by the gradient's length times the step's.
void expect_slope_is_length(const std::shared_ptr<Weights>& weights, const GradientOptions& options,
                            const Batch& batch) {
    BatchGradient batch_gradient(weights, options);
    std::vector<real> g(weights->size(), 0);
    batch_gradient.run(batch, 0, g);
    double square = 0;
    for (const real x : g) square += static_cast<double>(x) * static_cast<double>(x);
    const double length = std::sqrt(square), step = 1e-3;
    ASSERT_GT(length, 1e-3);
    const auto loss_at = [&](double along) {
        const auto moved = clone(*weights);
        for (const ParamRow& row : moved->table)
            for (std::size_t i = 0; i < row.size(); ++i)
                moved->values(row)[i] +=
                    static_cast<real>(along / length * static_cast<double>(g[row.offset + i]));
        moved->refresh();
        return BatchGradient(std::shared_ptr<const Weights>(moved.get(), [](const Weights*) {}), options)
            .evaluate(batch)
            .mean();
    };
    EXPECT_NEAR((loss_at(step) - loss_at(-step)) / (2 * step), length, 0.02 * length);
}

TEST(BatchGradient, LearnsClasses) {
    const auto weights = random_weights(preset("classes").config);
    Batch batch = random_batch(weights->config, 9, 3, 60);
    for (std::size_t i = 0; i < batch.sequences.size(); ++i)
        batch.sequences[i].label = i == 4 ? -1 : static_cast<int>(i) % weights->config.n_classes;
    std::vector<real> sums(weights->size(), 0);
    BatchGradient batch_gradient(weights, {.objective = Objective::classification});
    EXPECT_EQ(batch_gradient.run(batch, 0, sums).count, 8) << "one has no label";
    expect_slope_is_length(weights, {.objective = Objective::classification, .n_threads = 2}, batch);
}

TEST(BatchGradient, BringsPairsTogether) {
    const auto weights = random_weights(preset("last_embedding").config);
    const Batch batch = random_batch(weights->config, 12, 3, 60);
    expect_slope_is_length(weights, {.objective = Objective::contrastive, .temperature = 0.5}, batch);
    std::vector<real> one(weights->size(), 0), three = one;
    const LossSum a = BatchGradient(weights, {.objective = Objective::contrastive}).run(batch, 0, one);
    const LossSum b =
        BatchGradient(weights, {.objective = Objective::contrastive, .n_threads = 3}).run(batch, 0, three);
    EXPECT_EQ(one, three);
    EXPECT_EQ(a.nats, b.nats);
    EXPECT_EQ(a.count, 6);
    EXPECT_THROW(BatchGradient(weights, {.objective = Objective::contrastive})
                     .evaluate(random_batch(weights->config, 3, 4, 5)),
                 Error);
}

TEST(BatchGradient, NeedsWhatTheObjectiveNeeds) {
    const auto both_ways = random_weights(preset("bidirectional").config);
    EXPECT_THROW(BatchGradient(both_ways, {}), Error) << "it would see the next token";
    EXPECT_THROW(BatchGradient(both_ways, {.objective = Objective::classification}), Error)
        << "it has no classes";
    EXPECT_THROW(BatchGradient(both_ways, {.objective = Objective::contrastive}), Error)
        << "it has no embeddings";
    std::vector<real> sums(both_ways->size(), 0);
    BatchGradient masked(both_ways, {.objective = Objective::masked_token});
    EXPECT_GT(masked.run(random_batch(both_ways->config, 3, 8, 12), 0, sums).mean(), 0);
}

} // namespace
} // namespace gf::tests::batch_gradient_test
