// Plain words: tooltips begin with them, and F1 and underlined words open the glossary.

#include "app/view/key_bindings.h"
#include "app/workbench_support.h"
#include "core/words/term_of.h"
#include "measures/head_roles.h"
#include "measures/measure.h"

namespace gf::ui::tests::words_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class WordsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 12));
    }
    /// Whether the glossary is open at this term.
    bool explains(std::string_view name) {
        const Term& t = term(name);
        return bench.shows("Keys", std::string(t.name)) && bench.shows("Keys", std::string(t.plain));
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(WordsTest, EveryOperationOfTheOutlineIsExplainedBeforeItsFormula) {
    for (const SiteRef& ref : all_sites(bench.snapshot().config())) {
        if (ref.layer > 0) continue;
        const std::string tip = ui.tooltip("Outline/" + site_name(ref.site, ref.layer));
        EXPECT_THAT(tip, StartsWith(std::string(term_of(ref.site).plain) + "\n"));
        EXPECT_THAT(tip, HasSubstr(std::string(site_row(ref.site).formula)));
    }
}

TEST_F(WordsTest, RolesStagesAndFiguresAreExplained) {
    for (int i = 0; i < k_n_head_roles; ++i) {
        const std::string role(head_role_row(static_cast<HeadRole>(i)).name);
        EXPECT_THAT(ui.tooltip("Heads/" + role), StartsWith(std::string(term(role).plain)));
    }
    for (int i = 0; i < k_n_stage_kinds; ++i) {
        const auto kind = static_cast<StageKind>(i);
        const char* label =
            kind == StageKind::repetition_penalty ? "repetition" : stage_row(kind).name.data();
        EXPECT_THAT(ui.tooltip(std::string("Sampling/") + label),
                    StartsWith(std::string(term_of(kind).plain)));
    }
    EXPECT_THAT(ui.tooltip("Sampling/entropy"), StartsWith(std::string(term("entropy").plain)));
    EXPECT_THAT(ui.tooltip("Text/surprisal"), StartsWith(std::string(term("surprisal").plain)));
    const UiRect figures = ui.rect("Inspector/figures");
    const std::vector<std::string_view> names{"shape", "least value", "greatest value", "mean",
                                              "Euclidean norm"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const float y = (static_cast<float>(i) + 0.5f) * figures.height() / static_cast<float>(names.size());
        EXPECT_THAT(ui.tooltip("Inspector/figures", {8, y}), StartsWith(std::string(term(names[i]).plain)));
    }
    for (const MeasureRow& row : measure_rows()) EXPECT_TRUE(find_term(row.name)) << row.name;
}

TEST_F(WordsTest, TheInspectorsNameExplainsSitesAndParameters) {
    for (const ParamRow& row : bench.snapshot().model->weights->table) {
        if (row.layer > 0) continue;
        bench.post(command::Inspect{row.name});
        EXPECT_THAT(ui.tooltip("Inspector/name"), StartsWith(std::string(term_of(row.role).plain)));
    }
    bench.post(command::Inspect{"blocks.1.attn.hook_pattern"});
    EXPECT_THAT(ui.tooltip("Inspector/name"), StartsWith(std::string(term("attention weight").plain)));
}

TEST_F(WordsTest, F1OpensTheWordOfTheTooltip) {
    ui.tooltip("Outline/blocks.0.attn.hook_pattern");
    ui.key(ImGuiKey_F1);
    ui.frames(2);
    EXPECT_TRUE(explains("attention weight"));
    ui.key(ImGuiKey_Escape);
    ui.frames(2);
    ui.leave();
    ui.key(ImGuiKey_F1);
    ui.frames(2);
    EXPECT_THAT(ui.texts("Keys"), Contains(key_bindings().front().what)) << "without a tooltip: the keys";
}

TEST_F(WordsTest, TheUnderlinedWordOfATooltipCanBeReachedAndClicked) {
    ui.tooltip("Outline/blocks.0.attn.hook_pattern");
    const UiRect row = ui.rect("Outline/blocks.0.attn.hook_pattern");
    const UiRect word = ui.rect("Tooltip/attention weight");
    EXPECT_TRUE(word.min.x > row.max.x || word.max.x < row.min.x || word.min.y > row.max.y ||
                word.max.y < row.min.y)
        << "it does not cover what it explains";
    // The mouse goes over the gap, sideways first.
    ImGuiIO& io = ImGui::GetIO();
    const ImVec2 target = word.center();
    for (int i = 1; i <= 10; ++i) {
        const float t = static_cast<float>(i) / 10;
        io.AddMousePosEvent(row.center().x + t * (target.x - row.center().x), row.center().y);
        ui.frames(2);
        ASSERT_TRUE(ui.exists("Tooltip/attention weight")) << i;
    }
    ui.click("Tooltip/attention weight");
    ui.frames(3);
    EXPECT_TRUE(explains("attention weight"));
}

TEST_F(WordsTest, TheUnderlinedWordOfALegendCanBeClicked) {
    bench.post(command::SetView{"Head", "form", "matrix"});
    EXPECT_THAT(ui.tooltip("Head/weight"), StartsWith(std::string(term("attention weight").plain)));
    ui.click("Head/weight");
    ui.frames(3);
    EXPECT_TRUE(explains("attention weight"));
}

TEST_F(WordsTest, TheGlossaryFindsAndLinks) {
    bench.post(command::Explain{"softmax"});
    EXPECT_TRUE(explains("softmax"));
    EXPECT_TRUE(bench.shows("Keys", std::string(term("softmax").formula)));
    ui.click("Keys/entry/logit");
    ui.frames(2);
    EXPECT_TRUE(explains("logit"));
    ui.click("Keys/Search the words");
    ui.type("perplex");
    ui.frames(2);
    EXPECT_TRUE(explains("perplexity"));
    EXPECT_FALSE(ui.exists("Keys/words/softmax"));
    ui.key(ImGuiKey_Escape);
    ui.frames(2);
    EXPECT_FALSE(ui.exists("Keys/Close"));
    bench.post(command::Explain{"entropie"});
    EXPECT_THAT(bench.workbench.window_message(), HasSubstr("entropy"));
}

TEST_F(WordsTest, ArrowsWalkThroughTheWords) {
    bench.post(command::Explain{"query"});
    ui.key(ImGuiKey_DownArrow);
    ui.frames(2);
    EXPECT_TRUE(explains("key"));
    ui.key(ImGuiKey_UpArrow);
    ui.key(ImGuiKey_UpArrow);
    ui.frames(2);
    EXPECT_TRUE(explains("head"));
}

TEST(Glossary, HasRoomInEveryWindow) {
    for (const auto& [width, height] : {std::pair(1280, 720), {1600, 900}, {640, 480}}) {
        Bench bench({.width = width, .height = height, .look = {ThemeName::projector, 1}});
        bench.post(command::Explain{"residual stream"});
        const UiRect close = bench.ui.rect("Keys/Close");
        EXPECT_LE(close.max.x, static_cast<float>(width));
        EXPECT_TRUE(bench.shows("Keys", std::string(term("residual stream").plain))) << width;
        bench.ui.click("Keys/entry/next token");
        EXPECT_TRUE(bench.shows("Keys", std::string(term("next token").plain))) << width;
    }
}

} // namespace
} // namespace gf::ui::tests::words_test
