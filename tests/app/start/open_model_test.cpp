// Opening models and typing prompts, as a person does, and the messages when they cannot be used.

#include "app/workbench_support.h"

#include <random>

namespace gf::ui::tests::open_model_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<int> byte_ids(std::string_view text) {
    std::vector<int> ids{1, 259}; // <s>, and the blank that llama2.c puts before a text
    for (const char c : text)
        ids.push_back(c == 'a' ? 260 : c == ' ' ? 259 : 3 + static_cast<unsigned char>(c));
    return ids;
}

TEST(WorkbenchOpen, ATypedPathOpensAModel) {
    Bench bench;
    EXPECT_FALSE(bench.ui.exists("Text/text"));
    EXPECT_EQ(bench.workbench.title(), "Glassformer");
    const SavedModel& model = saved_preset("llama");
    bench.ui.set("Start/Model", model.path);
    bench.ui.click("Start/Open");
    const Snapshot& s = bench.snapshot();
    ASSERT_TRUE(s.has_run());
    EXPECT_EQ(s.config(), model.config());
    EXPECT_EQ(bench.tokens(), std::vector{0});
    EXPECT_FALSE(bench.ui.exists("Start/Open"));
    EXPECT_TRUE(bench.ui.exists("Transport/llama"));
    EXPECT_TRUE(bench.shows("Transport", "token 1 / 256"));
    EXPECT_TRUE(bench.shows("Text", "#0")) << "without a tokenizer tokens are numbers";
    EXPECT_EQ(bench.workbench.title(), "Glassformer — llama — token 1");
    bench.post(command::Step{2});
    EXPECT_EQ(bench.workbench.title(), "Glassformer — llama — token 3");
}

TEST(WorkbenchOpen, ATypedTokenizerReadsThePrompt) {
    Bench bench;
    bench.ui.set("Start/Model", byte_model().path);
    bench.ui.set("Start/Tokenizer", byte_tokenizer());
    bench.ui.click("Start/Open");
    ASSERT_TRUE(bench.snapshot().has_run());
    EXPECT_EQ(bench.tokens(), std::vector{1});
    bench.ui.set("Transport/Prompt", "a b");
    EXPECT_EQ(bench.tokens(), byte_ids("a b"));
    EXPECT_EQ(bench.cursor(), 5);
    EXPECT_EQ(bench.snapshot().prompt, "a b");
}

TEST(WorkbenchOpen, StoriesOpenWithTheirTokenizer) {
    const Stories files = stories();
    if (!files) GTEST_SKIP() << "no stories260K in " GLASSFORMER_MODELS_DIR;
    Bench bench;
    bench.ui.set("Start/Model", files.model);
    bench.ui.set("Start/Tokenizer", files.tokenizer);
    bench.ui.click("Start/Open");
    ASSERT_TRUE(bench.snapshot().has_run());
    EXPECT_EQ(bench.tokens(), std::vector{1});
    bench.ui.click("Transport/Prompt");
    bench.ui.type("Once upon a time");
    bench.ui.key(ImGuiKey_Enter);
    bench.ui.frames(2);
    EXPECT_EQ(bench.tokens(), encode_prompt(*bench.snapshot().model, "Once upon a time"));
    EXPECT_THAT(bench.ui.texts("Text"), ::testing::IsSupersetOf({" upon", " time"}));
}

/// Files that are no model, each with the file name that the message must have.
std::vector<std::pair<std::string, std::string>> bad_files() {
    std::mt19937_64 random(11);
    std::string noise(4096, '\0'), cut;
    for (char& c : noise) c = static_cast<char>(random());
    const std::int32_t header[7] = {8, 16, 1, 2, 2, 300, 32};
    cut.append(reinterpret_cast<const char*>(header), sizeof header).append(500, '\0');
    return {{(scratch() / "nowhere.bin").string(), "nowhere.bin"},
            {scratch_file("empty.bin", ""), "empty.bin"},
            {scratch_file("noise.bin", noise), "noise.bin"},
            {scratch_file("cut.bin", cut), "cut.bin"},
            {scratch_file("noise/config.json", noise), "config.json"}};
}

TEST(WorkbenchOpen, TheStartPageSaysWhatIsWrongWithAFile) {
    Bench bench;
    for (const auto& [path, name] : bad_files()) {
        SCOPED_TRACE(path);
        bench.ui.set("Start/Model", path.ends_with("config.json")
                                        ? std::filesystem::path(path).parent_path().string()
                                        : path);
        bench.ui.click("Start/Open");
        EXPECT_FALSE(bench.snapshot().has_run());
        ASSERT_TRUE(bench.snapshot().message_is_error);
        EXPECT_THAT(bench.snapshot().message, HasSubstr(name));
        EXPECT_TRUE(bench.ui.exists("Start/" + bench.snapshot().message));
    }
    bench.ui.set("Start/Model", saved_preset("llama").path);
    bench.ui.click("Start/Open");
    EXPECT_TRUE(bench.snapshot().has_run());
    EXPECT_EQ(bench.notice(), "") << "what went wrong before is forgotten";
}

TEST(WorkbenchOpen, ABadFileLeavesTheSessionAsItWas) {
    Bench bench;
    bench.open(saved_preset("llama"));
    bench.prompt_ids({3, 1, 4, 1, 5});
    bench.post(command::Step{3});
    bench.post(command::Step{-2});
    const Snapshot before = bench.snapshot();
    const std::vector<int> tokens = bench.tokens();
    const auto is_unchanged = [&](const std::string& named) {
        const Snapshot& s = bench.snapshot();
        EXPECT_EQ(s.model, before.model);
        EXPECT_EQ(bench.tokens(), tokens);
        EXPECT_EQ(s.cursor(), 6);
        EXPECT_EQ(s.prompt, before.prompt);
        EXPECT_EQ(bench.notice(), s.message);
        EXPECT_THAT(bench.notice(), HasSubstr(named));
        EXPECT_TRUE(bench.ui.exists("Transport/Step")) << "the text is in view again";
        EXPECT_TRUE(bench.ui.exists("Heads/L0H0"));
    };
    for (const auto& [path, name] : bad_files()) {
        SCOPED_TRACE(path);
        bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
        bench.ui.set("Start/Model", path.ends_with("config.json")
                                        ? std::filesystem::path(path).parent_path().string()
                                        : path);
        bench.ui.click("Start/Open");
        is_unchanged(name);
    }
    bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    bench.ui.set("Start/Model", before.model_path);
    bench.ui.set("Start/Tokenizer", scratch_file("noise-tok.bin", std::string(300, '\x7f')));
    bench.ui.click("Start/Open");
    is_unchanged("noise-tok.bin");
    bench.ui.click("Notice/Dismiss");
    EXPECT_EQ(bench.notice(), "");
    EXPECT_FALSE(bench.ui.exists("Notice/Dismiss"));
}

TEST(WorkbenchOpen, TheStartPageComesAndGoesOverAnOpenModel) {
    Bench bench;
    bench.open(saved_preset("llama"));
    bench.ui.click("Transport/llama");
    EXPECT_TRUE(bench.ui.exists("Start/Open"));
    EXPECT_FALSE(bench.ui.exists("Heads/L0H0"));
    bench.ui.key(ImGuiKey_Escape);
    bench.ui.frames(2);
    EXPECT_FALSE(bench.ui.exists("Start/Open"));
    bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    bench.ui.click("Start/recent/0");
    EXPECT_FALSE(bench.ui.exists("Start/Open"));
    EXPECT_TRUE(bench.snapshot().can_undo) << "it was opened again";
    bench.workbench.open_dropped_files({saved_preset("gpt2").path});
    bench.ui.frames(4);
    EXPECT_EQ(bench.snapshot().model->name, "gpt2");
    EXPECT_EQ(bench.snapshot().config(), saved_preset("gpt2").config());
    EXPECT_EQ(bench.pinned_head(), HeadRef());
}

TEST(WorkbenchPrompt, APromptThatIsTooLongCanBeCutToFit) {
    Bench bench;
    bench.open(byte_model().path, byte_tokenizer());
    bench.prompt("a");
    const std::string text = fmt::format("b{}cd", std::string(300, 'a'));
    bench.ui.set("Transport/Prompt", text);
    const std::vector<int> all = byte_ids(text);
    EXPECT_EQ(bench.tokens(), byte_ids("a"));
    EXPECT_THAT(bench.notice(), ::testing::AllOf(HasSubstr(std::to_string(all.size())), HasSubstr("256")));
    bench.ui.click("Notice/Cut the prompt to fit");
    std::vector<int> kept(all.end() - 191, all.end());
    kept.insert(kept.begin(), 1);
    EXPECT_EQ(bench.tokens(), kept) << "<s> and the end of the text, three quarters of the context";
    EXPECT_EQ(bench.cursor(), 192);
    EXPECT_FALSE(bench.ui.exists("Notice/Cut the prompt to fit"));
    EXPECT_FALSE(bench.snapshot().message_is_error);
    bench.ui.click("Transport/Step");
    EXPECT_EQ(bench.cursor(), 193);
}

TEST(WorkbenchPrompt, IdsThatMakeNoSenseAreRefused) {
    Bench bench;
    bench.open(saved_preset("llama"));
    bench.ui.set("Transport/Prompt", "3, 1, 52");
    EXPECT_EQ(bench.tokens(), (std::vector{3, 1, 52}));
    for (const char* bad : {"3, x", "53", "-1", "1 2 99999999999999999999"}) {
        SCOPED_TRACE(bad);
        bench.ui.set("Transport/Prompt", bad);
        EXPECT_EQ(bench.tokens(), (std::vector{3, 1, 52}));
        EXPECT_NE(bench.notice(), "");
        EXPECT_FALSE(bench.ui.exists("Notice/Cut the prompt to fit"));
    }
    bench.ui.set("Transport/Prompt", "7");
    EXPECT_EQ(bench.tokens(), std::vector{7});
    EXPECT_EQ(bench.notice(), "");
}

} // namespace
} // namespace gf::ui::tests::open_model_test
