// Editing cells in place: by double click, F2, the menu of a right click and the list of edits; the key E
// switches the edits off.

#include "app/workbench_support.h"
#include "support/compare.h"

namespace gf::ui::tests::cell_popups_test {
namespace {

using ::testing::HasSubstr;

class CellPopupsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.workbench.settings().motion = false;
        bench.open(saved_preset("llama")); // 2 layers, 6 heads, 2 key-value heads
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 16));
        ui.frames(3);
    }
    const Snapshot& s() { return bench.snapshot(); }
    /// The middle of a cell of a map whose rows are the 16 tokens.
    ImVec2 middle_of(const std::string& item, int row, int column, int columns) {
        return cell_middle(ui.rect(item), row, column, 16, columns);
    }
    void double_click_at(const std::string& item, ImVec2 at) {
        ui.hover(item, at);
        ui.double_click_here();
    }
    void enter(const std::string& value) {
        ui.type(value);
        ui.key(ImGuiKey_Enter);
        ui.frames(3);
    }
    /// Expects the values of a run that had these edits from the start.
    void expect_edits(const std::vector<Edit>& edits) {
        Trace expected(s().model->weights, s().trace().shape(), s().trace().setup().with_edits(edits));
        extend(expected, std::span(s().trace().tokens(), 16));
        EXPECT_TRUE(same_rows(s().trace(), 0, expected, 0, 16, 1e-5));
    }
    static Edit at(Site site, int layer, int head, int row, int column, real value) {
        return {{site, layer, row, row + 1, head, head + 1, column, column + 1},
                Edit::Kind::values,
                {value},
                nullptr};
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(CellPopupsTest, DoubleClickInFlow) {
    const double before = probabilities_after(s(), 15)[0];
    double_click_at("Flow/attn.hook_pattern", middle_of("Flow/attn.hook_pattern", 12, 2, 16));
    EXPECT_EQ(bench.text_with("Popup", "blocks.0.attn.hook_pattern"),
              fmt::format("blocks.0.attn.hook_pattern[h0, q12 “{}”, k2 “{}”]",
                          token_label(*s().model, s().text().token(12)),
                          token_label(*s().model, s().text().token(2))));
    enter("0.75");
    expect_edits({at(Site::pattern, 0, 0, 12, 2, 0.75f)});
    EXPECT_NE(probabilities_after(s(), 15)[0], before);
    EXPECT_FALSE(ui.exists("Popup/New value"));
    EXPECT_EQ(bench.workbench.selection().pinned_cell, (CellRef{0, Site::pattern, 0, 0, 12, 2}));
    ui.leave();
    EXPECT_TRUE(bench.shows("Formula", "0.750"));
    EXPECT_NE(bench.text_with("Formula", "   edited; computed:"), "");
    EXPECT_TRUE(bench.shows("Formula", "edits 1"));
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z);
    expect_edits({});
    EXPECT_FALSE(bench.shows("Formula", "edits 1"));
}

TEST_F(CellPopupsTest, DoubleClickInHeadAndInspector) {
    bench.post(command::PinHead{1, 4});
    bench.post(command::SetView{"Head", "form", "matrix"});
    double_click_at("Head/attention", middle_of("Head/attention", 9, 3, 16));
    enter("0.5");
    const Edit first = at(Site::pattern, 1, 4, 9, 3, 0.5f);
    expect_edits({first});
    bench.post(command::Inspect{"blocks.0.hook_attn_out"});
    const int d_model = s().config().d_model;
    double_click_at("Inspector/map", middle_of("Inspector/map", 7, 5, d_model));
    enter("-1.5e1");
    expect_edits({first, at(Site::attn_out, 0, 0, 7, 5, -15)});
    EXPECT_TRUE(bench.shows("Inspector", "-15.00")) << "the least value";
}

TEST_F(CellPopupsTest, F2EditsWhatIsPinned) {
    ui.key(ImGuiKey_F2);
    EXPECT_THAT(bench.notice(), HasSubstr("Point at a cell"));
    bench.post(command::PinCell{"blocks.1.attn.hook_v", 1, 6, 2});
    ui.key(ImGuiKey_F2);
    ui.frames(2);
    enter("2");
    expect_edits({at(Site::v, 1, 1, 6, 2, 2)});
}

TEST_F(CellPopupsTest, OnlyNumbersAreAccepted) {
    bench.post(command::PinCell{"hook_embed", -1, 6, 2});
    for (const char* wrong : {"", "1e", "1e999", "-"}) {
        ui.key(ImGuiKey_F2);
        ui.frames(2);
        ui.key(ImGuiKey_Delete);
        enter(wrong);
        EXPECT_TRUE(s().text().edits->empty()) << wrong;
        EXPECT_TRUE(bench.shows("Popup", "Type a number, e.g. -0.25 or 1e-3.")) << wrong;
        ui.key(ImGuiKey_Escape);
        ui.frames(2);
    }
    expect_edits({});
}

TEST_F(CellPopupsTest, WhatCannotBeEditedSaysWhy) {
    bench.post(command::PinCell{s().model->weights->table[0].name, -1, 6, 2});
    ui.key(ImGuiKey_F2);
    EXPECT_TRUE(bench.shows("Popup", "A parameter: training changes it. Edit what is computed from it."));
    EXPECT_FALSE(ui.exists("Popup/New value"));
    ui.key(ImGuiKey_Escape);
    bench.post(command::PinCell{"blocks.0.attn.hook_pattern", 0, 2, 9});
    ui.key(ImGuiKey_F2);
    EXPECT_TRUE(bench.shows("Popup", "The mask forbids it: an edit does not lift the mask."));
}

TEST_F(CellPopupsTest, TheMenuOfARightClick) {
    const auto right_click = [&](int row, int column) {
        ui.hover("Flow/hook_embed", middle_of("Flow/hook_embed", row, column, s().config().d_model));
        ui.right_click_here();
    };
    right_click(3, 7);
    ui.click("Popup/Set it to 0");
    right_click(4, 8);
    ui.click("Popup/Edit the value …");
    ui.frames(2);
    enter("1.25");
    const Edit zero = at(Site::embed, -1, 0, 3, 7, 0), other = at(Site::embed, -1, 0, 4, 8, 1.25f);
    expect_edits({zero, other});
    right_click(4, 8);
    EXPECT_TRUE(ui.is_checked("Popup/Edits count"));
    ui.click("Popup/Remove the edit");
    expect_edits({zero});
    right_click(4, 8);
    ui.click("Popup/Show all of it in the Inspector");
    EXPECT_EQ(bench.workbench.selection().inspected, "hook_embed");
    right_click(4, 8);
    ui.click("Popup/Remove all edits");
    expect_edits({});
}

TEST_F(CellPopupsTest, TheListOfEditsAndTheKeyE) {
    const Edit first = at(Site::embed, -1, 0, 3, 7, 0), second = at(Site::mlp_out, 1, 0, 5, 2, 3);
    bench.post(command::EditCell{{"hook_embed", -1, 3, 7}, 0});
    bench.post(command::EditCell{{"blocks.1.hook_mlp_out", -1, 5, 2}, 3});
    ui.frames(2);
    ui.key(ImGuiKey_E);
    expect_edits({});
    EXPECT_TRUE(bench.shows("Formula", "edits 2 off"));
    ui.key(ImGuiKey_E);
    expect_edits({first, second});
    ui.click("Formula/edits 2");
    ui.click("Popup/blocks.1.hook_mlp_out[t5, 2]");
    EXPECT_EQ(bench.workbench.selection().pinned_cell, (CellRef{0, Site::mlp_out, 1, -1, 5, 2}));
    ui.click("Popup/remove the edit of hook_embed[t3, 7]");
    expect_edits({second});
    ui.click("Popup/Edits count");
    expect_edits({});
    ui.click("Popup/Remove all edits");
    EXPECT_TRUE(s().text().edits->empty());
    EXPECT_TRUE(s().edits_on);
}

/// The list says what edits of other kinds do, and its crosses remove them.
TEST_F(CellPopupsTest, TheListNamesEveryKindOfEdit) {
    const std::string prompt = ids_text(random_tokens(s().config(), 16, 3));
    EditSpec patch{.cells = {.site = "blocks.0.hook_mlp_out", .rows = {{2, 5}}}, .kind = Edit::Kind::donor};
    patch.donor.prompt = prompt;
    bench.post(
        command::ApplyEdit{{.cells = {.site = "blocks.1.attn.hook_z", .heads = {{1, 3}}}, .scale = 0}});
    bench.post(command::ApplyEdit{{.cells = {.site = "hook_embed", .rows = {{4, -1}}, .columns = {{0, 1}}},
                                   .kind = Edit::Kind::add,
                                   .values = {0.5}}});
    bench.post(command::ApplyEdit{patch});
    ui.frames(3);
    ui.click("Formula/edits 3");
    EXPECT_TRUE(bench.shows("Popup", "blocks.1.attn.hook_z[heads 1 to 2]"));
    EXPECT_TRUE(bench.shows("Popup", "x 0"));
    EXPECT_TRUE(bench.shows("Popup", "hook_embed[rows from 4, columns 0]"));
    EXPECT_TRUE(bench.shows("Popup", "+ 0.5"));
    EXPECT_TRUE(bench.shows("Popup", "from another prompt"));
    ui.click("Popup/remove the edit of blocks.1.attn.hook_z[heads 1 to 2]");
    ui.click("Popup/remove the edit of blocks.0.hook_mlp_out[rows 2 to 4]");
    ASSERT_EQ(s().text().edits->size(), 1u);
    EXPECT_EQ(s().text().edits->at(0).spec.cells.site, "hook_embed");
}

} // namespace
} // namespace gf::ui::tests::cell_popups_test
