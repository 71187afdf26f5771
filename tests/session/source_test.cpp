// Encoder-decoders in the session: the source is read, answered by the decoder, edited and undone.

#include "core/site_names.h"
#include "session/support.h"
#include "support/compare.h"

#include <gmock/gmock.h>

namespace gf::tests::source_test {
namespace {

using ::testing::HasSubstr;

const std::vector<int> k_source = {7, 8, 9, 10, 3}, k_prompt = {3, 1, 4};

std::shared_ptr<Trace> encoder_of(const SavedModel& model, const std::vector<int>& source,
                                  Keep keep = Keep::all, const std::vector<Edit>& edits = {}) {
    auto trace = std::make_shared<Trace>(model.weights,
                                         TraceShape{static_cast<int>(source.size()), keep, Stack::encoder},
                                         RunSetup{.edits = edits});
    extend(*trace, source);
    return trace;
}

/// Compares the run in view and its source with runs that are computed at once.
void expect_run(const Snapshot& s, const SavedModel& model, const std::vector<int>& source,
                const std::vector<Edit>& edits = {}, const std::vector<Edit>& source_edits = {}) {
    const auto encoder = encoder_of(model, source, Keep::all, source_edits);
    Trace expected(model.weights, s.trace().shape(), s.trace().setup().with_edits(edits), encoder);
    extend(expected, std::span(s.trace().tokens(), static_cast<std::size_t>(s.text().rows)));
    EXPECT_TRUE(same_rows(s.trace(), 0, expected, 0, s.text().rows, 1e-5));
    ASSERT_TRUE(s.source_run());
    EXPECT_EQ(tokens_of(*s.source_run()), source);
    EXPECT_TRUE(same_rows(*s.source_run()->trace, 0, *encoder, 0, static_cast<int>(source.size()), 1e-6));
}

class SourceTest : public ::testing::TestWithParam<const char*> {
  protected:
    SourceTest() {
        session(command::SetPrompt{ids_text(k_prompt)});
        session(command::SetSource{ids_text(k_source)});
        session(command::SetSampling{{{StageKind::greedy, 0, true}}});
    }
    const SavedModel& model = saved_preset(GetParam());
    TestSession session{model};
};
INSTANTIATE_TEST_SUITE_P(EncoderDecoders, SourceTest,
                         ::testing::Values("encoder_decoder", "encoder_decoder_post"));

TEST_P(SourceTest, AModelOpensWithItsStartTokenAsSource) {
    TestSession fresh(model);
    const Snapshot& s = fresh.latest();
    ASSERT_TRUE(s.has_run()) << s.message;
    EXPECT_EQ(s.source, "");
    expect_run(s, model, {0});
    EXPECT_EQ(s.config(), model.config());
}

TEST_P(SourceTest, TheTextThatAModelOpensWithIsItsSource) {
    const Snapshot& s = session(command::Open{model.path, "", "7, 8, 9"});
    EXPECT_EQ(s.source, "7, 8, 9");
    EXPECT_EQ(s.prompt, "");
    EXPECT_EQ(session.tokens(), std::vector{0});
    expect_run(s, model, {7, 8, 9});
    EXPECT_TRUE(session(command::Open{model.path, "", ids_text(std::vector<int>(257, 1))}).message_is_error);
    expect_run(session.latest(), model, {7, 8, 9});
}

TEST_P(SourceTest, TheDecoderAnswersTheSource) {
    const Snapshot& s = session(command::Step{6});
    EXPECT_EQ(s.cursor(), 9);
    EXPECT_EQ(s.source, "7,8,9,10,3");
    expect_run(s, model, k_source);
    for (int t = 3; t < 9; ++t) {
        const auto logits = logits_of(s.trace(), t - 1);
        EXPECT_EQ(s.text().token(t), std::max_element(logits.begin(), logits.end()) - logits.begin());
    }
}

TEST_P(SourceTest, AnotherSourceBeginsTheAnswerAnewAndCanBeUndone) {
    session(command::Step{4});
    const std::vector<int> before = session.tokens();
    session(command::SetSource{"11, 3"});
    EXPECT_EQ(session.tokens(), k_prompt);
    expect_run(session.latest(), model, {11, 3});
    session(command::Undo{});
    EXPECT_EQ(session.tokens(), before);
    expect_run(session.latest(), model, k_source);
    session(command::Step{1});
    expect_run(session.latest(), model, k_source);
    session(command::SetPrompt{"5"});
    expect_run(session.latest(), model, k_source);
    session(command::SetSource{""});
    expect_run(session.latest(), model, {0});
}

TEST_P(SourceTest, BranchesReadTheSameSource) {
    session(command::Step{3});
    const Snapshot& s = session(command::ForceToken{4, 17});
    EXPECT_EQ(s.tree.size(), 2u);
    expect_run(s, model, k_source);
}

TEST_P(SourceTest, WhatTheDecoderReadsCanBeEdited) {
    session(command::Step{3});
    const std::vector<int> tokens = session.tokens();
    const Edit of_source{{Site::encoder_out, -1, 4, 5, 0, 1, 3, 4}, Edit::Kind::values, {real(2.5)}, nullptr};
    session(command::EditCell{{"decoder.hook_encoder_out", -1, 4, 3}, 2.5});
    ASSERT_EQ(session.latest().message, "");
    EXPECT_EQ(session.tokens(), tokens);
    expect_run(session.latest(), model, k_source, {of_source});
    const Edit weight{{Site::cross_pattern, 1, 2, 3, 1, 2, 4, 5}, Edit::Kind::values, {real(0.5)}, nullptr};
    session(command::EditCell{{"blocks.1.cross_attn.hook_pattern", 1, 2, 4}, 0.5});
    expect_run(session.latest(), model, k_source, {of_source, weight});
    session(command::RemoveEdits{});
    expect_run(session.latest(), model, k_source);
    for (const auto& [name, row, column, words] :
         {std::tuple{"encoder.blocks.0.hook_resid_post", 5, 0, "rows 0 to 4"},
          std::tuple{"hook_encoder_out", 5, 0, "rows 0 to 4"},
          std::tuple{"blocks.0.cross_attn.hook_attn_scores", 0, 5, "columns 0 to 4"}}) {
        const Snapshot& s = session(command::EditCell{{name, 0, row, column}, 1});
        EXPECT_TRUE(s.message_is_error);
        EXPECT_THAT(s.message, HasSubstr(words));
    }
    expect_run(session.latest(), model, k_source);
}

TEST_P(SourceTest, TheEncoderCanBeEditedAndTheDecoderReadsWhatFollows) {
    session(command::Step{3});
    const std::vector<int> tokens = session.tokens();
    const Edit of_encoder{{Site::mlp_out, 0, 2, 3, 0, 1, 1, 2}, Edit::Kind::values, {real(4)}, nullptr};
    const Edit of_text{{Site::resid_pre, 1, 3, 4, 0, 1, 2, 3}, Edit::Kind::values, {real(1.5)}, nullptr};
    session(command::EditCell{{"encoder.blocks.0.hook_mlp_out", -1, 2, 1}, 4});
    ASSERT_EQ(session.latest().message, "");
    EXPECT_EQ(session.tokens(), tokens);
    expect_run(session.latest(), model, k_source, {}, {of_encoder});
    session(command::EditCell{{"decoder.blocks.1.hook_resid_pre", -1, 3, 2}, 1.5});
    expect_run(session.latest(), model, k_source, {of_text}, {of_encoder});
    EXPECT_EQ(session.latest().n_edits(), 2u);
    ASSERT_EQ(session.latest().source_run()->edits->size(), 1u);
    EXPECT_EQ(session.latest().source_run()->edits->at(0).range, of_encoder.range);
    ASSERT_EQ(session.latest().text().edits->size(), 1u);
    EXPECT_EQ(session.latest().text().edits->at(0).range, of_text.range);

    session(command::UseEdits{false});
    expect_run(session.latest(), model, k_source);
    session(command::UseEdits{true});
    expect_run(session.latest(), model, k_source, {of_text}, {of_encoder});
    session(command::Step{2});
    expect_run(session.latest(), model, k_source, {of_text}, {of_encoder});
    session(command::ForceToken{4, 17}); // another branch reads the same source
    expect_run(session.latest(), model, k_source, {of_text}, {of_encoder});
    session(command::RemoveEdit{
        {.site = "encoder.blocks.0.hook_mlp_out", .rows = {{2, 3}}, .columns = {{1, 2}}}});
    expect_run(session.latest(), model, k_source, {of_text});
    session(command::SelectBranch{0});
    expect_run(session.latest(), model, k_source, {of_text});
    session(command::Undo{});
    session(command::Undo{});
    expect_run(session.latest(), model, k_source, {of_text}, {of_encoder});
    session(command::RemoveEdits{});
    EXPECT_EQ(session.latest().n_edits(), 0u);
    expect_run(session.latest(), model, k_source);
    session(command::Undo{});
    expect_run(session.latest(), model, k_source, {of_text}, {of_encoder});

    const std::vector<int> other = {4, 5};
    EXPECT_THAT(session(command::SetSource{ids_text(other)}).message,
                HasSubstr("edits of the text before are gone"));
    expect_run(session.latest(), model, other);
    session(command::Undo{});
    expect_run(session.latest(), model, k_source, {of_text}, {of_encoder});
}

TEST_P(SourceTest, TheEncodersRunIsARunLikeAnyOther) {
    const Snapshot& s = session(command::Step{2});
    ASSERT_EQ(s.runs.size(), 2u);
    const gf::Run& source = s.runs[1];
    EXPECT_EQ(source.role, RunRole::source);
    EXPECT_EQ(source.config(), model.weights->config_of(Stack::encoder));
    EXPECT_EQ(source.shown, 5);
    EXPECT_EQ(source.rows, 5);
    EXPECT_EQ(tokens_of(source), k_source);
    EXPECT_EQ(source.trace.get(), s.trace().source());
    EXPECT_EQ(s.find_run(s.text().reads), &source);
    EXPECT_EQ(s.find_run(source.read_by), &s.text());
    EXPECT_EQ(s.find_run("source"), &source);
    EXPECT_EQ(s.find_run("nothing"), nullptr);
}

TEST_P(SourceTest, NamesOfSitesBeginWithTheirStack) {
    const auto all = named_sites(*model.weights);
    EXPECT_EQ(all.front().name, "encoder.hook_embed");
    EXPECT_EQ(all.back().name, "decoder.logits");
    EXPECT_EQ(all.size(),
              all_sites(model.weights->config_of(Stack::encoder)).size() + all_sites(model.config()).size());
    for (const NamedSite& n : all) {
        const StackName split = split_stack(*model.weights, n.name);
        EXPECT_EQ(split.stack, n.stack);
        EXPECT_EQ(find_site(model.weights->config_of(n.stack), split.name), n.site);
    }
    const std::string& param = model.weights->table[0].name;
    EXPECT_EQ(split_stack(*model.weights, param).stack, std::nullopt);
    const Weights& single = *saved_preset("llama").weights;
    EXPECT_EQ(named_sites(single).front().name, "hook_embed");
    EXPECT_EQ(split_stack(single, "encoder.hook_embed").name, "encoder.hook_embed");
}

TEST_P(SourceTest, SourcesThatCannotBeReadAreRefused) {
    const Snapshot before = session(command::Step{2});
    for (const auto& [text, words] : {std::pair<std::string, const char*>{"1,x", "whole numbers"},
                                      {"53", "ids from 0 to 52"},
                                      {ids_text(std::vector<int>(257, 1)), "at most 256 tokens"}}) {
        const Snapshot& s = session(command::SetSource{text});
        EXPECT_TRUE(s.message_is_error);
        EXPECT_THAT(s.message, HasSubstr(words));
        EXPECT_EQ(s.source, before.source);
        EXPECT_EQ(s.text().trace, before.text().trace);
    }
    EXPECT_EQ(session(command::SetSource{"1, 2"}).message, "") << "the error is gone";
    TestSession other(saved_preset("llama"));
    EXPECT_THAT(other(command::SetSource{"1"}).message, HasSubstr("a model with an encoder"));
    EXPECT_FALSE(other.latest().source_run());
}

TEST_P(SourceTest, AboveTheTraceBudgetTheLayerInViewIsComputedAgain) {
    const std::vector<int> tokens = random_tokens(model.config(), 40);
    const auto source = encoder_of(model, tokens, Keep::residual);
    Engine engine(trace_bytes(model.config(), {256, Keep::all}, {}, source->size()) * 3 / 4);
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetSource{ids_text(tokens)});
    engine.apply(command::SetPrompt{ids_text(random_tokens(model.config(), 168))});
    engine.apply(command::ViewLayer{1});
    while (engine.due_time() < INFINITY) engine.tick(0);
    Snapshot s;
    engine.publish(s);
    ASSERT_EQ(s.text().layer.index, 1) << s.message;
    Trace whole(model.weights, {s.trace().capacity(), Keep::all}, {}, encoder_of(model, tokens));
    extend(whole, {s.trace().tokens(), static_cast<std::size_t>(s.text().rows)});
    EXPECT_FALSE(s.trace().kept(Site::cross_pattern, 0));
    for (const Site site : {Site::cross_pattern, Site::cross_z, Site::cross_k})
        for (int r = 0; r < whole.n_rows(site, 168); r += 13)
            EXPECT_LE(difference(visible_row(s.trace(), site, 1, r), visible_row(whole, site, 1, r)), 1e-5)
                << site_row(site).hook;
}

TEST(LongSource, TheEncodersLayerInViewIsComputedAgain) {
    const SavedModel& model = saved_preset("encoder_decoder");
    const std::vector<int> tokens = random_tokens(model.config(), 200);
    const TraceShape shape{200, Keep::all, Stack::encoder};
    Engine engine(trace_bytes(model.weights->config_of(Stack::encoder), shape) * 3 / 4);
    const auto finish = [&] {
        while (engine.due_time() < INFINITY) engine.tick(0);
        Snapshot s;
        engine.publish(s);
        return s;
    };
    engine.apply(command::Open{model.path, ""});
    engine.apply(command::SetSource{ids_text(tokens)});
    engine.apply(command::ViewLayer{1, "source"});
    Snapshot s = finish();
    ASSERT_EQ(s.source_run()->layer.index, 1) << s.message;
    EXPECT_EQ(s.text().layer.index, -1);
    const auto whole_run = encoder_of(model, tokens);
    const Trace &shown = *s.source_run()->trace, &whole = *whole_run;
    EXPECT_FALSE(shown.kept(Site::pattern, 0));
    for (const Site site : {Site::pattern, Site::z, Site::mlp_post})
        for (int r = 0; r < 200; r += 13)
            EXPECT_LE(difference(visible_row(shown, site, 1, r), visible_row(whole, site, 1, r)), 1e-5)
                << site_row(site).hook;
    engine.apply(command::SetSource{ids_text(random_tokens(model.config(), 190))});
    EXPECT_EQ(finish().source_run()->layer.index, 1) << "it follows the source";
    engine.apply(command::ViewLayer{1});
    s = finish();
    EXPECT_EQ(s.source_run()->layer.index, -1);
    EXPECT_FALSE(s.source_run()->trace->kept(Site::pattern));
    engine.apply(command::ViewLayer{0, "both"});
    EXPECT_TRUE(finish().message_is_error);
}

} // namespace
} // namespace gf::tests::source_test
