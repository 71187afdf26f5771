// Attribution adds up in the models that ship and in the stored models of foreign families, among them those
// with norms behind their sub-layers and with parallel ones.

#include "session/support.h"
#include "support/attribution_check.h"
#include "support/score_split_check.h"

#include <gmock/gmock.h>

namespace gf::tests::session_attribution_test {
namespace {

std::string in_tests(const std::string& path) {
    return (std::filesystem::path(GLASSFORMER_TESTS_DIR) / path).string();
}

void expect_adds_up(const Snapshot& s) {
    ASSERT_EQ(s.message, "");
    const Run& run = s.text();
    ASSERT_EQ(Attribution::why_not(*run.trace), "");
    const int row = run.rows - 1;
    const real* logits = run.trace->row(Site::logits, -1, row);
    const int n = run.config().d_vocab,
              best = static_cast<int>(std::max_element(logits, logits + n) - logits);
    expect_scores_add_up(*run.trace, row);
    expect_attribution_adds_up(run.trace, {.row = row, .token = best});
    expect_attribution_adds_up(run.trace, {.row = row, .token = best, .against = (best + n / 2) % n});
    expect_attribution_adds_up(run.trace, {.row = row / 2, .token = best});
}

TEST(AttributionOfShippedModels, AddsUp) {
    for (const char* name :
         {"story", "story-moe", "story-moe-shared", "masked", "translator", "positions-alibi"}) {
        SCOPED_TRACE(name);
        TestSession session;
        session(command::Open{in_tests(std::string("../assets/models/") + name), ""});
        if (session.latest().model->config().has_encoder())
            session(command::SetSource{"the red fox sees a bird"});
        expect_adds_up(session(
            command::SetPrompt{session.latest().model->config().has_encoder()
                                   ? ""
                                   : "Hana bought a fine whistle and gave it to Simon. Simon thanked"}));
    }
}

TEST(AttributionOfStoredModels, AddsUp) {
    for (const char* name : {"gemma2-tiny", "olmo2-tiny", "gpt-neox-tiny", "phi-tiny", "bert-tiny",
                             "mixtral-tiny", "opt-post-norm", "qwen3-tiny", "gpt2-tiny"}) {
        SCOPED_TRACE(name);
        TestSession session;
        session(command::Open{in_tests(std::string("golden/") + name), ""});
        std::vector<int> ids;
        for (int i = 0; i < 12; ++i) ids.push_back((7 * i + 3) % session.latest().model->config().d_vocab);
        expect_adds_up(session(command::SetPrompt{ids_text(ids)}));
    }
}

/// The job gives what a run with the part switched off gives, and follows the text.
TEST(PartEffectsJob, IsWhatAnEditDoes) {
    TestSession session;
    session(command::Open{saved_preset("llama").path, ""});
    session(command::SetPrompt{ids_text({1, 2, 3, 4, 5, 6})});
    EXPECT_FALSE(session.latest().part_findings);
    const auto found = session(command::FindPartEffects{4}).part_findings;
    ASSERT_TRUE(found);
    const auto* effect = found->effect_of({AttributionTerm::Part::head, 1, 2, 0});
    ASSERT_TRUE(effect);
    CellsSpec head{.site = "blocks.1.attn.hook_z"};
    head.heads = CellsSpec::Range{2, 3};
    const Snapshot& off = session(command::SwitchCells{head});
    const real* logits = off.trace().row(Site::logits, -1, 4);
    for (int t = 0; t < off.config().d_vocab; ++t)
        EXPECT_NEAR(logits[t], effect->logits[static_cast<std::size_t>(t)], 1e-5);
    EXPECT_NE(off.part_findings, found) << "of the run as it is now";
    EXPECT_FALSE(session(command::FindPartEffects{-1}).part_findings);
    EXPECT_FALSE(session(command::FindPartEffects{40}).part_findings) << "there is no such row";
}

} // namespace
} // namespace gf::tests::session_attribution_test
