// The gallery of the start page: the models that ship, in their order, for mouse and keyboard. What is
// missing or damaged is named.

#include "app/workbench_support.h"

#include "app/start/gallery.h"
#include "platform/error.h"
#include "text/train/train_tokenizer.h"

#include <imgui_internal.h>
#include <nlohmann/json.hpp>

namespace gf::ui::tests::gallery_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

/// A folder of shipped models: "first" and "second" are trained, "third" is not.
class ShippedFolder {
  public:
    ShippedFolder() {
        static int n = 0;
        name_ = fmt::format("shipped{}", ++n);
        add("first", "Says a and b.", "a b");
        add("second", "Says b and a.", "b a b");
        add("third", "Says nothing yet.", "a");
        train("first");
        train("second");
        list({"first", "second", "third"});
    }
    fs::path folder() const { return scratch() / name_; }
    std::string at(const std::string& file) const { return (folder() / file).string(); }
    void put(const std::string& file, const std::string& contents) const {
        scratch_file(name_ + "/" + file, contents);
    }
    void list(const std::vector<std::string>& names) const { put("models.json", json(names).dump()); }
    void add(const std::string& model, const std::string& sentence, const std::string& prompt) const {
        const json train{{"model", {{"n_layers", 2}, {"n_heads", 6}, {"n_kv_heads", 2}}}};
        put(model + "/recipe.json", json{{"sentence", sentence},
                                         {"prompt", prompt},
                                         {"look_at", "The letters."},
                                         {"did_not_work", ""},
                                         {"train", train}}
                                        .dump());
    }
    /// Saves random weights and a tokenizer of letters, as if the model had been trained.
    void train(const std::string& model) const {
        static const TrainedTokenizer letters =
            train_tokenizer(parse_tokenizer_recipe({{"kind", "characters"}}, "letters"), "a b");
        ModelConfig config = preset("llama").config;
        config.d_vocab = letters.tokenizer->size();
        save_model(folder() / model, *random_weights(config));
        put(model + "/tokenizer.json", letters.tokenizer_json);
    }

  private:
    std::string name_;
};

/// The names on the cards, in the order in which Tab comes to them.
std::vector<std::string> cards() {
    std::vector<std::string> names;
    for (const UiItem& item : ImGuiHost::current().items().items())
        if (item.window == "Start" && item.label.starts_with("models/"))
            names.push_back(item.label.substr(7));
    return names;
}

class GalleryTest : public ::testing::Test {
  protected:
    std::string focused() const {
        for (const UiItem& item : ImGuiHost::current().items().items())
            if (item.id == ImGui::GetCurrentContext()->NavId) return item.window + "/" + item.label;
        return "";
    }
    void tab_to(const std::string& item) {
        for (int i = 0; i < 60 && focused() != item; ++i) ui.key(ImGuiKey_Tab);
        ASSERT_EQ(focused(), item);
    }

    ShippedFolder shipped;
    Bench bench{{.models = shipped.folder()}};
    UiDriver& ui = bench.ui;
};

TEST_F(GalleryTest, ListsTheModelsInTheirOrder) {
    ui.frames(2);
    EXPECT_THAT(cards(), ElementsAre("first", "second", "third"));
    for (const char* text : {"first", "Says a and b.", "a b", "second", "Says b and a.", "b a b", "third",
                             "Says nothing yet.", "not trained yet: scripts/train-assets third"})
        EXPECT_TRUE(bench.shows("Start", text)) << text;
    const UiRect first = ui.rect("Start/models/first"), second = ui.rect("Start/models/second");
    EXPECT_GT(first.width(), 1.5f * second.width());
    EXPECT_EQ(first.min.y, second.min.y);
}

TEST_F(GalleryTest, AClickOpensAModelWithItsTokenizerAndItsPrompt) {
    ui.click("Start/models/second");
    const Snapshot& s = bench.snapshot();
    ASSERT_TRUE(s.has_run()) << s.message;
    EXPECT_EQ(s.model_path, shipped.at("second"));
    EXPECT_EQ(s.tokenizer_path, shipped.at("second/tokenizer.json"));
    EXPECT_EQ(s.prompt, "b a b");
    EXPECT_EQ(bench.tokens(), encode_prompt(*s.model, "b a b"));
    EXPECT_FALSE(ui.exists("Start/Open"));
    EXPECT_TRUE(bench.workbench.settings().recent.empty()) << "it is in the gallery";
}

TEST_F(GalleryTest, AModelThatShipsIsOpenedByItsName) {
    bench.post(command::Open{"second", ""});
    ASSERT_TRUE(bench.snapshot().has_run()) << bench.snapshot().message;
    EXPECT_EQ(bench.snapshot().model_path, shipped.at("second"));
    const command::Open named = open_named("first", "", shipped.folder());
    EXPECT_EQ(named.model, shipped.at("first"));
    EXPECT_EQ(named.prompt, "a b") << "as its card does";
    EXPECT_EQ(open_named("./first", "", shipped.folder()).model, "./first");
    bench.post(command::AddRun{.model = "first"});
    EXPECT_EQ(bench.snapshot().runs.size(), 2u) << bench.snapshot().message;
    ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    ui.frames(3);
    ui.set("Start/Model", "first");
    EXPECT_TRUE(bench.shows("Start", "a model that ships"));
    ui.click("Start/Open");
    EXPECT_EQ(bench.snapshot().model_path, shipped.at("first"));
    EXPECT_EQ(bench.snapshot().tokenizer_path, shipped.at("first/tokenizer.json"));
}

TEST_F(GalleryTest, AWrongNameIsAnsweredWithTheNearest) {
    bench.post(command::Open{"sceond", ""});
    EXPECT_FALSE(bench.snapshot().has_run());
    EXPECT_THAT(bench.notice(), ::testing::HasSubstr("nearest: 'second'"));
    EXPECT_TRUE(ui.exists("Start/models/second"));
}

TEST_F(GalleryTest, AModelThatIsNotTrainedOpensNothing) {
    ui.click("Start/models/third");
    EXPECT_FALSE(bench.snapshot().model);
    EXPECT_EQ(bench.snapshot().message, "");
    EXPECT_THAT(ui.tooltip("Start/models/third"), HasSubstr("scripts/train-assets third"));
    EXPECT_THAT(ui.tooltip("Start/models/first"),
                HasSubstr("2 layers of 6 heads that share 2 sets of keys and values"));
}

TEST_F(GalleryTest, TabComesToEveryCardAndEnterOpensIt) {
    for (const char* name : {"first", "second", "third"}) tab_to(std::string("Start/models/") + name);
    ui.key(ImGuiMod_Shift | ImGuiKey_Tab);
    EXPECT_EQ(focused(), "Start/models/second");
    ui.key(ImGuiKey_LeftArrow);
    EXPECT_EQ(focused(), "Start/models/first");
    ui.key(ImGuiKey_Enter);
    ui.frames(3);
    ASSERT_TRUE(bench.snapshot().has_run());
    EXPECT_EQ(bench.snapshot().prompt, "a b");
}

TEST_F(GalleryTest, TheGalleryOpensOverAModelAndEscReturns) {
    ui.click("Start/models/first");
    ui.key(ImGuiMod_Ctrl | ImGuiKey_K);
    ui.frames(2);
    ui.type("models");
    ui.key(ImGuiKey_Enter);
    ui.frames(3);
    EXPECT_THAT(cards(), ElementsAre("first", "second", "third"));
    ui.key(ImGuiKey_Escape);
    ui.frames(3);
    EXPECT_THAT(cards(), ElementsAre());
    EXPECT_EQ(bench.snapshot().prompt, "a b");
    ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    ui.frames(3);
    tab_to("Start/models/second");
    ui.key(ImGuiKey_Escape); // lets go of the card
    ui.frames(3);
    ui.key(ImGuiKey_Escape);
    ui.frames(3);
    EXPECT_THAT(cards(), ElementsAre());
    ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    ui.frames(3);
    ui.click("Start/models/second");
    EXPECT_EQ(bench.snapshot().prompt, "b a b");
    bench.post(command::Undo{});
    EXPECT_EQ(bench.snapshot().prompt, "a b") << "model and prompt were one step";
}

TEST_F(GalleryTest, ADamagedModelIsSaidAndThePageStays) {
    shipped.put("second/model.safetensors", "no tensors");
    bench.open(shipped.at("first"));
    bench.prompt("b");
    ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    ui.frames(3);
    ui.click("Start/models/second");
    EXPECT_EQ(bench.snapshot().model_path, shipped.at("first"));
    EXPECT_EQ(bench.snapshot().prompt, "b") << "the prompt of another model";
    EXPECT_THAT(bench.notice(), HasSubstr("second/model.safetensors"));
}

TEST_F(GalleryTest, TheDiskIsReadWhenThePageAppears) {
    ui.frames(2);
    shipped.train("third");
    shipped.list({"third", "first"});
    ui.frames(3);
    EXPECT_THAT(cards(), ElementsAre("first", "second", "third"));
    bench.open(shipped.at("first"));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    ui.frames(3);
    EXPECT_THAT(cards(), ElementsAre("third", "first"));
    ui.click("Start/models/third");
    EXPECT_EQ(bench.snapshot().prompt, "a");
}

TEST(GalleryOfShippedModels, ListsEveryOne) {
    Bench bench({.models = shipped_models_folder()});
    bench.resize(2560, 2160);
    EXPECT_EQ(cards(), shipped_model_names(shipped_models_folder()));
    EXPECT_FALSE(cards().empty());
    for (const ShippedModel& m : shipped_models(shipped_models_folder()))
        EXPECT_TRUE(bench.shows("Start", m.sentence)) << m.name;
}

TEST(GalleryWithProblems, AProblemIsOneLineAndTheRestWorks) {
    const auto shown = [](const fs::path& folder) {
        Bench bench({.models = folder});
        bench.ui.frames(2);
        bench.ui.set("Start/Model", saved_preset("llama").path);
        bench.ui.click("Start/Open");
        EXPECT_TRUE(bench.snapshot().has_run());
        Gallery gallery(folder);
        gallery.reload();
        EXPECT_EQ(gallery.problem().find('\n'), std::string::npos);
        return gallery.problem();
    };
    EXPECT_THAT(shown({}), HasSubstr("assets/models"));
    EXPECT_THAT(shown(scratch() / "nowhere"), HasSubstr("models.json"));
    const ShippedFolder shipped;
    EXPECT_EQ(shown(shipped.folder()), "");
    shipped.put("second/recipe.json", "{\"sentence\": 3}");
    EXPECT_THAT(shown(shipped.folder()),
                ::testing::AllOf(HasSubstr("second/recipe.json"), HasSubstr("sentence")));
    shipped.list({"first", "second", "fourth"});
    EXPECT_THAT(shown(shipped.folder()), HasSubstr("(and 1 more)"));
    Bench bench({.models = shipped.folder()});
    bench.ui.click("Start/models/first");
    EXPECT_EQ(bench.snapshot().prompt, "a b");
}

TEST(Opening, IsTheFirstOfTheGalleryIfItIsTrained) {
    const ShippedFolder shipped;
    const std::vector<Command> opening = opening_commands(shipped.folder());
    ASSERT_EQ(opening.size(), 1u);
    const auto& first = std::get<command::Open>(std::get<SessionCommand>(opening[0]));
    EXPECT_EQ(first.model, shipped.at("first"));
    EXPECT_EQ(first.tokenizer, shipped.at("first/tokenizer.json"));
    EXPECT_EQ(first.prompt, "a b");
    shipped.put("opening.json", R"([{"command": "step", "tokens": 2}])");
    EXPECT_EQ(opening_commands(shipped.folder()).size(), 2u);
    shipped.put("opening.json", R"([{"command": "stepp"}])");
    EXPECT_THAT([&] { opening_commands(shipped.folder()); }, ThrowsMessage<Error>(HasSubstr("step")));
    shipped.list({"third", "first"});
    EXPECT_THAT(opening_commands(shipped.folder()), IsEmpty());
    shipped.list({});
    EXPECT_THAT(opening_commands(shipped.folder()), IsEmpty());
    shipped.put("models.json", "{");
    EXPECT_THAT(opening_commands(shipped.folder()), IsEmpty());
    EXPECT_THAT(opening_commands({}), IsEmpty());
}

TEST(Opening, TheStartPageDoesNotFlashUpBeforeIt) {
    const ShippedFolder shipped;
    HeadlessWindow screen({.width = 1600, .height = 900});
    Workbench workbench(
        {.mode = Session::Mode::cooperative, .config_folder = {}, .wake = {}, .models = shipped.folder()});
    workbench.play(opening_commands(shipped.folder()));
    UiDriver ui(screen.host(),
                [&] { screen.frame([&] { workbench.frame(); }); }); // the session does nothing yet
    EXPECT_FALSE(ui.exists("Start/Open"));
    EXPECT_THAT(ui.texts("Opening"), ElementsAre("Opening first …"));
    workbench.settle();
    ui.frames(3);
    EXPECT_TRUE(workbench.session().latest().has_run());
    EXPECT_THAT(ui.texts("Opening"), ElementsAre());
    EXPECT_FALSE(ui.exists("Start/Open"));
}

TEST(Opening, TheStartPageSaysWhyItDoesNotOpen) {
    const ShippedFolder shipped;
    shipped.put("first/model.safetensors", "no tensors");
    Bench bench({.models = shipped.folder()});
    bench.workbench.play(opening_commands(shipped.folder()));
    bench.ui.frames(4);
    EXPECT_FALSE(bench.snapshot().has_run());
    EXPECT_TRUE(bench.ui.exists("Start/" + bench.snapshot().message));
    EXPECT_TRUE(bench.ui.exists("Start/models/second"));
}

TEST(GalleryLayout, CardsStandApartAtAnySize) {
    Bench bench({.models = shipped_models_folder()});
    const std::vector<std::string> names = shipped_model_names(shipped_models_folder());
    for (const auto& [width, height] : {std::pair(1280, 720), std::pair(1600, 900), std::pair(3840, 2160)})
        for (const float scale : {0.75f, 1.0f, 2.0f, 3.0f})
            for (const ThemeName look : {ThemeName::light, ThemeName::projector}) {
                SCOPED_TRACE(fmt::format("{}x{} at {}", width, height, scale));
                bench.workbench.settings().theme = look;
                bench.workbench.settings().scale = scale;
                bench.resize(width, height);
                std::vector<UiRect> rects;
                for (const UiItem& item : ImGuiHost::current().items().items())
                    if (item.window == "Start" &&
                        (item.label.starts_with("models/") || item.label == "Model"))
                        rects.push_back(item.rect);
                for (std::size_t a = 0; a < rects.size(); ++a) {
                    EXPECT_GE(rects[a].min.x, 0);
                    EXPECT_LE(rects[a].max.x, width);
                    for (std::size_t b = 0; b < a; ++b)
                        EXPECT_TRUE(rects[b].max.x < rects[a].min.x || rects[b].max.y < rects[a].min.y ||
                                    rects[a].max.x < rects[b].min.x || rects[a].max.y < rects[b].min.y)
                            << a << " and " << b;
                }
                for (const std::string& name : names)
                    EXPECT_NO_THROW(bench.ui.hover("Start/models/" + name)); // scrolled to
                EXPECT_NO_THROW(bench.ui.hover("Start/Open"));
                bench.ui.leave();
            }
}

TEST(GalleryLayout, InANarrowWindowAButtonLeadsToTheForm) {
    Bench bench(
        {.width = 1280, .height = 720, .look = {ThemeName::light, 2}, .models = shipped_models_folder()});
    bench.ui.frames(3);
    bench.ui.click("Start/Open another model");
    bench.ui.frames(3);
    bench.ui.type(saved_preset("llama").path);
    bench.ui.key(ImGuiKey_Enter);
    bench.ui.frames(2);
    bench.ui.key(ImGuiKey_Enter);
    bench.ui.frames(3);
    EXPECT_EQ(bench.snapshot().model_path, saved_preset("llama").path);
}

} // namespace
} // namespace gf::ui::tests::gallery_test
