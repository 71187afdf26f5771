// Every kind of model learns, adapters leave their base alone, accumulated steps equal those of a larger
// batch, and checkpoints survive failures.

#include "train/trainer.h"

#include "io/model_file.h"
#include "support.h"
#include "support/random_model.h"
#include "train/checkpoints.h"
#include "train/training_files.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace gf::tests::trainer_test {
namespace {

/// n sequences of random tokens to be learnt by heart.
std::vector<Sequence> random_sequences(const ModelConfig& config, int n, int length) {
    std::vector<Sequence> sequences;
    for (int i = 0; i < n; ++i) {
        Sequence s;
        s.tokens = random_tokens(config, length, 100 + static_cast<unsigned>(i));
        s.targets.assign(s.tokens.begin() + 1, s.tokens.end());
        s.targets.push_back(-1);
        sequences.push_back(s);
    }
    return sequences;
}

/// Random sequences of which every third token is replaced by the id 0, and is to be predicted.
std::vector<Sequence> masked_sequences(const ModelConfig& config, int n, int length) {
    std::vector<Sequence> sequences = random_sequences(config, n, length);
    for (Sequence& s : sequences)
        for (std::size_t i = 0; i < s.tokens.size(); ++i) {
            s.targets[i] = i % 3 == 1 ? s.tokens[i] : -1;
            if (i % 3 == 1) s.tokens[i] = 0;
        }
    return sequences;
}

/// Settings for learning a small batch by heart.
TrainConfig memorising_config() {
    TrainConfig c;
    c.lr = 0.01, c.steps = 300, c.clip_norm = 1;
    c.optimiser.weight_decay = 0;
    c.schedule.kind = ScheduleKind::constant;
    c.batch.sequences = 2;
    c.data.order = DataOrder::sequential;
    c.threads = 1;
    return c;
}

/// New weights, and a few random sequences for the objective that suits the model.
TrainingSetup memorising_setup(const ModelConfig& model, TrainConfig config) {
    TrainingSetup setup;
    setup.config = std::move(config);
    auto sequences =
        model.mask == MaskKind::bidirectional ? masked_sequences(model, 2, 9) : random_sequences(model, 2, 9);
    if (model.mask == MaskKind::bidirectional) setup.config.objective = Objective::masked_token;
    if (model.pools()) {
        setup.config.objective =
            model.head == OutputHead::classes ? Objective::classification : Objective::contrastive;
        setup.config.temperature = 0.1; // cosines of -1 and 1 are then 20 nats apart
        sequences = random_sequences(model, 4, 9);
        for (Sequence& s : sequences) s.label = s.tokens[0] % 2;
    }
    if (model.has_encoder()) { // both decoders begin alike: only the source tells how to continue
        setup.config.objective = Objective::seq2seq;
        sequences[1].tokens[0] = sequences[0].tokens[0];
        for (std::size_t i = 0; i < sequences.size(); ++i)
            sequences[i].source =
                random_tokens(model, 5 + static_cast<int>(i), 200 + static_cast<unsigned>(i));
    }
    setup.data =
        example_dataset(std::move(sequences), model.head == OutputHead::embedding, 0, DataOrder::sequential);
    setup.weights = std::make_shared<Weights>(model);
    randomize(*setup.weights, 3);
    return setup;
}

class EveryVariant : public testing::TestWithParam<Preset> {};

TEST_P(EveryVariant, LearnsABatchByHeart) {
    ModelConfig model = GetParam().config;
    if (model.logit_cap > 0) model.logit_cap = 30; // Gemma 2's: a low one keeps every loss large
    Trainer trainer(memorising_setup(model, memorising_config()));
    double loss = 1e9;
    while (!trainer.is_finished() && loss >= 0.01) {
        const StepReport r = trainer.step();
        ASSERT_FALSE(r.problem) << *r.problem;
        loss = r.loss;
    }
    EXPECT_LT(loss, 0.01) << "after " << trainer.n_steps_done() << " steps";
}

INSTANTIATE_TEST_SUITE_P(Presets, EveryVariant, testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.head != OutputHead::none;
                         })),
                         [](const auto& info) { return info.param.name; });

TEST(Trainer, RefusesModelsWithoutOutput) {
    EXPECT_THROW(Trainer(memorising_setup(preset("headless").config, memorising_config())), Error);
}

TEST(Trainer, LearnsByHeartWithSgd) {
    TrainConfig c = memorising_config();
    c.optimiser = {.kind = OptimiserKind::sgd, .weight_decay = 0, .momentum = 0.9};
    c.lr = 0.1, c.steps = 600;
    Trainer trainer(memorising_setup(preset("llama").config, c));
    double loss = 1e9;
    while (!trainer.is_finished() && loss >= 0.01) loss = trainer.step().loss;
    EXPECT_LT(loss, 0.01);
}

TEST(Trainer, AccumulatedStepsAreThoseOfALargerBatch) {
    const auto trained = [](int sequences, int accumulate) {
        TrainConfig c = memorising_config();
        c.batch = {sequences, 0, accumulate};
        TrainingSetup setup = memorising_setup(preset("gpt2").config, c);
        setup.data =
            example_dataset(random_sequences(preset("gpt2").config, 12, 9), false, 0, DataOrder::sequential);
        Trainer trainer(std::move(setup));
        for (int i = 0; i < 3; ++i) trainer.step();
        return copy_of_values(*trainer.weights());
    };
    EXPECT_EQ(trained(2, 2), trained(4, 1));
    EXPECT_NE(trained(2, 2), trained(2, 1));
}

TEST(Trainer, TheNumberOfThreadsChangesNothing) {
    std::vector<std::vector<real>> results;
    for (const int threads : {1, 2, 3}) {
        TrainConfig c = memorising_config();
        c.threads = threads, c.batch.sequences = 7, c.dropout = 0.1;
        TrainingSetup setup = memorising_setup(preset("mixtral").config, c);
        setup.data =
            example_dataset(random_sequences(preset("mixtral").config, 20, 11), false, 4, DataOrder::random);
        Trainer trainer(std::move(setup));
        for (int i = 0; i < 5; ++i) trainer.step();
        results.push_back(copy_of_values(*trainer.weights()));
        results.back().push_back(static_cast<real>(trainer.validation_loss().value()));
    }
    EXPECT_EQ(results[1], results[0]);
    EXPECT_EQ(results[2], results[0]);
}

TEST(Trainer, FrozenParametersStay) {
    TrainConfig c = memorising_config();
    c.frozen = {"*attn*", "transformer.wte.weight"};
    const TrainingSetup setup = memorising_setup(preset("gpt2").config, c);
    const auto before = clone(*setup.weights);
    Trainer trainer(setup);
    for (int i = 0; i < 3; ++i) trainer.step();
    for (const ParamRow& row : before->table) {
        const bool frozen = row.name.find("attn") != std::string::npos || row.role == Role::embed;
        EXPECT_EQ(
            std::equal(before->values(row), before->values(row) + row.size(), trainer.weights()->values(row)),
            frozen)
            << row.name;
    }
    c.frozen = {"*"};
    expect_error([&] { Trainer{memorising_setup(preset("gpt2").config, c)}; }, {"frozen", "all are frozen"});
}

TEST(Trainer, AnAdapterLearnsBesideItsBase) {
    TrainConfig c = memorising_config();
    c.lora = {8, 16, {"*"}};
    TrainingSetup setup = memorising_setup(preset("llama").config, c);
    setup.weights = random_weights(preset("llama").config);
    const std::vector<real> before = copy_of_values(*setup.weights);
    Trainer trainer(setup);
    EXPECT_EQ(copy_of_values(*trainer.weights()), before) << "B is zero";
    double loss = 1e9;
    while (!trainer.is_finished() && loss >= 0.01) loss = trainer.step().loss;
    EXPECT_LT(loss, 0.01);
    EXPECT_EQ(copy_of_values(*setup.weights), before);
    const TestFolder folder;
    write_trained_model(folder.path(), trainer.setup(), trainer.state(), DType::f32);
    LoraAdapter saved(c.lora, *setup.weights, 1);
    saved.load(folder.path());
    Weights merged(setup.weights->config);
    saved.apply(*setup.weights, merged);
    std::vector<std::string> warnings;
    EXPECT_EQ(copy_of_values(*load_model(folder.path(), warnings)), copy_of_values(merged))
        << "the model is base and adapter in one";
}

TEST(Trainer, DistillsATeacher) {
    // A student of the teacher's shape comes near to it: the divergence falls to a small part of what it was.
    TrainConfig c = memorising_config();
    c.objective = Objective::distillation, c.temperature = 2;
    TrainingSetup setup = memorising_setup(preset("llama").config, c);
    setup.teacher = random_weights(preset("llama").config);
    Trainer trainer(setup);
    const double first = trainer.step().loss;
    double last = first;
    for (int i = 0; i < 150; ++i) last = trainer.step().loss;
    EXPECT_GT(first, 0.1);
    EXPECT_LT(last, 0.05 * first);
}

TEST(Trainer, ValidationIsTheMeanOverItsTargets) {
    TrainConfig c = memorising_config();
    c.evaluate_batches = 0;
    TrainingSetup setup = memorising_setup(preset("llama").config, c);
    const auto sequences = random_sequences(preset("llama").config, 10, 9);
    setup.data = example_dataset(sequences, false, sequences.size() / 2, DataOrder::random);
    Trainer trainer(setup);
    double nats = 0;
    int n = 0;
    for (std::size_t i = 5; i < 10; ++i) {
        const auto trace = run(setup.weights, sequences[i].tokens);
        for (int t = 0; t < 8; ++t) {
            const real* logits = trace->row(Site::logits, -1, t);
            double sum = 0;
            for (int v = 0; v < 53; ++v) sum += std::exp(double(logits[v]));
            nats += std::log(sum) - double(logits[sequences[i].targets[static_cast<std::size_t>(t)]]);
            ++n;
        }
    }
    EXPECT_NEAR(trainer.validation_loss().value(), nats / n, 1e-5);
}

TEST(Divergence, NoticesNumbersThatAreNotFinite) {
    DivergenceWatch watch;
    EXPECT_FALSE(watch.update(5, 1));
    EXPECT_TRUE(watch.update(std::nan(""), 1));
    EXPECT_TRUE(watch.update(5, INFINITY));
    EXPECT_TRUE(watch.update(-INFINITY, 1));
}

TEST(Divergence, NoticesALossThatGrows) {
    DivergenceWatch watch;
    for (int i = 0; i < 50; ++i) EXPECT_FALSE(watch.update(2, 1));
    EXPECT_FALSE(watch.update(40, 1)) << "one bad batch: the mean is 5.8";
    for (int i = 0; i < 50; ++i) EXPECT_FALSE(watch.update(2, 1));
    int steps = 0;
    while (!watch.update(9, 1) && steps < 100) ++steps;
    EXPECT_NEAR(steps, 13, 2) << "9 - 7 * 0.9^n above 3 * 2 + 1: n of 12 or more";
}

TEST(Checkpoints, TheNewestIsTheHighestStep) {
    const TestFolder folder;
    const Checkpoints checkpoints(folder.path() / "c");
    EXPECT_FALSE(checkpoints.newest());
    const auto write = [&](int step) {
        checkpoints.write(step, [&](const auto& f) { std::ofstream(f / "x") << step; });
    };
    for (const int step : {0, 9, 10, 100}) write(step);
    EXPECT_EQ(checkpoints.newest()->step, 100);
    EXPECT_EQ(read_text(checkpoints.newest()->path / "x"), "100");
    std::map<std::string, int> names;
    for (const auto& e : std::filesystem::directory_iterator(folder.path() / "c"))
        ++names[e.path().filename()];
    EXPECT_EQ(names.size(), 2u);
    EXPECT_TRUE(names.contains("step-10"));
    std::filesystem::create_directory(folder.path() / "c" / "step-1000x");
    std::filesystem::create_directory(folder.path() / "c" / "unfinished");
    EXPECT_EQ(checkpoints.newest()->step, 100) << "what is no checkpoint does not count";
}

TEST(Checkpoints, AFailureLeavesTheOthers) {
    const TestFolder folder;
    const Checkpoints checkpoints(folder.path() / "c");
    checkpoints.write(1, [](const auto& f) { std::ofstream(f / "x") << "good"; });
    EXPECT_THROW(checkpoints.write(2,
                                   [](const auto& f) {
                                       std::ofstream(f / "x") << "half";
                                       throw Error({"disk", "space", "none", ""});
                                   }),
                 Error);
    EXPECT_EQ(checkpoints.newest()->step, 1);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path() / "c"), {}), 1);
}

} // namespace
} // namespace gf::tests::trainer_test
