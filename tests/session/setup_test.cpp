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
    session(command::ForceToken{6, 11});
    expect_run(session.latest(), model, open.setup);
    session(command::EditCell{{"hook_embed", -1, 2, 1}, 2});
    expect_run(session.latest(), model,
               open.setup.with_edits(
                   {{{Site::embed, -1, 2, 3, 0, 1, 1, 2}, Edit::Kind::values, {real(2)}, nullptr}}));
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
