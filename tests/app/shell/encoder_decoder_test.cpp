// Encoder-decoders in the workbench: every panel shows the decoder with its attention to the source, or the
// encoder, and the numbers are those of runs that were computed apart.

#include "app/workbench_support.h"

#include <cmath>

namespace gf::ui::tests::encoder_decoder_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector<int> k_source = {7, 8, 9, 10, 3}, k_prompt = {3, 1, 4};
constexpr int k_tokens = 7;

class EncoderDecoderTest : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        bench.workbench.settings().motion = false;
        bench.open(model);
        ui.set("Transport/Source", ids_text(k_source));
        bench.prompt_ids(k_prompt);
        bench.post(command::Step{k_tokens - 3});
        ASSERT_EQ(bench.cursor(), k_tokens) << bench.notice();
        encoder = std::make_shared<Trace>(model.weights, TraceShape{5, Keep::all, Stack::encoder});
        extend(*encoder, k_source);
        decoder = std::make_shared<Trace>(model.weights, TraceShape{k_tokens}, RunSetup(), encoder);
        extend(*decoder, bench.tokens());
    }
    double of_decoder(Site site, int layer, int head, int row, int column) const {
        return static_cast<double>(decoder->value({0, site, layer, head, row, column}));
    }
    double of_encoder(Site site, int layer, int head, int row, int column) const {
        return static_cast<double>(encoder->value({0, site, layer, head, row, column}));
    }
    const Selection& selection() const { return bench.workbench.selection(); }
    std::string formula() const { return bench.all_text("Formula"); }
    /// The number behind the last "=" of a formula.
    static double last_number(const std::string& text) {
        return std::stod(text.substr(text.rfind(" =  ") + 4));
    }
    /// A figure in the tooltip of the Inspector, such as "min".
    double figure(const char* word) {
        return number_after(ui.tooltip("Inspector/figures"), std::string("\n") + word + " ");
    }
    ImVec2 middle_of(const std::string& item, int row, int column, int rows, int columns) const {
        return cell_middle(ui.rect(item), row, column, rows, columns);
    }

    const SavedModel& model = saved_preset(GetParam());
    std::shared_ptr<Trace> encoder, decoder;
    Bench bench;
    UiDriver& ui = bench.ui;
};
INSTANTIATE_TEST_SUITE_P(Models, EncoderDecoderTest,
                         ::testing::Values("encoder_decoder", "encoder_decoder_post"));

TEST_P(EncoderDecoderTest, TheTextStripShowsBothTexts) {
    const auto texts = ui.texts("Text");
    EXPECT_THAT(texts, ::testing::IsSupersetOf({"Source", "#7", "#8", "#9", "#10", "Text"}));
    EXPECT_THAT(ui.tooltip("Text/source token 3"), HasSubstr("source position 3, id 10"));
    EXPECT_EQ(selection().source_token.get(), 3);
    const double p = probabilities_after(bench.snapshot(), 4)[static_cast<std::size_t>(bench.tokens()[5])];
    EXPECT_NEAR(number_after(ui.tooltip("Text/token 5"), "probability "), p, 6e-5);
    ui.click("Text/source token 2");
    EXPECT_EQ(selection().run, gf::Run::k_source) << "it is looked at where it is read";
    EXPECT_EQ(selection().pinned_token, 2);
    ui.click("Text/token 4");
    EXPECT_EQ(selection().run, gf::Run::k_text);
    EXPECT_EQ(selection().pinned_token, 4);
    ui.set("Transport/Source", "11, 3");
    EXPECT_EQ(tokens_of(*bench.snapshot().source_run()), (std::vector{11, 3}));
    EXPECT_EQ(bench.tokens(), k_prompt);
    EXPECT_FALSE(ui.exists("Text/source token 2"));
    ui.set("Transport/Source", "11, 99");
    EXPECT_THAT(bench.notice(), HasSubstr("99"));
}

TEST_P(EncoderDecoderTest, SamplingIsTheDecodersWhicheverStackIsInView) {
    std::vector<real> logits(decoder->row(Site::logits, -1, k_tokens - 1),
                             decoder->row(Site::logits, -1, k_tokens - 1) + model.config().d_vocab);
    for (const char* run : {"text", "source"}) {
        bench.post(command::ViewRun{run});
        const auto p = probabilities_after(bench.snapshot(), k_tokens - 1);
        const int best = largest(p, 1).front();
        EXPECT_EQ(best, std::ranges::max_element(logits) - logits.begin());
        EXPECT_TRUE(bench.shows("Sampling", fmt::format("{:.1f}%", 100 * p[static_cast<std::size_t>(best)])))
            << run;
        EXPECT_TRUE(bench.shows("Sampling", numbered("#", best)));
    }
    ui.click("Sampling/Use it");
    EXPECT_EQ(bench.cursor(), k_tokens + 1);
}

TEST_P(EncoderDecoderTest, HeadsShowSelfOrCrossAttention) {
    EXPECT_THAT(ui.tooltip("Heads/L1H1"), HasSubstr("previous token"));
    ui.click("Heads/attention/cross");
    EXPECT_EQ(selection().attention, Attention::cross);
    double bits = 0;
    for (int q = 0; q < k_tokens; ++q)
        for (int k = 0; k < 5; ++k) {
            const double p = of_decoder(Site::cross_pattern, 1, 1, q, k);
            bits -= p > 0 ? p * std::log2(p) : 0;
        }
    const std::string tip = ui.tooltip("Heads/L1H1");
    EXPECT_THAT(tip, HasSubstr("over the source"));
    EXPECT_THAT(tip, ::testing::Not(HasSubstr("previous token"))) << "roles are ways to read one's own text";
    EXPECT_NEAR(number_after(tip, fmt::format("in {} tokens:\n", k_tokens)), bits / k_tokens, 6e-4);
    ui.click("Heads/L1H1");
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 1}));
    ui.click("Heads/attention/self");
    EXPECT_EQ(selection().attention, Attention::self);
}

TEST_P(EncoderDecoderTest, AHeadReadsTheSource) {
    bench.post(command::PinHead{1, 2});
    ui.click("Head/attention/cross");
    EXPECT_THAT(ui.texts("Head"), Contains(StartsWith("layer 1, head 2 to the source")));
    for (const char* form : {"lines", "matrix"}) {
        ui.click(std::string("Head/form/") + form);
        const bool matrix = form == std::string("matrix");
        const int query = matrix ? 2 : k_tokens - 1;
        if (matrix)
            ui.hover("Head/attention", middle_of("Head/attention", query, 3, k_tokens, 5));
        else
            ui.hover("Head/key 3");
        EXPECT_EQ(selection().cell.get(), (CellRef{0, Site::cross_pattern, 1, 2, query, 3}));
        EXPECT_EQ(selection().source_token.get(), 3);
        std::string said;
        for (const std::string& text : ui.texts("Head"))
            if (text.find("reads source key") != std::string::npos) said = text;
        EXPECT_THAT(said, HasSubstr("key #10 (3)"));
        EXPECT_NEAR(number_after(said, "weight "), of_decoder(Site::cross_pattern, 1, 2, query, 3), 6e-5);
        EXPECT_NEAR(number_after(said, "score "), of_decoder(Site::cross_attn_scores, 1, 2, query, 3), 6e-4);
        ui.leave();
    }
    EXPECT_FALSE(ui.exists("Head/key 5")) << "the source has 5 tokens";
    ui.click_at("Head/attention", middle_of("Head/attention", 1, 4, k_tokens, 5));
    EXPECT_EQ(selection().pinned_cell, (CellRef{0, Site::cross_pattern, 1, 2, 1, 4}));
}

TEST_P(EncoderDecoderTest, TheInspectorShowsSitesOfBothStacks) {
    bench.post(command::PinHead{0, 1});
    const auto expect_range = [&](const std::string& name, int rows, int columns, auto value) {
        bench.post(command::Inspect{name});
        EXPECT_TRUE(bench.shows("Inspector", fmt::format("{} × {}", rows, columns))) << name;
        double least = 1e300, greatest = -1e300;
        for (int r = 0; r < rows; ++r)
            for (int c = 0; c < columns; ++c) {
                least = std::min(least, value(r, c));
                greatest = std::max(greatest, value(r, c));
            }
        EXPECT_NEAR(figure("min"), least, 1e-5) << name;
        EXPECT_NEAR(figure("max"), greatest, 1e-5) << name;
        EXPECT_THAT(ui.tooltip("Inspector/name"), HasSubstr("\n" + std::string(name) + "\n"));
    };
    const int d = model.config().d_model;
    expect_range("decoder.blocks.0.cross_attn.hook_pattern", k_tokens, 5,
                 [&](int r, int c) { return of_decoder(Site::cross_pattern, 0, 1, r, c); });
    expect_range("decoder.hook_encoder_out", 5, d,
                 [&](int r, int c) { return of_decoder(Site::encoder_out, -1, -1, r, c); });
    EXPECT_EQ(selection().run, gf::Run::k_text);
    expect_range("encoder.blocks.0.attn.hook_pattern", 5, 5,
                 [&](int r, int c) { return of_encoder(Site::pattern, 0, 1, r, c); });
    EXPECT_EQ(selection().run, gf::Run::k_source) << "its stack comes into view";
    expect_range("encoder.blocks.0.hook_attn_out", 5, d,
                 [&](int r, int c) { return of_encoder(Site::attn_out, 0, -1, r, c); });
    expect_range("decoder.blocks.1.hook_cross_attn_out", k_tokens, d,
                 [&](int r, int c) { return of_decoder(Site::cross_attn_out, 1, -1, r, c); });
    ui.hover("Inspector/map", middle_of("Inspector/map", 1, 0, k_tokens, d));
    EXPECT_EQ(selection().token.get(), 1);
    bench.post(command::Inspect{"decoder.hook_encoder_out"});
    ui.hover("Inspector/map", middle_of("Inspector/map", 3, 0, 5, d));
    EXPECT_EQ(selection().token.get(), std::nullopt) << "its rows are no tokens of the text";
    EXPECT_THAT(ui.texts("Inspector"), Contains(HasSubstr("#10 of the source")));
}

TEST_P(EncoderDecoderTest, TheFormulaBarComputesWithBothStacks) {
    const auto pinned = [&](const std::string& name, int head, int row, int column) {
        bench.post(command::PinCell{name, head, row, column});
        EXPECT_EQ(bench.notice(), "");
        return formula();
    };
    const std::string z = pinned("decoder.blocks.1.cross_attn.hook_z", 0, 4, 2);
    EXPECT_THAT(z, StartsWith("decoder.blocks.1.cross_attn.hook_z[t4"));
    EXPECT_NEAR(last_number(z), of_decoder(Site::cross_z, 1, 0, 4, 2), 6e-3);
    EXPECT_THAT(z, HasSubstr("of the source"));
    const std::string key = pinned("decoder.blocks.0.cross_attn.hook_k", 0, 4, 1); // a row of the source
    EXPECT_NEAR(last_number(key), of_decoder(Site::cross_k, 0, 0, 4, 1), 6e-3);
    const std::string q = pinned("encoder.blocks.0.attn.hook_q", 1, 3, 2);
    EXPECT_THAT(q, StartsWith("encoder.blocks.0.attn.hook_q[t3 “#10”"));
    EXPECT_NEAR(last_number(q), of_encoder(Site::q, 0, 1, 3, 2), 6e-3);
    EXPECT_EQ(selection().run, gf::Run::k_source);
    bench.post(command::PinCell{"encoder.blocks.0.cross_attn.hook_q", 0, 0, 0});
    EXPECT_THAT(bench.notice(), HasSubstr("nearest")) << "the encoder has none";
}

TEST_P(EncoderDecoderTest, FlowShowsTheAttentionToTheSourceAndTheEncoderAsOneBlock) {
    bench.post(command::PinHead{1, 2});
    EXPECT_THAT(ui.texts("Flow"), Contains(HasSubstr("the encoder is the block at the left")));
    const std::string matrix = "Flow/cross_attn.hook_pattern";
    ui.hover(matrix, middle_of(matrix, 5, 3, k_tokens, 5));
    EXPECT_EQ(selection().cell.get(), (CellRef{0, Site::cross_pattern, 1, 2, 5, 3}));
    EXPECT_EQ(selection().source_token.get(), 3);
    EXPECT_THAT(ui.tooltip("Flow/header cross_attn.hook_pattern"),
                HasSubstr("7 queries x 5 tokens of the source"));
    ui.hover("Flow/source 2", {ui.rect("Flow/source 2").width() * 0.7f, 4});
    ASSERT_TRUE(selection().cell.get());
    EXPECT_EQ(selection().cell.get()->site, Site::encoder_out);
    EXPECT_EQ(selection().cell.get()->row, 2);
    EXPECT_FALSE(ui.exists("Flow/source 5"));
    ui.click("Flow/encoder");
    EXPECT_EQ(selection().run, gf::Run::k_source);
    EXPECT_THAT(ui.texts("Flow"), Contains(HasSubstr("the decoder is the block at the right")));
    EXPECT_FALSE(ui.exists(matrix));
    const std::string pattern = "Flow/attn.hook_pattern";
    ui.hover(pattern, middle_of(pattern, 1, 4, 5, 5)); // it reads ahead
    EXPECT_EQ(selection().cell.get(),
              (CellRef{gf::Run::k_source, Site::pattern, bench.pinned_head().layer, 2, 1, 4}));
    EXPECT_NEAR(last_number(formula()), of_encoder(Site::pattern, bench.pinned_head().layer, 2, 1, 4), 6e-3);
    ui.click("Flow/decoder");
    EXPECT_EQ(selection().run, gf::Run::k_text);
}

TEST_P(EncoderDecoderTest, OutlineAndKeysWalkThroughTheStackInView) {
    ui.click("Outline/encoder");
    EXPECT_EQ(selection().run, gf::Run::k_source);
    EXPECT_TRUE(ui.exists("Outline/decoder"));
    EXPECT_FALSE(ui.exists("Outline/encoder"));
    bench.post(command::SelectOperation{"encoder.blocks.0.attn.hook_pattern"});
    EXPECT_EQ(selection().operation, (SiteRef{Site::pattern, 0}));
    ui.key(ImGuiMod_Shift | ImGuiKey_RightArrow);
    EXPECT_EQ(selection().operation, (SiteRef{Site::z, 0}));
    ui.click("Heads/L0H1");
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 1}));
    EXPECT_FALSE(ui.exists("Heads/attention/cross")) << "the encoder reads no other text";
    ui.key(ImGuiKey_RightArrow);
    EXPECT_EQ(bench.cursor(), k_tokens + 1) << "one token on in the text";
    ui.key(ImGuiKey_Home);
    ui.key(ImGuiKey_End);
    EXPECT_EQ(bench.cursor(), k_tokens + 1);
    bench.post(command::SelectOperation{"decoder.blocks.0.cross_attn.hook_z"});
    EXPECT_EQ(selection().run, gf::Run::k_text);
    bench.post(command::ViewAttention{"cross"});
    EXPECT_EQ(selection().attention, Attention::cross);
    bench.open(saved_preset("llama"));
    EXPECT_EQ(selection().attention, Attention::self);
    bench.post(command::ViewRun{"source"});
    EXPECT_THAT(bench.notice(), HasSubstr("view-run"));
    EXPECT_EQ(selection().run, gf::Run::k_text);
    EXPECT_FALSE(ui.exists("Transport/Source"));
}

TEST_P(EncoderDecoderTest, ValuesOfTheEncoderAreEdited) {
    bench.post(command::AskValue{"encoder.blocks.0.hook_resid_post", -1, 1, 2});
    ui.type("3.5");
    ui.key(ImGuiKey_Enter);
    ui.frames(3);
    ASSERT_EQ(bench.notice(), "");
    const Edit edit{{Site::resid_post, 0, 1, 2, 0, 1, 2, 3}, Edit::Kind::values, {real(3.5)}, nullptr};
    Trace edited(model.weights, encoder->shape(), RunSetup{.edits = {edit}});
    extend(edited, {encoder->tokens(), static_cast<std::size_t>(encoder->n_tokens())});
    const int last = edited.config().n_layers - 1;
    bench.post(command::Inspect{"encoder." + site_name(Site::resid_post, last)});
    double greatest = -1e300;
    for (int r = 0; r < edited.n_tokens(); ++r)
        for (int c = 0; c < edited.config().d_model; ++c)
            greatest =
                std::max(greatest, static_cast<double>(edited.value({0, Site::resid_post, last, -1, r, c})));
    EXPECT_NEAR(figure("max"), greatest, 1e-4);
    EXPECT_TRUE(ui.exists("Formula/edits 1"));
    bench.post(command::ViewRun{"text"});
    ui.click("Formula/edits 1");
    ui.click("Popup/1 of the encoder");
    EXPECT_EQ(selection().run, gf::Run::k_source);
    bench.post(command::Undo{});
    EXPECT_FALSE(ui.exists("Formula/edits 1"));
}

TEST_P(EncoderDecoderTest, EditsAreWhatTheDecoderReads) {
    bench.post(command::EditCell{{"decoder.hook_encoder_out", -1, 4, 2}, 3});
    ASSERT_EQ(bench.notice(), "");
    const Edit edit{{Site::encoder_out, -1, 4, 5, 0, 1, 2, 3}, Edit::Kind::values, {real(3)}, nullptr};
    Trace expected(model.weights, TraceShape{k_tokens}, RunSetup{.edits = {edit}}, encoder);
    extend(expected, bench.tokens());
    const Snapshot& s = bench.snapshot();
    EXPECT_NEAR(s.trace().row(Site::logits, -1, 6)[9], expected.row(Site::logits, -1, 6)[9], 1e-4);
    EXPECT_TRUE(ui.exists("Formula/edits 1"));
}

class LongSourceOfTwoLayersTest : public EncoderDecoderTest {}; // with an encoder of two layers
INSTANTIATE_TEST_SUITE_P(Models, LongSourceOfTwoLayersTest, ::testing::Values("encoder_decoder"));

/// Above the trace budget the unfolded layer of the encoder is computed again, as a decoder's is.
TEST_P(LongSourceOfTwoLayersTest, TheLayerInViewIsSeen) {
    bench.post(command::SetTraceBudget{1});
    const std::vector<int> source = random_tokens(model.config(), 110);
    bench.post(command::SetSource{ids_text(source)});
    ASSERT_FALSE(bench.snapshot().source_run()->trace->kept(Site::pattern));
    const auto whole = std::make_shared<Trace>(model.weights, TraceShape{110, Keep::all, Stack::encoder});
    extend(*whole, source);
    bench.post(command::ViewRun{"source"});
    for (const int layer : {1, 0}) {
        SCOPED_TRACE(layer);
        bench.post(command::PinHead{layer, 1});
        bench.post(command::PinCell{fmt::format("encoder.blocks.{}.attn.hook_pattern", layer), 1, 90, 100});
        const Trace& shown = *bench.snapshot().source_run()->trace;
        ASSERT_TRUE(shown.kept(Site::pattern, layer));
        ASSERT_FALSE(shown.kept(Site::pattern, 1 - layer));
        const CellRef cell{0, Site::pattern, layer, 1, 90, 100};
        const auto expected = static_cast<double>(whole->value(cell));
        EXPECT_NEAR(static_cast<double>(shown.value(cell)), expected, 1e-5);
        EXPECT_NEAR(last_number(formula()), expected, 1e-4);
        EXPECT_THAT(ui.texts("Flow"), Contains(HasSubstr("this layer was computed again")));
        EXPECT_THAT(ui.texts("Heads"), Contains(HasSubstr(fmt::format("layer {} alone", layer))));
    }
    bench.post(command::ViewRun{"text"});
    EXPECT_FALSE(bench.snapshot().source_run()->trace->kept(Site::pattern)) << "nobody looks at it";
}

TEST_P(EncoderDecoderTest, ALongSourceIsKeptInPartAndSaidSo) {
    bench.post(command::SetTraceBudget{1});
    const std::vector<int> source = random_tokens(model.config(), 200);
    bench.post(command::SetSource{ids_text(source)});
    const Trace& kept = *bench.snapshot().source_run()->trace;
    ASSERT_FALSE(kept.kept(Site::pattern));
    EXPECT_THAT(ui.texts("Flow"), Contains(StartsWith("and "))) << "more tokens than lines";
    bench.post(command::ViewRun{"source"});
    for (const char* panel : {"Heads", "Head"})
        EXPECT_THAT(ui.texts(panel), Contains(HasSubstr("A shorter source"))) << panel;
    EXPECT_THAT(ui.texts("Flow"), Contains(HasSubstr("keys and values are kept only")));
    bench.post(command::Inspect{"encoder.blocks.0.hook_resid_post"});
    double greatest = -1e300;
    for (int r = 0; r < 200; ++r)
        for (int c = 0; c < model.config().d_model; ++c)
            greatest =
                std::max(greatest, static_cast<double>(kept.value({0, Site::resid_post, 0, -1, r, c})));
    EXPECT_NEAR(figure("max"), greatest, 1e-6);
    bench.post(command::Inspect{"encoder.blocks.0.attn.hook_z"});
    EXPECT_THAT(ui.texts("Inspector"), Contains(HasSubstr("A shorter source")));
}

} // namespace
} // namespace gf::ui::tests::encoder_decoder_test
