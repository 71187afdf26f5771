// Runs beside the text, in lock-step with it.

#include "core/run_view.h"
#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

namespace gf::tests::compared_test {
namespace {

using ::testing::HasSubstr;

const SavedModel& other_llama() {
    return saved_llama("other llama", [](ModelConfig& c) { c.n_layers = 3; });
}

class Compared : public ::testing::Test {
  protected:
    const gf::Run& b() {
        const gf::Run* run = session_.latest().find_run("b");
        if (!run) throw std::out_of_range("no run b: " + session_.latest().message);
        return *run;
    }
    const SavedModel& model_ = saved_preset("llama");
    TestSession session_{model_, {3, 1, 4, 1, 5}};
};

TEST_F(Compared, AnotherModelReadsTheTokensOfTheText) {
    session_(command::AddRun{.model = other_llama().path});
    ASSERT_EQ(session_.latest().message, "");
    ASSERT_EQ(session_.latest().runs.size(), 2u);
    EXPECT_EQ(b().role, RunRole::compared);
    EXPECT_EQ(b().config().n_layers, 3);
    session_(command::Step{7});
    EXPECT_EQ(tokens_of(b()), session_.tokens());
    EXPECT_TRUE(same_rows(*b().trace, 0, *run(other_llama().weights, session_.tokens()), 0, 12, 1e-5));
    session_(command::Jump{4});
    EXPECT_EQ(b().shown, 4);
    session_(command::ForceToken{8, (session_.tokens()[8] + 1) % 53});
    EXPECT_EQ(tokens_of(b()), session_.tokens()) << "it follows into a branch";
    session_(command::Undo{});
    EXPECT_EQ(tokens_of(b()), session_.tokens());
    session_(command::SetPrompt{"9, 8, 7"});
    EXPECT_EQ(tokens_of(b()), (std::vector{9, 8, 7}));
}

TEST_F(Compared, TheDifferenceOfTwoRuns) {
    session_(command::AddRun{.prompt = "3, 1, 9, 1, 5"});
    session_(command::Step{4});
    const gf::Run& text = session_.latest().text();
    const RunView view{.trace = text.trace,
                       .rows = text.rows,
                       .against = b().trace,
                       .against_rows = b().rows,
                       .quantity = Quantity::difference};
    std::vector<real> scratch;
    for (const SiteRef site :
         {SiteRef{Site::resid_post, 1}, SiteRef{Site::pattern, 0}, SiteRef{Site::logits, -1}}) {
        const SiteValues values = view.values(site);
        ASSERT_TRUE(values.exists()) << values.missing();
        for (int row = 0; row < 9; ++row) {
            const auto differences = values.row(0, row, scratch);
            const auto mine = visible_row(*text.trace, site.site, site.layer, row),
                       theirs = visible_row(*b().trace, site.site, site.layer, row);
            for (std::size_t i = 0; i < differences.size(); ++i) {
                EXPECT_EQ(differences[i], mine[i] - theirs[i]);
                EXPECT_EQ(values.at(0, row, static_cast<int>(i)), differences[i]);
            }
            const bool differs =
                std::any_of(differences.begin(), differences.end(), [](real x) { return x != 0; });
            EXPECT_EQ(differs, row >= 2) << "rows before the other token are the same";
        }
    }
}

TEST_F(Compared, OtherShapesSayWhyTheyCannotBeSubtracted) {
    session_(command::AddRun{.model = saved_preset("gpt2").path});
    ASSERT_EQ(session_.latest().message, "");
    const RunView view{.trace = session_.latest().text().trace,
                       .rows = 5,
                       .against = b().trace,
                       .against_rows = 5,
                       .quantity = Quantity::difference};
    EXPECT_THAT(std::string(view.values({Site::rot_q, 0}).missing()), HasSubstr("no such step"));
    EXPECT_THAT(std::string(view.values({Site::mlp_post, 0}).missing()), HasSubstr("another shape"));
    EXPECT_EQ(RunView(view).values({Site::pattern, 99}).missing().empty(), false);
}

TEST_F(Compared, EachMayDrawItsOwnTokensWithTheSameNumbers) {
    session_(command::AddRun{.model = other_llama().path});
    session_(command::AddRun{}); // the same model and text again
    session_(command::DrawEach{true});
    session_(command::Step{10});
    EXPECT_NE(tokens_of(b()), session_.tokens()) << "another model draws others";
    EXPECT_EQ(tokens_of(*session_.latest().find_run("c")), session_.tokens())
        << "the same one draws the same";
    EXPECT_EQ(b().rows, 15);
    EXPECT_EQ(b().origin(12).key, session_.latest().text().origin(12).key);
    TestSession alone(other_llama(), {3, 1, 4, 1, 5});
    alone(command::Step{10});
    EXPECT_EQ(tokens_of(b()), alone.tokens()) << "as it would have drawn them alone";
    session_(command::DrawEach{false});
    EXPECT_EQ(tokens_of(b()), session_.tokens());
}

TEST_F(Compared, ABranchStaysAsItStands) {
    session_(command::Step{6});
    const std::vector<int> root = session_.tokens();
    session_(command::ForceToken{7, (root[7] + 1) % 53});
    session_(command::AddRun{.branch = 0});
    session_(command::Step{2});
    EXPECT_EQ(tokens_of(b()), root);
    session_(command::SetPrompt{"3, 1"});
    EXPECT_EQ(session_.latest().find_run("b"), nullptr) << "it belonged to the old text";
}

TEST_F(Compared, AnotherPromptGoesOnWithTheTokensThatAreDrawn) {
    session_(command::AddRun{.prompt = "9, 9, 9"});
    session_(command::Step{3});
    std::vector<int> expected = {9, 9, 9};
    const std::vector<int> text = session_.tokens();
    expected.insert(expected.end(), text.begin() + 5, text.end());
    EXPECT_EQ(tokens_of(b()), expected);
    ASSERT_TRUE(b().counterparts);
    EXPECT_EQ((*b().counterparts)[4], -1) << "prompts of other lengths have no counterparts";
    EXPECT_EQ((*b().counterparts)[5], 3);
    const gf::Run& run = session_.latest().text();
    const RunView view{.trace = run.trace,
                       .rows = run.rows,
                       .against = b().trace,
                       .against_rows = b().rows,
                       .counterparts = b().counterparts,
                       .quantity = Quantity::difference};
    const SiteValues values = view.values({Site::resid_post, 1});
    EXPECT_EQ(values.at(0, 5, 2),
              run.trace->row(Site::resid_post, 1, 5)[2] - b().trace->row(Site::resid_post, 1, 3)[2]);
    EXPECT_EQ(values.at(0, 4, 2), k_not_visible);
    EXPECT_THAT(std::string(view.values({Site::pattern, 0}).missing()), HasSubstr("other tokens"));
}

TEST_F(Compared, OtherTokensAreAlignedByBytes) {
    // One model has the 256 bytes as tokens, the other one has "a" and " " besides, so that its ids differ.
    const std::string bytes_and_more = scratch_file("compared tokenizer.bin", tok_bin_contents());
    const SavedModel& model = saved_llama("byte model", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size; });
    const SavedModel& wide =
        saved_llama("wider byte model", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size + 7; });
    TestSession session;
    session(command::Open{model.path, bytes_and_more});
    session(command::SetPrompt{"a b"});
    session(command::AddRun{.model = wide.path, .tokenizer = bytes_and_more});
    ASSERT_EQ(session.latest().message_is_error, false) << session.latest().message;
    session(command::Step{3});
    const gf::Run* other = session.latest().find_run("b");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->config().d_vocab, k_tok_bin_size + 7);
    ASSERT_TRUE(other->counterparts);
    const gf::Run& text = session.latest().text();
    for (int row = 0; row < text.rows; ++row) {
        const int counterpart = (*other->counterparts)[static_cast<std::size_t>(row)];
        if (counterpart < 0 || row == 0) continue;
        EXPECT_EQ(other->token(counterpart), text.token(row)) << row;
    }
}

TEST_F(Compared, WhatCannotBeIsRefused) {
    for (const auto& [command, words] :
         {std::pair<SessionCommand, const char*>{command::AddRun{.branch = 7}, "branch from 0 to 0"},
          {command::AddRun{.prompt = "3", .branch = 0}, "leave one of them out"},
          {command::AddRun{.model = "nowhere"}, "nowhere"},
          {command::RemoveRun{"b"}, "there is none"}}) {
        EXPECT_TRUE(session_(command).message_is_error);
        EXPECT_THAT(session_.latest().message, HasSubstr(words));
        EXPECT_EQ(session_.latest().runs.size(), 1u);
    }
    for (int i = 0; i < 6; ++i) session_(command::AddRun{});
    EXPECT_EQ(session_.latest().runs.size(), 7u);
    EXPECT_THAT(session_(command::AddRun{}).message, HasSubstr("at most 6"));
    session_(command::RemoveRun{"d"});
    EXPECT_EQ(session_.latest().find_run("d"), nullptr);
    EXPECT_THAT(session_(command::RemoveRun{"x"}).message, HasSubstr("nearest: 'b'"));
    session_(command::Undo{});
    EXPECT_NE(session_.latest().find_run("d"), nullptr);
}

} // namespace
} // namespace gf::tests::compared_test
