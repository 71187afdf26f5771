// The text under a setup: masks and experts vary on the same weights, and a setup in which rows see later
// tokens makes the run one of the tokens shown.

#include "io/setup_file.h"
#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

namespace gf::tests::setup_test {
namespace {

using ::testing::HasSubstr;

/// A setup file, and the setup that it says.
struct SetupFile {
    SetupFile(const std::string& name, const std::string& json, const ModelConfig& config)
        : path(scratch_file(name, json)), setup(load_setup(path, config)) {}
    std::string path;
    RunSetup setup;
};

/// Compares the text's run with one that is computed at once under the setup.
void expect_run(const Snapshot& s, const SavedModel& model, RunSetup setup) {
    setup.n_prefix = s.trace().setup().n_prefix;
    Trace expected(model.weights, {s.text().rows}, setup);
    extend(expected, std::span(s.trace().tokens(), static_cast<std::size_t>(s.text().rows)));
    for (const SiteRef& site : all_sites(model.config()))
        for (int row = 0; row < s.text().rows; ++row)
            ASSERT_LE(difference(visible_row(s.trace(), site.site, site.layer, row),
                                 visible_row(expected, site.site, site.layer, row)),
                      1e-5)
                << site_name(site.site, site.layer) << " row " << row;
}

TEST(Setup, AWindowOfTheMaskIsOneCommandAndUndone) {
    const SavedModel& model = saved_preset("llama");
    const SetupFile window("window.json", R"({"masks": [{"kind": "sliding_window", "window": 3}]})",
                           model.config());
    TestSession session(model, {3, 1, 4, 1, 5, 9, 2, 6});
    const auto before = session.latest().text().trace;
    session(command::SetSetup{window.path});
    ASSERT_EQ(session.latest().message, "");
    EXPECT_EQ(tokens_of(session.latest().text()).size(), 8u);
    expect_run(session.latest(), model, window.setup);
    session(command::Step{3});
    expect_run(session.latest(), model, window.setup);
    session(command::Undo{});
    EXPECT_EQ(session.latest().trace().setup().masks.size(), 0u);
    session(command::Redo{});
    expect_run(session.latest(), model, window.setup);
    session(command::SetSetup{""});
    EXPECT_TRUE(session.latest().trace().setup().masks.empty());
    EXPECT_THAT(session(command::SetSetup{"nowhere.json"}).message, HasSubstr("nowhere.json"));
}

TEST(Setup, WithoutAMaskTheRunIsOneOfTheTokensShown) {
    const SavedModel& model = saved_preset("llama");
    const SetupFile open("open.json", R"({"masks": [{"kind": "bidirectional"}]})", model.config());
    TestSession session(model, {3, 1, 4, 1, 5});
    session(command::SetSetup{open.path});
    ASSERT_EQ(session.latest().message, "");
    expect_run(session.latest(), model, open.setup);
    const auto first_row = [&] {
        const auto row = row_of(session.latest().trace(), Site::resid_post, 1, 0);
        return std::vector<real>(row.begin(), row.end());
    };
    const std::vector<real> first = first_row();
    session(command::Step{4});
    EXPECT_EQ(session.latest().text().rows, 9);
    expect_run(session.latest(), model, open.setup);
    EXPECT_NE(first_row(), first) << "later tokens change it";
    // Before the last token stands what the model made of the tokens shown.
    const auto all = session.latest().text().trace;
    session(command::Step{-3});
    EXPECT_EQ(session.latest().text().rows, 6);
    EXPECT_EQ(session.latest().text().rows_wanted, 9);
    EXPECT_EQ(session.latest().text().token(8), all->tokens()[8]) << "tokens behind the cursor are known";
    expect_run(session.latest(), model, open.setup);
    EXPECT_TRUE(session.latest().text().has_changed(0));
    session(command::Jump{9});
    EXPECT_EQ(session.latest().text().trace, all);
    for (int row = 0; row < 6; ++row) EXPECT_TRUE(session.latest().text().has_changed(row));
    EXPECT_FALSE(session.latest().text().has_changed(6)) << "it is new";
    session(command::ForceToken{6, 11});
    expect_run(session.latest(), model, open.setup);
    session(command::EditCell{{"hook_embed", -1, 2, 1}, 2});
    expect_run(session.latest(), model,
               open.setup.with_edits(
                   {{{Site::embed, -1, 2, 3, 0, 1, 1, 2}, Edit::Kind::values, {real(2)}, nullptr}}));
}

/// Row 2 sees the key in row 5, row 4 does not: until that token is there nothing changes.
TEST(Setup, OnlyRowsThatSeeALaterTokenAreMarked) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, {3, 1, 4, 1, 5});
    RunSetup painted{.masks = {{.painted = {{.rows = {2, 3}, .keys = {5, 6}, .visible = true}}}}};
    session(command::SetSetup{"", painted});
    const auto changed = [&] {
        std::vector<int> rows;
        for (int r = 0; r < session.latest().text().rows; ++r)
            if (session.latest().text().has_changed(r)) rows.push_back(r);
        return rows;
    };
    EXPECT_EQ(changed(), std::vector<int>());
    session(command::Step{1});
    EXPECT_EQ(changed(), (std::vector{2, 3, 4})) << "the rows behind row 2 read it";
    const auto six = session.latest().text().trace;
    session(command::Step{1});
    expect_run(session.latest(), model, painted);
    EXPECT_EQ(changed(), std::vector<int>());
    session(command::Step{-1});
    EXPECT_EQ(session.latest().text().rows, 7) << "six tokens are the same with the seventh";
}

TEST(Setup, ARunBesideTheTextHasItsOwn) {
    const SavedModel& model = saved_preset("llama");
    TestSession session(model, {3, 1, 4, 1, 5, 9});
    const RunSetup open{.masks = {{.kind = MaskKind::bidirectional}}};
    session(command::AddRun{.setup = open});
    session(command::Step{3});
    ASSERT_EQ(session.latest().message, "");
    const gf::Run& b = *session.latest().find_run("b");
    ASSERT_EQ(b.rows, 9);
    const auto compare = [&](const gf::Run& run, RunSetup setup) {
        Trace expected(model.weights, {run.rows}, setup);
        extend(expected, std::span(run.trace->tokens(), 9));
        EXPECT_LE(difference(visible_row(*run.trace, Site::logits, -1, 3),
                             visible_row(expected, Site::logits, -1, 3)),
                  1e-5);
    };
    compare(b, open);
    compare(session.latest().text(), {});
    RunSetup wrong{.masks = {{.heads = {99}}}};
    EXPECT_THAT(session(command::AddRun{.setup = wrong}).message, HasSubstr("heads"));
    EXPECT_THAT(session(command::SetSetup{"", wrong}).message, HasSubstr("heads"));
}

TEST(Setup, AnExpertThatIsOffIsOffInTheSession) {
    const SavedModel& model = saved_preset("mixtral");
    const SetupFile off("off.json", R"({"experts": [{"off": [1]}]})", model.config());
    TestSession session(model, {3, 1, 4, 1, 5});
    session(command::SetSetup{off.path});
    session(command::Step{3});
    expect_run(session.latest(), model, off.setup);
    const Trace& trace = session.latest().trace();
    for (int row = 0; row < 8; ++row)
        for (int slot = 0; slot < model.config().experts_per_token; ++slot)
            EXPECT_NE(trace.row(Site::expert_indices, 0, row)[slot], real(1));
}

} // namespace
} // namespace gf::tests::setup_test
