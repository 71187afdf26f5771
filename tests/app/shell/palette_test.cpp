// Ctrl+K finds and opens things of every kind, F1 lists the keys, and Shift+arrows walk through operations.

#include "app/view/operations.h"
#include "app/workbench_support.h"

#include "app/shell/handle_keys.h"
#include "app/view/key_bindings.h"
#include "app/view/param_counts.h"

namespace gf::ui::tests::palette_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class PaletteTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(byte_model().path, byte_tokenizer());
        bench.prompt("a a");
        bench.post(command::Step{4});
    }
    void find(const std::string& query) {
        ui.key(ImGuiMod_Ctrl | ImGuiKey_K);
        ui.frames(2);
        ASSERT_TRUE(ui.exists("Find/Query"));
        ui.type(query);
        ui.key(ImGuiKey_Enter);
        ui.frames(3);
        EXPECT_FALSE(ui.exists("Find/Query")) << "it closes";
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

/// A fast person's letters behind Ctrl+K are all there, and none of them acts as a key of the program.
TEST_F(PaletteTest, KeepsWhatIsTypedBeforeItsFieldIsThere) {
    ImGuiIO& io = ImGui::GetIO();
    const auto press = [&](ImGuiKey key) {
        io.AddKeyEvent(key, true);
        io.AddKeyEvent(key, false);
    };
    io.AddKeyEvent(ImGuiMod_Ctrl, true);
    press(ImGuiKey_K);
    io.AddKeyEvent(ImGuiMod_Ctrl, false);
    for (const char letter : std::string("xdark")) {
        press(static_cast<ImGuiKey>(ImGuiKey_A + (letter - 'a')));
        io.AddInputCharacter(static_cast<unsigned>(letter));
        bench.bare_frame();
    }
    ui.frames(6);
    EXPECT_EQ(bench.snapshot().n_edits(), 0u) << "x switches no head off";
    ASSERT_TRUE(ui.exists("Find/Query"));
    EXPECT_THAT(bench.all_text("Find"), Not(HasSubstr("Panels, layouts, sites"))) << "the query is not empty";
    ui.key(ImGuiKey_Home);
    ui.key(ImGuiKey_Delete);
    const std::string shown = bench.all_text("Find");
    ui.key(ImGuiKey_Enter);
    ui.frames(3);
    EXPECT_TRUE(theme().dark) << shown;
}

TEST_F(PaletteTest, FindsEachKindOfThing) {
    const Selection& selection = bench.workbench.selection();
    const int cursor = bench.cursor();
    find("step");
    EXPECT_EQ(bench.cursor(), cursor + 1);
    find("theme dark");
    EXPECT_TRUE(theme().dark);
    find("scale 150");
    EXPECT_FLOAT_EQ(bench.workbench.settings().scale, 1.5f);
    find("scale 100");
    find("motion off");
    EXPECT_FALSE(bench.workbench.settings().motion);
    find("1 attn pattern");
    EXPECT_EQ(selection.inspected, "blocks.1.attn.hook_pattern");
    find("layers.1.mlp.down_proj");
    EXPECT_EQ(selection.inspected, "model.layers.1.mlp.down_proj.weight");
    find("token 3");
    EXPECT_EQ(selection.pinned_token, 3);
    find("layer 1");
    EXPECT_EQ(selection.pinned_head.layer, 1);
    find("head 2");
    EXPECT_EQ(selection.pinned_head, (HeadRef{1, 2}));
    find("switch the head off");
    EXPECT_EQ(bench.snapshot().text().edits->size(), 1u);
    find("switch the head on");
    EXPECT_TRUE(bench.snapshot().text().edits->empty());
    find("mask demos first window");
    EXPECT_TRUE(bench.workbench.arrangement().is_open("Mask demos")) << "an option opens its panel";
    find("close flow");
    EXPECT_FALSE(bench.workbench.arrangement().is_open("Flow"));
    find("flow");
    EXPECT_TRUE(bench.workbench.arrangement().is_open("Flow"));
    find("layout attention");
    EXPECT_EQ(bench.workbench.arrangement().book().current, "Attention");
    find("inspector heads one");
    bench.post(command::Inspect{"blocks.0.attn.hook_q"});
    EXPECT_TRUE(ui.is_checked("Inspector/heads/head 2"));
    bench.post(command::ForceToken{3, 97});
    const int branches = static_cast<int>(bench.snapshot().tree.size());
    find("undo");
    EXPECT_EQ(static_cast<int>(bench.snapshot().tree.size()), branches - 1);
    find("keys gestures");
    EXPECT_TRUE(ui.exists("Keys/Close"));
    ui.key(ImGuiKey_Escape);
    find("open a model");
    EXPECT_TRUE(ui.exists("Start/Open"));
}

TEST_F(PaletteTest, SaysWhatItFindsAndWalksWithArrows) {
    ui.click("Transport/Find");
    ui.frames(2);
    EXPECT_NE(bench.text_with("Find", "Panels, layouts, sites"), "");
    EXPECT_THAT(ui.texts("Find"), Contains(HasSubstr("Space   command"))) << "keys and category";
    ui.type("hook_resid_pre");
    EXPECT_EQ(ui.texts("Find").front(), "blocks.0.hook_resid_pre");
    ui.key(ImGuiKey_DownArrow);
    ui.key(ImGuiKey_DownArrow);
    ui.key(ImGuiKey_UpArrow);
    ui.key(ImGuiKey_Enter);
    ui.frames(2);
    EXPECT_EQ(bench.workbench.selection().inspected, "blocks.1.hook_resid_pre");
    const int cursor = bench.cursor();
    ui.key(ImGuiKey_LeftArrow);
    EXPECT_EQ(bench.cursor(), cursor - 1) << "arrows are the program's again";
}

TEST_F(PaletteTest, WhatAPersonMeansComesFirst) {
    // A model with many names, and a text that has the words too.
    const auto first = [&](const char* query) {
        bench.post(command::Find{query});
        ui.frames(2);
        const std::string text = ui.texts("Find").front();
        ui.key(ImGuiKey_Escape);
        ui.frames(2);
        return text;
    };
    using ::testing::StartsWith;
    EXPECT_EQ(first("dark"), "Theme dark");
    EXPECT_EQ(first("night"), "Theme dark");
    EXPECT_THAT(first("mask"), StartsWith("Mask"));
    EXPECT_THAT(first("bidirectional"), StartsWith("Mask: later tokens too"));
    EXPECT_THAT(first("temperature"), StartsWith("Temperature "));
    EXPECT_THAT(first("export"), StartsWith("Export the state to glassformer-state"));
    EXPECT_THAT(first("save"), StartsWith("Export the state to glassformer-state"));
    EXPECT_THAT(first("zoom"), StartsWith("Scale "));
    EXPECT_EQ(first("softmax"), "Sampling");
    EXPECT_EQ(first("residual"), "Flow");
    EXPECT_EQ(first("help"), "Keys and gestures");
    EXPECT_EQ(first("head"), "Head");
    EXPECT_EQ(first("embed"), "hook_embed");
    EXPECT_THAT(first("o_proj"), ::testing::EndsWith("o_proj.weight"));
}

TEST_F(PaletteTest, SetsTemperatureAndMask) {
    const auto temperature = [&] {
        for (const SampleStage& stage : bench.snapshot().chain)
            if (stage.kind == StageKind::temperature) return stage.on ? stage.value : 1.0;
        return 1.0;
    };
    find("temperature 1.5");
    EXPECT_EQ(temperature(), 1.5);
    find("mask later");
    ASSERT_EQ(bench.snapshot().text().trace->setup().masks.size(), 1u);
    EXPECT_EQ(bench.snapshot().text().trace->setup().masks[0].kind, MaskKind::bidirectional);
    find("mask own");
    EXPECT_TRUE(bench.snapshot().text().trace->setup().masks.empty());
    EXPECT_EQ(bench.notice(), "");
}

TEST_F(PaletteTest, MouseAndEscape) {
    ui.key(ImGuiMod_Ctrl | ImGuiKey_K);
    ui.frames(2);
    ui.type("hook_embed");
    ui.click("Find/hook_embed");
    ui.frames(2);
    EXPECT_EQ(bench.workbench.selection().inspected, "hook_embed");
    for (const ImGuiKeyChord closes :
         {ImGuiKeyChord{ImGuiKey_Escape}, ImGuiKeyChord{ImGuiMod_Ctrl | ImGuiKey_K}}) {
        ui.key(ImGuiMod_Ctrl | ImGuiKey_K);
        ui.frames(2);
        ASSERT_TRUE(ui.exists("Find/Query"));
        ui.type("zzqqzz");
        EXPECT_NE(bench.text_with("Find", "Nothing of that name"), "");
        ui.key(closes);
        ui.frames(2);
        EXPECT_FALSE(ui.exists("Find/Query"));
        EXPECT_EQ(bench.workbench.selection().inspected, "hook_embed");
    }
    bench.post(command::Find{"hook_z"}); // as a script opens it
    EXPECT_TRUE(ui.exists("Find/blocks.0.attn.hook_z"));
}

TEST(PaletteStart, WorksWithoutAModel) {
    Bench bench;
    bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_K);
    bench.ui.frames(2);
    bench.ui.type("theme projector");
    bench.ui.key(ImGuiKey_Enter);
    bench.ui.frames(2);
    EXPECT_EQ(bench.workbench.settings().theme, ThemeName::projector);
}

TEST_F(PaletteTest, TheHelpCardListsEveryKey) {
    ui.key(ImGuiKey_F1);
    ui.frames(2);
    const auto texts = ui.texts("Keys");
    for (const KeyBinding& b : key_bindings()) {
        EXPECT_THAT(texts, Contains(b.keys));
        EXPECT_THAT(texts, Contains(b.what));
    }
    for (const Gesture& g : gestures()) EXPECT_THAT(texts, Contains(g.what));
    ui.key(ImGuiKey_F1);
    ui.frames(2);
    EXPECT_FALSE(ui.exists("Keys/Close"));
    ui.click("Transport/Help");
    ui.frames(2);
    ui.click("Keys/Close");
    ui.frames(2);
    EXPECT_FALSE(ui.exists("Keys/Close"));
}

TEST_F(PaletteTest, OperationsInTheOrderOfTheComputation) {
    const ModelConfig& c = bench.snapshot().config();
    std::vector<Operation> steps; // scores are followed by the mask that is laid on them
    for (const SiteRef& site : all_sites(c)) {
        steps.push_back({site});
        if (site.site == Site::attn_scores) steps.push_back({site, Operation::k_mask});
    }
    bench.post(command::SelectOperation{"hook_embed"});
    for (std::size_t i = 0; i < steps.size(); ++i) {
        ASSERT_EQ(bench.workbench.selection().operation, steps[i]) << i;
        const SiteRef site = steps[i].site;
        const std::string name = site_name(site.site, site.layer);
        EXPECT_EQ(bench.workbench.selection().inspected, name);
        if (site.layer >= 0) {
            EXPECT_EQ(bench.pinned_head().layer, site.layer) << "the layer that it stands in is unfolded";
        }
        EXPECT_TRUE(ui.is_checked("Outline/" + name));
        ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
        ui.frames(2);
    }
    const auto all = all_operations(bench.snapshot().text(), bench.snapshot().chain);
    ASSERT_EQ(all.size(), steps.size() + 2) << "behind the sites the one stage that is on, and the draw";
    EXPECT_EQ(bench.workbench.selection().operation, all[steps.size()]);
    for (int i = 0; i < 3; ++i) ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    EXPECT_EQ(bench.workbench.selection().operation, all.back()) << "the end";
    ui.key(ImGuiMod_Shift | ImGuiKey_LeftArrow);
    ui.key(ImGuiMod_Shift | ImGuiKey_LeftArrow);
    EXPECT_EQ(bench.workbench.selection().operation, steps.back());
    ui.key(ImGuiKey_Escape);
    ui.frames(2);
    EXPECT_EQ(bench.workbench.selection().operation, std::nullopt);
    ui.key(ImGuiKey_1);
    ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    EXPECT_EQ(bench.workbench.selection().operation, (SiteRef{Site::resid_pre, 0}))
        << "the walk begins in the layer in focus";
}

TEST_F(PaletteTest, TheOutlineUnfoldsTheLayerInFocus) {
    std::vector<std::string> expected;
    for (const SiteRef& site : all_sites(bench.snapshot().config()))
        if (site.layer <= 0) expected.push_back(site_name(site.site, site.layer));
    for (const std::string& name : expected) EXPECT_TRUE(ui.exists("Outline/" + name)) << name;
    EXPECT_FALSE(ui.exists("Outline/blocks.1.hook_resid_pre"));
    ui.click("Outline/layer 1");
    ui.frames(2);
    EXPECT_EQ(bench.pinned_head().layer, 1);
    ui.click("Outline/blocks.1.attn.hook_q");
    ui.frames(2);
    EXPECT_EQ(bench.workbench.selection().operation, (SiteRef{Site::q, 1}));
    EXPECT_TRUE(bench.shows("Inspector", "blocks.1.attn.hook_q"));
    const ModelConfig& c = bench.snapshot().config();
    EXPECT_TRUE(bench.shows("Outline", fmt::format("{} × {} × {}", bench.cursor(), c.n_heads, c.d_head)));
    EXPECT_TRUE(bench.shows("Outline", fmt::format("{} par.", c.d_model * c.d_q())));
    ui.click("Outline/blocks.1.attn.hook_q");
    ui.frames(2);
    EXPECT_EQ(bench.workbench.selection().operation, std::nullopt);
}

/// Every parameter belongs to one operation.
TEST(SiteWords, TheParametersOfAllOperationsAreAll) {
    for (const char* preset : {"llama", "gpt2"}) {
        Bench bench;
        bench.open(saved_preset(preset));
        const Weights& weights = *bench.snapshot().model->weights;
        std::size_t n = 0;
        for (const SiteRef& site : all_sites(weights.config)) {
            n += n_site_params(weights, Stack::decoder, site);
            EXPECT_FALSE(site_words(weights.config, site.site).name.empty());
            EXPECT_FALSE(site_words(weights.config, site.site).what.empty());
        }
        EXPECT_EQ(n, weights.size()) << preset;
    }
}

} // namespace
} // namespace gf::ui::tests::palette_test
