// One operation at a time: Shift and arrows go through all steps of the computation, each with its true
// numbers.

#include "app/view/operations.h"
#include "app/view/sampling_preview.h"
#include "app/workbench_support.h"

namespace gf::ui::tests::operation_test {
namespace {

using ::testing::HasSubstr;

double length_of(const Trace& trace, Site site, int layer, int row, int first, int n) {
    const real* x = trace.row(site, layer, row) + first;
    double squares = 0;
    for (int i = 0; i < n; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    return std::sqrt(squares);
}

class OperationTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.workbench.settings().motion = false;
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 9));
        bench.post(command::PinHead{1, 2});
    }
    std::string sentence_of(const std::string& operation) {
        bench.post(command::SelectOperation{operation});
        return bench.all_text("Operation");
    }
    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(OperationTest, SentencesHaveTheNumbersOfTheRun) {
    const Trace& trace = bench.snapshot().trace();
    const ModelConfig& c = trace.config();
    const int row = bench.cursor() - 1;
    EXPECT_THAT(
        sentence_of("hook_embed"),
        HasSubstr(fmt::format("length {:.3g}", length_of(trace, Site::embed, -1, row, 0, c.d_model))));
    EXPECT_THAT(
        sentence_of("blocks.1.attn.hook_q"),
        HasSubstr(fmt::format("length {:.3g}", length_of(trace, Site::q, 1, row, 2 * c.d_head, c.d_head))));
    int best = 0;
    for (int k = 1; k <= row; ++k)
        if (trace.value({0, Site::pattern, 1, 2, row, k}) > trace.value({0, Site::pattern, 1, 2, row, best}))
            best = k;
    EXPECT_THAT(sentence_of("blocks.1.attn.hook_pattern"),
                HasSubstr(fmt::format("with {:.2f}", trace.value({0, Site::pattern, 1, 2, row, best}))));
    EXPECT_THAT(sentence_of("blocks.1.attn.hook_attn_scores"),
                HasSubstr(fmt::format("score {:.3g}", trace.value({0, Site::attn_scores, 1, 2, row, best}))));
    const auto p = probabilities_after(bench.snapshot(), row);
    EXPECT_THAT(sentence_of("logits"),
                HasSubstr(fmt::format("{:.1f} %", 100 * p[static_cast<std::size_t>(largest(p, 1)[0])])));
    bench.post(command::PinToken{4});
    EXPECT_THAT(
        sentence_of("blocks.0.attn.hook_z"),
        HasSubstr(fmt::format("length {:.3g}", length_of(trace, Site::z, 0, 4, 2 * c.d_head, c.d_head))))
        << "of the row in view";
    sentence_of("blocks.0.attn.hook_attn_scores");
    ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    EXPECT_EQ(operation_name(*bench.workbench.selection().operation), "blocks.0.attn.hook_attn_scores.mask");
    EXPECT_THAT(bench.all_text("Operation"), HasSubstr("hides 4 of 9 tokens"));
    ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    EXPECT_EQ(operation_name(*bench.workbench.selection().operation), "blocks.0.attn.hook_pattern");
    bench.post(command::SelectOperation{"blocks.0.attn.hook_q.mask"});
    EXPECT_THAT(bench.notice(), HasSubstr("scores"));
}

TEST_F(OperationTest, StagesOfSamplingAndTheDrawComeBehindTheLogits) {
    bench.post(command::SetSampling{{{StageKind::temperature, 0.7, true}, {StageKind::top_k, 5, true}}});
    sentence_of("logits");
    ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    const auto warm = probabilities_after(bench.snapshot(), bench.cursor() - 1, 0.7);
    const int best = largest(warm, 1)[0];
    EXPECT_THAT(bench.all_text("Operation"),
                HasSubstr(fmt::format("has {:.1f} % now", 100 * warm[static_cast<std::size_t>(best)])));
    ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    const auto kept = keep_largest(warm, 5);
    EXPECT_THAT(bench.all_text("Operation"),
                ::testing::AllOf(
                    HasSubstr("leaves 5 tokens"),
                    HasSubstr(fmt::format("has {:.1f} % now", 100 * kept[static_cast<std::size_t>(best)]))));
    ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    EXPECT_EQ(operation_name(*bench.workbench.selection().operation), "draw");
    EXPECT_THAT(bench.all_text("Operation"),
                HasSubstr(fmt::format("{:.4f} falls on", sampling_preview().step().u)));
    ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    EXPECT_EQ(operation_name(*bench.workbench.selection().operation), "draw") << "the last one";
    ui.key(ImGuiKey_Escape);
    EXPECT_EQ(bench.all_text("Operation"), "");
}

TEST_F(OperationTest, EachSiteHasASentenceInEveryKindOfModel) {
    for (const Preset& p : presets()) {
        SCOPED_TRACE(p.name);
        bench.open(saved_preset(p.name));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), 5));
        for (const Operation& o : all_operations(bench.snapshot().text(), bench.snapshot().chain)) {
            const std::string words = sentence_of(operation_name(o));
            EXPECT_THAT(words, HasSubstr(".")) << operation_name(o);
            EXPECT_EQ(words.find("nan"), std::string::npos) << operation_name(o) << ": " << words;
        }
    }
}

TEST_F(OperationTest, TheyGoOnByThemselvesUntilTheLast) {
    bench.post(command::PlayOperations{});
    const auto now = [&] { return operation_name(*bench.workbench.selection().operation); };
    EXPECT_EQ(now(), "hook_embed");
    ui.frames(200);
    EXPECT_NE(now(), "hook_embed");
    ui.click("Operation/Play operations");
    const std::string stopped = now();
    ui.frames(400);
    EXPECT_EQ(now(), stopped);
    bench.post(command::SelectOperation{"sampling.topk"});
    EXPECT_THAT(bench.notice(), HasSubstr("sampling.top-k"));
}

} // namespace
} // namespace gf::ui::tests::operation_test
