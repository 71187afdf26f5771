// The formula bar: its formula for the cell in focus, the links in it, and the cells that it lights.

#include "app/workbench_support.h"

#include "core/formula/formula.h"

#include <cmath>

namespace gf::ui::tests::formula_bar_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class FormulaBarTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 12));
    }
    const Trace& trace() { return bench.snapshot().trace(); }
    const Selection& selection() { return bench.workbench.selection(); }
    /// The whole text of the bar.
    std::string bar_text() { return bench.all_text("Formula"); }
    void pin(const std::string& name, int head, int row, int column) {
        bench.post(command::PinCell{name, head, row, column});
    }
    /// The number behind the last "=".
    double result() { return number_after(bar_text().substr(bar_text().rfind("  =  ")), "="); }
    bool covers(const CellRef& cell, const std::vector<CellRange>& ranges) {
        return std::ranges::any_of(ranges, [&](const CellRange& r) { return r.contains(cell); });
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(FormulaBarTest, ExplainsTheDrawUntilSomethingIsInFocus) {
    EXPECT_THAT(bar_text(), StartsWith("p[row 11 "));
    EXPECT_THAT(bar_text(), HasSubstr("Point at any value"));
    EXPECT_THAT(bar_text(), HasSubstr("trace "));
    EXPECT_TRUE(selection().precedents.empty());
}

TEST_F(FormulaBarTest, ExplainsTheCellUnderTheMouse) {
    bench.post(command::SetView{"Head", "form", "matrix"});
    const UiRect matrix = ui.rect("Head/attention");
    const auto n = static_cast<float>(bench.cursor());
    ui.hover("Head/attention", {2.5f / n * matrix.width(), 7.5f / n * matrix.height()});
    ui.frames(2);
    const auto focus = selection().cell.get();
    ASSERT_TRUE(focus);
    ASSERT_EQ(focus->row, 7);
    ASSERT_EQ(focus->column, 2);
    const auto& ids = bench.tokens();
    EXPECT_THAT(bar_text(),
                StartsWith(fmt::format("blocks.0.attn.hook_pattern[h0, q7 “#{}”, k2 “#{}”]  =  e^(", ids[7],
                                       ids[2])));
    CellRef weight{0, Site::pattern, 0, 0, 7, 2};
    const double value = static_cast<double>(trace().value(weight));
    EXPECT_NEAR(result(), value, std::max(0.006 * value, 1e-12)) << bar_text();
    // Lit are the scores of the row that the mask allows.
    EXPECT_EQ(selection().precedents, precedents(trace(), weight));
    EXPECT_TRUE(covers({0, Site::attn_scores, 0, 0, 7, 7}, selection().precedents));
    EXPECT_FALSE(covers({0, Site::attn_scores, 0, 0, 7, 8}, selection().precedents));
    EXPECT_THAT(bar_text(), HasSubstr(fmt::format("lit: 1 precedent (attn_scores of “#{}”)", ids[7])));
    EXPECT_TRUE(selection().dependents.empty());
    ui.leave();
    ui.frames(2);
    EXPECT_THAT(bar_text(), StartsWith("p[row "));
    EXPECT_TRUE(selection().precedents.empty());
}

TEST_F(FormulaBarTest, ShowsTheProductsOfAScore) {
    pin("blocks.1.attn.hook_attn_scores", 3, 7, 2);
    EXPECT_THAT(bar_text(), HasSubstr("]  =  rot_q·rot_k / √8  =  ("));
    const CellRef weight{0, Site::pattern, 1, 3, 7, 2};
    double dot = 0;
    for (int i = 0; i < 8; ++i)
        dot += static_cast<double>(trace().value({0, Site::rot_q, 1, 3, 7, i})) *
               static_cast<double>(trace().value({0, Site::rot_k, 1, 1, 2, i}));
    EXPECT_NEAR(number_after(bar_text(), ") / √8  =  "), dot / std::sqrt(8), 0.006 * std::abs(dot));
    EXPECT_NEAR(number_after(bar_text(), "softmax → "), 100 * static_cast<double>(trace().value(weight)),
                0.0501);
    EXPECT_EQ(selection().precedents.size(), 2u);
}

TEST_F(FormulaBarTest, OperandsAreLinks) {
    pin("blocks.1.attn.hook_z", 4, 5, 6);
    std::string link;
    for (const std::string& name : ui.list())
        if (name.starts_with("Formula/blocks.1.attn.hook_v")) link = name;
    ASSERT_NE(link, "") << bar_text();
    const std::string before = bar_text();
    ui.hover(link);
    ui.frames(3);
    EXPECT_EQ(bar_text().substr(0, 40), before.substr(0, 40)) << "the formula stays while its operand is lit";
    ASSERT_TRUE(selection().cell.get());
    EXPECT_EQ(selection().cell.get()->site, Site::v);
    EXPECT_EQ(selection().cell.get()->head, 1) << "head 4 reads this key-value head";
    EXPECT_EQ(selection().cell.get()->column, 6);
    EXPECT_TRUE(covers({0, Site::v, 1, 1, 3, 6}, selection().precedents))
        << "precedents of the explained cell";
    const CellRef operand = *selection().cell.get();
    ui.click(link);
    ui.frames(2);
    EXPECT_EQ(selection().pinned_cell, operand);
    EXPECT_THAT(bar_text(), StartsWith("blocks.1.attn.hook_v[t"));
    EXPECT_THAT(bar_text(), HasSubstr("·W_V"));
    EXPECT_NEAR(result(), static_cast<double>(trace().value(operand)),
                0.0051 * std::max(1.0, std::abs(static_cast<double>(trace().value(operand)))));
}

TEST_F(FormulaBarTest, AltLightsWhatTheCellFeeds) {
    pin("blocks.0.attn.hook_k", 1, 4, 3);
    ui.leave();
    EXPECT_TRUE(selection().dependents.empty());
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Alt, true);
    ui.frames(3);
    EXPECT_EQ(selection().dependents, dependents(trace(), bench.cursor(), *selection().pinned_cell));
    EXPECT_TRUE(covers({0, Site::rot_k, 0, 1, 4, 3}, selection().dependents));
    EXPECT_THAT(bar_text(), HasSubstr("outlined: 2 dependents"));
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Alt, false);
    ui.frames(3);
    EXPECT_TRUE(selection().dependents.empty());
}

TEST_F(FormulaBarTest, EscapeLetsGo) {
    pin("blocks.0.hook_resid_mid", -1, 3, 5);
    EXPECT_THAT(bar_text(), StartsWith("blocks.0.hook_resid_mid[t3 “"));
    EXPECT_THAT(bar_text(), HasSubstr("resid_pre + attn_out"));
    ui.leave();
    ui.key(ImGuiKey_Escape);
    ui.frames(3);
    EXPECT_THAT(bar_text(), StartsWith("p[row "));
    EXPECT_TRUE(selection().precedents.empty());
}

TEST_F(FormulaBarTest, EscapeLetsGoAlsoWithTheMouseOnTheFormula) {
    pin("blocks.0.hook_resid_mid", -1, 3, 5);
    for (const std::string& name : ui.list())
        if (name.starts_with("Formula/blocks.0.hook_attn_out")) ui.hover(name);
    ASSERT_EQ(selection().cell.get()->site, Site::attn_out);
    ui.key(ImGuiKey_Escape);
    ui.frames(3);
    EXPECT_EQ(selection().pinned_cell, std::nullopt);
    EXPECT_THAT(bar_text(), StartsWith("p[row "));
}

TEST_F(FormulaBarTest, ExplainsEverySiteAndParameter) {
    for (const char* preset_name : {"llama", "gpt2", "mixtral"}) {
        bench.open(saved_preset(preset_name));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 6));
        for (const SiteRef& s : all_sites(bench.snapshot().config())) {
            pin(site_name(s.site, s.layer), 0, 3, 0);
            EXPECT_THAT(bar_text(), StartsWith(site_name(s.site, s.layer) + "[")) << bench.notice();
            EXPECT_THAT(bar_text(), HasSubstr("  =  "));
        }
        for (const ParamRow& row : bench.snapshot().model->weights->table) {
            if (row.layer > 0) continue;
            pin(row.name, -1, 0, 1);
            EXPECT_THAT(bar_text(), StartsWith(row.name + "["));
            const double value = static_cast<double>(bench.snapshot().model->weights->values(row)[1]);
            EXPECT_NEAR(number_after(bar_text(), "  =  "), value, 0.0051 * std::abs(value)) << bar_text();
        }
    }
}

TEST_F(FormulaBarTest, LittleRoomMeansASecondLineThenFewerTermsThenAnEllipsis) {
    pin("logits", -1, 5, 7);
    EXPECT_THAT(bar_text(), HasSubstr(" + 21 more = "));
    EXPECT_THAT(bar_text(), HasSubstr("lit: "));
    bench.resize(900, 700);
    EXPECT_THAT(bar_text(), HasSubstr(" + 21 more = "));
    EXPECT_THAT(bar_text(), ::testing::Not(HasSubstr("lit: "))) << "the formula goes on there";
    bench.resize(480, 700);
    EXPECT_THAT(bar_text(), ::testing::Not(HasSubstr(" + 21 more = ")));
    EXPECT_THAT(bar_text(), ::testing::Not(HasSubstr("…")));
    EXPECT_THAT(bar_text(), StartsWith("logits["));
    bench.resize(240, 700);
    EXPECT_THAT(bar_text(), HasSubstr("…"));
    EXPECT_THAT(ui.tooltip("Formula/whole formula", {4, 4}), HasSubstr(" + 21 more = "));
}

TEST_F(FormulaBarTest, AStepBackReleasesACellThatIsGone) {
    pin("blocks.0.hook_mlp_out", -1, 11, 3);
    ui.leave();
    ui.key(ImGuiKey_Home);
    ui.frames(2);
    EXPECT_THAT(bar_text(), StartsWith("p[row "));
}

TEST(FormulaBarBudget, WhatIsNotKeptIsExplained) {
    const SavedModel& model = saved_llama("many_heads", [](ModelConfig& c) {
        c.n_layers = 64, c.n_heads = 40, c.n_kv_heads = 1, c.d_head = 2, c.d_model = 4, c.d_mlp = 4;
    });
    Bench bench;
    bench.open(model);
    ASSERT_FALSE(bench.snapshot().trace().kept(Site::pattern));
    const auto bar_text = [&] { return bench.all_text("Formula"); };
    bench.post(command::PinCell{"blocks.1.attn.hook_pattern", 3, 0, 0});
    EXPECT_THAT(bar_text(), HasSubstr("is not kept at this length"));
    bench.post(command::PinCell{"blocks.1.hook_resid_post", -1, 0, 2});
    EXPECT_THAT(bar_text(), HasSubstr("mlp_out, which is not kept"));
    bench.post(command::PinHead{1, 3}); // which computes the layer again
    EXPECT_THAT(bar_text(), ::testing::Not(HasSubstr("not kept")));
    EXPECT_THAT(bar_text(), HasSubstr("resid_mid"));
}

} // namespace
} // namespace gf::ui::tests::formula_bar_test
