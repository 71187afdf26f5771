// Figures of the models that ship, checked against values that are computed here in another way.

#include "models/measure.h"

#include "core/passes/forward.h"
#include "models/small_models.h"
#include "session/generate.h"

#include <cmath>

namespace gf::tests::measure_test {
namespace {

/// -log softmax(logits)[target], in double precision.
double nats(const Trace& run, int row, int target) {
    const real* logits = run.row(Site::logits, -1, row);
    const int n = run.config().d_vocab;
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += std::exp(static_cast<double>(logits[i] - logits[target]));
    return std::log(sum);
}

TEST(HeldOut, IsTheTestSplitAndNothingElse) {
    const auto documents = held_out_documents({3, 60000, {}}, 50);
    ASSERT_EQ(documents.size(), 50u);
    for (const auto& d : documents) EXPECT_EQ(d.split, tinyville::Split::test);
    const auto lists = held_out_documents({3, 60000, {}}, 50, {"lists"});
    for (const auto& e : held_out_tasks(lists, "instruction")) {
        EXPECT_EQ(e.phenomenon, "instruction");
        EXPECT_TRUE(e.line.starts_with(e.task + ": " + e.question)) << e.line;
        EXPECT_TRUE(e.line.ends_with(" ->")) << e.line;
    }
}

TEST(HeldOut, LossIsTheMeanOverTheTestSplitsTokens) {
    const SmallModels models;
    models.train("one");
    ModelCache cache(models.path());
    const auto& opened = cache.open("one");
    const TinyvilleTokens all =
        tinyville_tokens(measured_corpus(opened.config), *opened.model->tokenizer, tinyville::Split::test);
    const std::size_t n_tokens = all.tokens.size(), first = n_tokens - all.n_validation;
    ASSERT_LT(all.n_validation, 16'384u) << "so that all of it counts";
    double sum = 0, n = 0;
    // Windows of 32 tokens that begin with documents and do not overlap.
    std::size_t reached = first;
    for (const std::size_t begin : all.starts) {
        if (begin < reached) continue;
        const std::size_t end = reached = std::min(begin + 32, n_tokens - 1);
        const auto at = [&](std::size_t i) { return all.tokens.begin() + static_cast<std::ptrdiff_t>(i); };
        const auto run = full_trace(*opened.model, {at(begin), at(end)});
        for (std::size_t r = begin; r < end; ++r, ++n)
            sum += nats(*run, static_cast<int>(r - begin), all.tokens[r + 1]);
    }
    EXPECT_GT(n, 100);
    EXPECT_NEAR(cache.loss("one"), sum / n, 1e-5);
}

TEST(HeldOut, TheCorpusHashKnowsSeedAndKinds) {
    const SmallModels models;
    const auto hash = [&](const nlohmann::json& tinyville) {
        models.write_recipe("one", {{"data", {{"tinyville", tinyville}}}});
        return corpus_hash(shipped_model(models.path(), "one").train_config());
    };
    const std::string first = hash({{"seed", 3}});
    EXPECT_EQ(first, hash({{"seed", 3}}));
    EXPECT_NE(first, hash({{"seed", 4}}));
    EXPECT_NE(first, hash({{"seed", 3}, {"only", {"story"}}}));
}

TEST(Measures, LossByPositionIsThatOfWindows) {
    const SmallModels models;
    models.write_recipe("positions-small", {{"batch", {{"length", 16}}}});
    models.train("positions-small");
    ModelCache cache(models.path());
    ModelCard card;
    measure(cache, "positions-small", card);
    ASSERT_EQ(card.loss_by_position.size(), 2u);
    ASSERT_EQ(card.figures.size(), 2u);
    EXPECT_NEAR(card.figures[1].value, card.loss_by_position[1], 1e-9)
        << "positions 16 to 31 are past the trained length";
    EXPECT_GT(card.loss, 0);
}

TEST(Measures, ExpertsLoadAndInformationAreNothingWhereTheRouterIsBlind) {
    const SmallModels models;
    models.write_recipe("story-moe", {{"model", {{"n_experts", 4}, {"experts_per_token", 2}}}});
    models.write_recipe("story-moe-dense");
    for (const char* name : {"story-moe", "story-moe-dense"}) models.train(name);
    ModelCache cache(models.path());
    ModelCard card;
    measure(cache, "story-moe", card);
    ASSERT_EQ(card.figures.size(), 8u);
    for (const Figure& f : card.figures) EXPECT_TRUE(std::isfinite(f.value)) << f.what;
    EXPECT_GE(card.figures[1].value, 0);
    EXPECT_LE(card.figures[1].value, 1 + 1e-9)
        << "two of four experts for every token: at most a variation of 1";
    EXPECT_GE(card.figures[2].value, 0);
    EXPECT_LT(card.figures[2].value, card.figures[3].value + 0.2);
    EXPECT_NEAR(card.figures[0].value, cache.loss("story-moe-dense") - cache.loss("story-moe"), 1e-12);
}

TEST(Measures, ADrafterAgreesWithItself) {
    const SmallModels models;
    models.write_recipe("story");
    models.train("story");
    models.write_recipe("drafter", {{"tokenizer", "../story/tokenizer.json"}});
    models.train("drafter");
    for (const char* file : {"model.safetensors", "config.json"})
        std::filesystem::copy_file(models.path() / "story" / file, models.path() / "drafter" / file,
                                   std::filesystem::copy_options::overwrite_existing);
    ModelCache cache(models.path());
    ModelCard card;
    measure(cache, "drafter", card);
    ASSERT_EQ(card.figures.size(), 1u);
    EXPECT_EQ(card.figures[0].value, 1);
}

TEST(Measures, AnUntrainedModelIsNamed) {
    const SmallModels models;
    ModelCache cache(models.path());
    expect_error([&] { cache.open("one"); }, {"one", "train-assets"});
}

TEST(Generate, GreedyIsTheLikeliestTokenOfAWholePass) {
    const SmallModels models;
    models.train("one");
    ModelCache cache(models.path());
    const Model& model = *cache.open("one").model;
    std::vector<int> tokens = encode_prompt(model, "Once upon");
    const std::size_t n_prompt = tokens.size();
    std::vector<int> reported; // what the callback was given
    generate(model, tokens, {.n = 12},
             [&](int token) { return reported.push_back(token), reported.size() < 9; });
    ASSERT_GT(tokens.size(), n_prompt);
    EXPECT_LE(reported.size(), 9u);
    EXPECT_EQ(reported,
              std::vector<int>(tokens.begin() + static_cast<std::ptrdiff_t>(n_prompt), tokens.end()));
    const auto run = full_trace(model, tokens);
    for (std::size_t i = n_prompt; i < tokens.size(); ++i)
        EXPECT_EQ(tokens[i],
                  argmax(run->row(Site::logits, -1, static_cast<int>(i) - 1), model.config().d_vocab));
}

} // namespace
} // namespace gf::tests::measure_test
