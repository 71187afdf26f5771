// Studies of positions: the loss at each position and the probe on texts of Tinyville, against runs of their
// own; what models notice of another order, against runs of the reordered text.

#include "measures/position_probe.h"
#include "session/support.h"
#include "train/dataset.h"

#include <gmock/gmock.h>

#include <cmath>

namespace gf::tests::session_positions_test {
namespace {

std::string shipped(const std::string& name) {
    return (std::filesystem::path(GLASSFORMER_TESTS_DIR) / "../assets/models" / name).string();
}

/// -log of the probability of a target, in double precision.
double nats(const Trace& run, int row, int target) {
    const real* logits = run.row(Site::logits, -1, row);
    double sum = 0;
    for (int i = 0; i < run.config().d_vocab; ++i) sum += std::exp(static_cast<double>(logits[i]));
    return std::log(sum) - static_cast<double>(logits[target]);
}

TEST(PositionStudy, ReadsTinyvilleAsEachModelDoes) {
    TestSession session;
    session(command::Open{shipped("positions-rope"), ""});
    session(command::AddRun{.model = shipped("positions-none")});
    EXPECT_FALSE(session.latest().positions);
    const Snapshot& s = session(command::StudyPositions{4});
    ASSERT_EQ(s.message, "");
    ASSERT_TRUE(s.positions);
    ASSERT_EQ(s.positions->models.size(), 2u) << "RoPE under its own angles counts once";
    for (const gf::Run& run : s.runs) {
        const PositionStudy::OfModel* found = s.positions->find(run.model.get(), {});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->loss.n_texts(), 4);
        EXPECT_EQ(found->loss.n_positions(), 256);
        EXPECT_EQ(found->trained_length, 128);
        // The windows that training keeps for validation, run by ourselves.
        DataConfig data;
        data.tinyville.size = 400'000;
        const auto test =
            load_dataset(data, Objective::next_token, *run.model->tokenizer, 256, tinyville::Split::test);
        ASSERT_GT(test->n_validation(), 4u);
        PositionProbe probe;
        double first = 0, last = 0;
        for (std::size_t w = 0; w < 4; ++w) {
            Batch batch;
            test->append_validation(w, batch);
            const Sequence& window = batch.sequences.front();
            const auto trace = gf::tests::run(run.model->weights, window.tokens);
            first += nats(*trace, 0, window.targets[0]) / 4;
            last += nats(*trace, 255, window.targets[255]) / 4;
        }
        tinyville::CorpusOptions stories;
        stories.only = {"story"};
        const tinyville::DocumentSource source(stories);
        for (std::uint64_t number = 0; probe.n_texts() < 4; ++number) {
            const tinyville::Document story = source.draw(number);
            if (story.split != tinyville::Split::test) continue;
            std::vector<int> tokens = run.model->tokenizer->encode(story.text, false);
            tokens.insert(tokens.begin(), *run.model->tokenizer->eos_id());
            tokens.resize(std::min<std::size_t>(tokens.size(), 128));
            probe.add(*gf::tests::run(run.model->weights, tokens), static_cast<int>(tokens.size()));
        }
        EXPECT_NEAR(found->loss.mean(0, 1), first, 1e-3);
        EXPECT_NEAR(found->loss.mean(255, 256), last, 1e-3);
        const std::vector<double> expected = probe.r_squared();
        ASSERT_EQ(found->r_squared.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found->r_squared[i], expected[i], 1e-3);
    }
}

TEST(PositionStudy, OtherAnglesAreReadBesideTheModelsOwn) {
    TestSession session;
    session(command::Open{shipped("positions-rope"), ""});
    session(command::StudyPositions{1});
    const auto own = session.latest().positions->models.at(0).loss.mean(0, 256);
    RunSetup setup;
    setup.rope.theta = 500;
    const Snapshot& s = session(command::SetSetup{"", setup});
    ASSERT_EQ(s.positions->models.size(), 2u);
    const auto* as_trained = s.positions->find(s.model.get(), {});
    const auto* changed = s.positions->find(s.model.get(), setup.rope);
    ASSERT_TRUE(as_trained && changed);
    EXPECT_EQ(as_trained->loss.mean(0, 256), own) << "what was read is kept";
    EXPECT_GT(changed->loss.mean(0, 256), own + 0.1) << "the model was not trained for this base";
    session(command::SetSetup{});
    EXPECT_EQ(session.latest().positions->models.size(), 1u);
    EXPECT_FALSE(session(command::StudyPositions{0}).positions);
}

TEST(PositionStudy, ModelsThatCannotReadItAreLeftOut) {
    TestSession session(saved_preset("llama"), {1, 2, 3}); // it has no tokenizer
    const Snapshot& s = session(command::StudyPositions{3});
    EXPECT_TRUE(s.is_settled);
    ASSERT_TRUE(!s.positions || s.positions->models.empty());
}

/// The largest change of each word's logits between the text as written and in another order, by runs of the
/// two texts.
std::vector<double> changes_by_texts(const SavedModel& model, const std::vector<int>& tokens,
                                     const std::vector<int>& order, bool unmasked) {
    RunSetup setup;
    if (unmasked) setup.masks.push_back({.kind = MaskKind::bidirectional});
    std::vector<int> moved(tokens.size());
    for (std::size_t r = 0; r < tokens.size(); ++r) moved[static_cast<std::size_t>(order[r])] = tokens[r];
    const auto run_of = [&](const std::vector<int>& text) {
        auto trace = std::make_shared<Trace>(model.weights, TraceShape{static_cast<int>(text.size())}, setup);
        extend(*trace, text);
        return trace;
    };
    const auto a = run_of(tokens), b = run_of(moved);
    std::vector<double> changes;
    for (std::size_t r = 0; r < tokens.size(); ++r) {
        double largest = 0;
        for (int i = 0; i < model.config().d_vocab; ++i)
            largest = std::max(largest,
                               static_cast<double>(std::abs(a->row(Site::logits, -1, static_cast<int>(r))[i] -
                                                            b->row(Site::logits, -1, order[r])[i])));
        changes.push_back(largest);
    }
    return changes;
}

class OrderOf : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(EveryScheme, OrderOf,
                         ::testing::Values("none", "sinusoidal", "gpt2", "llama", "alibi", "sliding_window"));

TEST_P(OrderOf, IsNoticedAsByRunsOfTheReorderedText) {
    const SavedModel& model = saved_preset(GetParam());
    const std::vector<int> tokens = {3, 1, 4, 1, 5, 9, 2, 6}, order = {0, 5, 2, 3, 6, 1, 4, 7};
    TestSession session(model, tokens);
    EXPECT_FALSE(session.latest().order_effect);
    RunSetup setup;
    setup.order = order;
    setup.mask_by_position = true;
    const Snapshot& s = session(command::SetSetup{"", setup});
    ASSERT_EQ(s.message, "");
    ASSERT_TRUE(s.order_effect);
    EXPECT_EQ(s.order_effect->order, order);
    const OrderEffect::OfModel* found = s.order_effect->find(s.model.get());
    ASSERT_TRUE(found);
    const auto expected = changes_by_texts(model, tokens, order, false),
               expected_unmasked = changes_by_texts(model, tokens, order, true);
    ASSERT_EQ(found->change.size(), tokens.size());
    for (std::size_t r = 0; r < tokens.size(); ++r) {
        EXPECT_NEAR(found->change[r], expected[r], 2e-5);
        EXPECT_NEAR(found->change_unmasked[r], expected_unmasked[r], 2e-5);
    }
    const double noticed = *std::ranges::max_element(found->change_unmasked);
    if (GetParam() == "none")
        EXPECT_LT(noticed, 1e-5) << "without mask and positions the logits only change places";
    else
        EXPECT_GT(noticed, 1e-2);
    EXPECT_GT(*std::ranges::max_element(found->change), 1e-2) << "the mask alone tells an order";
    EXPECT_FALSE(session(command::SetSetup{}).order_effect);
}

TEST(OrderEffect, ComparesTheModelsThatReadTheSameTokens) {
    TestSession session(saved_preset("none"), {3, 1, 4, 1, 5});
    session(command::AddRun{.model = saved_preset("llama").path});
    RunSetup setup;
    setup.order = {0, 3, 2, 1, 4};
    setup.mask_by_position = true;
    EXPECT_EQ(session(command::SetSetup{"", setup}).order_effect->models.size(), 2u);
    setup.order = {0, 9, 2, 1, 4}; // a gap: no order of the words
    EXPECT_FALSE(session(command::SetSetup{"", setup}).order_effect);
}

} // namespace
} // namespace gf::tests::session_positions_test
