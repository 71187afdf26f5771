// Recipes and cards: what is read, what changes a hash, what is refused.

#include "models/small_models.h"

namespace gf::tests::shipped_test {
namespace {

TEST(ShippedModels, AreReadInTheOrderOfTheList) {
    const SmallModels models;
    models.write_recipe("two");
    models.list({"two", "one"});
    const auto all = shipped_models(models.path());
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "two");
    EXPECT_EQ(all[1].sentence, "Small.");
    EXPECT_EQ(all[1].prompt, "Once");
    EXPECT_FALSE(all[1].is_trained());
    EXPECT_EQ(all[1].train_config().steps, 3);
}

TEST(ShippedModels, EveryModelOfTheProductHasARecipeThatMakesSense) {
    const std::filesystem::path folder = std::filesystem::path(GLASSFORMER_TESTS_DIR) / "../assets/models";
    const auto all = shipped_models(folder);
    EXPECT_GE(all.size(), 16u);
    EXPECT_EQ(all.front().name, "story") << "the first is the one that the program opens on";
    for (const ShippedModel& m : all) {
        EXPECT_FALSE(m.sentence.empty()) << m.name;
        EXPECT_FALSE(m.prompt.empty()) << m.name;
        EXPECT_GT(m.train_config().data.tinyville.size, 0u) << m.name;
        EXPECT_EQ(m.train_config().dtype, DType::f16) << m.name;
    }
}

TEST(ShippedModels, ThoseThatFitAPublicArchitectureAreSavedAsIt) {
    const std::map<std::string, std::string> classes = {
        {"story", "LlamaForCausalLM"},           {"drafter", "LlamaForCausalLM"},
        {"story-moe", "MixtralForCausalLM"},     {"story-moe-unbalanced", "MixtralForCausalLM"},
        {"story-moe-dense", "LlamaForCausalLM"}, {"masked", "BertForMaskedLM"},
        {"heads-mha", "LlamaForCausalLM"},       {"heads-gqa", "LlamaForCausalLM"},
        {"heads-mqa", "LlamaForCausalLM"},       {"positions-rope", "LlamaForCausalLM"}};
    for (const auto& [name, expected] : classes) {
        const std::string path =
            std::string(GLASSFORMER_TESTS_DIR) + "/../assets/models/" + name + "/config.json";
        const auto config = parse_json(read_text(path), path);
        EXPECT_EQ(config.value("architectures", nlohmann::json()), nlohmann::json({expected})) << name;
    }
}

TEST(ShippedModels, ARecipesHashFollowsWhatItRestsOn) {
    const SmallModels models;
    models.write_recipe(
        "two",
        {{"objective", "distillation"}, {"teacher", "../one"}, {"tokenizer", "../one/tokenizer.json"}});
    const auto hash = [&](const char* name) { return shipped_model(models.path(), name).recipe_hash(); };
    const std::uint64_t one = hash("one"), two = hash("two");
    EXPECT_EQ(one, hash("one"));
    models.write_recipe("one", {{"steps", 4}});
    EXPECT_NE(one, hash("one"));
    EXPECT_NE(two, hash("two")) << "its teacher is another one now";
    models.write_recipe("one");
    EXPECT_EQ(two, hash("two"));
    std::ofstream(models.path() / "one/tokenizer.json") << "{}";
    EXPECT_NE(two, hash("two"));
}

TEST(ShippedModels, BadRecipesAreNamed) {
    const SmallModels models;
    expect_error([&] { shipped_model(models.path(), "none"); }, {"none", "recipe.json"});
    models.write_recipe("one", {{"stepz", 3}});
    expect_error([&] { shipped_model(models.path(), "one").train_config(); },
                 {"recipe.json", "stepz", "steps"});
    std::ofstream(models.path() / "one/recipe.json") << R"({"sentence": "A"})";
    expect_error([&] { shipped_model(models.path(), "one"); }, {"recipe.json", "prompt"});
    std::ofstream(models.path() / "models.json") << R"({"one": 1})";
    expect_error([&] { shipped_models(models.path()); }, {"models.json", "array"});
}

TEST(ShippedModels, AreFoundByTheirNames) {
    const SmallModels models;
    models.write_recipe("two");
    models.list({"two", "one"});
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(models.path() / "one"); // where nothing is called "one" or "two"
    EXPECT_EQ(find_model("two", models.path()), (models.path() / "two").string());
    EXPECT_EQ(find_model("./two", models.path()), "./two") << "a path is one";
    EXPECT_EQ(find_model("two", {}), "two") << "nothing ships";
    expect_error([&] { find_model("tow", models.path()); }, {"tow", "a model that ships", "'two', 'one'"});
    std::filesystem::create_directory("two");
    EXPECT_EQ(find_model("two", models.path()), "two") << "what lies on the disk goes first";
    std::filesystem::current_path(before);
}

TEST(Cards, AreReadAsTheyWereWritten) {
    const TestFolder folder;
    EXPECT_FALSE(read_model_card(folder.path()));
    ModelCard card{.recipe = "a",
                   .corpus = "b",
                   .parameters = 7,
                   .steps = 3,
                   .tokens = 99,
                   .minutes = 1.5,
                   .training_loss = 2.25,
                   .loss = 2.5};
    card.add("free", 3);
    card.add("at least", 18, Figure::Bound::at_least, 18);
    card.add("above", 0.5, Figure::Bound::above, 0.5);
    card.add("below", 0.01, Figure::Bound::below, 0.05);
    card.loss_by_position = {1.5, 1.25};
    card.samples = {"Once\nupon", "a \"time\""};
    write_model_card(folder.path(), card);
    const ModelCard read = *read_model_card(folder.path());
    EXPECT_EQ(read.recipe, "a");
    EXPECT_EQ(read.corpus, "b");
    EXPECT_EQ(read.parameters, 7);
    EXPECT_EQ(read.steps, 3);
    EXPECT_EQ(read.tokens, 99);
    EXPECT_EQ(read.minutes, 1.5);
    EXPECT_EQ(read.training_loss, 2.25);
    EXPECT_EQ(read.loss, 2.5);
    EXPECT_EQ(read.loss_by_position, card.loss_by_position);
    EXPECT_EQ(read.samples, card.samples);
    std::vector<bool> holds;
    std::vector<std::string> required;
    for (const Figure& f : read.figures) holds.push_back(f.holds()), required.push_back(f.requirement());
    EXPECT_THAT(holds, testing::ElementsAre(true, true, false, true));
    EXPECT_THAT(required, testing::ElementsAre("", "≥ 18", "> 0.500", "< 0.050"));
}

TEST(Cards, ThoseOfTheProductAreWrittenAsTheyStand) {
    const std::filesystem::path models = std::filesystem::path(GLASSFORMER_TESTS_DIR) / "../assets/models";
    const TestFolder folder;
    int n_cards = 0;
    for (const std::string& name : shipped_model_names(models)) {
        const std::optional<ModelCard> card = read_model_card(models / name);
        if (!card) continue;
        ++n_cards;
        write_model_card(folder.path(), *card);
        EXPECT_EQ(read_text(folder.path() / "card.json"), read_text(models / name / "card.json")) << name;
    }
    EXPECT_GE(n_cards, 16);
}

TEST(Cards, BadOnesNameTheKey) {
    const TestFolder folder;
    folder.file("card.json", R"({"recipe": "a", "corpus": "b", "parameters": "many"})");
    expect_error([&] { read_model_card(folder.path()); },
                 {"card.json: 'parameters'", "an integer", "\"many\""});
    const std::string whole = R"({"recipe": "a", "corpus": "b", "parameters": 1, "steps": 1, "tokens": 1,
        "minutes": 1, "training_loss": 1, "loss": 1, "loss_by_position": [], "samples": [], "figures": )";
    const auto figures = [&](const std::string& text) {
        folder.file("card.json", whole + text + "}");
        return read_model_card(folder.path())->figures;
    };
    EXPECT_EQ(figures(R"([{"what": "a", "value": 1, "below": 2}])").at(0).bound, Figure::Bound::below);
    expect_error([&] { figures(R"([{"what": "a", "value": 1, "under": 2}])"); }, {"'figures[0].under'"});
    expect_error([&] { figures(R"([{"what": "a", "value": 1, "below": 2, "above": 0}])"); },
                 {"'figures[0]'", "one of the keys at_least, above, below"});
}

} // namespace
} // namespace gf::tests::shipped_test
