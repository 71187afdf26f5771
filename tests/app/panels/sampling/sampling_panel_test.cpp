// The sampling panel against the definitions, which are computed here in double precision: the table, the
// stages, and the token that is drawn.

#include "app/panels/sampling/entropy_line.h"
#include "app/workbench_support.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace gf::ui::tests::sampling_panel_test {
namespace {

using ::testing::HasSubstr;

class SamplingTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids({3, 1, 4, 1, 5});
        bench.post(command::Step{4});
    }
    void click(const std::string& item) { ui.click("Sampling/" + item); }
    int n_vocab() { return bench.snapshot().config().d_vocab; }
    std::vector<double> p(double temperature = 1) {
        return probabilities_after(bench.snapshot(), bench.cursor() - 1, temperature);
    }
    const SampleStage& stage(StageKind kind) {
        return *std::ranges::find(bench.snapshot().chain, kind, &SampleStage::kind);
    }
    /// What the stages do, "entropy 3.46 → 2.10 bits; 5 of 53 tokens left"; empty where they do nothing.
    std::string summary_line() { return entropy_line(bench); }
    /// The entropy that stands below the stages: "3.46 bits".
    double bits() {
        for (const std::string& text : ui.texts("Sampling"))
            if (text.ends_with(" bits"))
                return number_after("=" + text, text.find("→") == std::string::npos ? "=" : "→");
        return -1;
    }
    /// The two texts of a row of the table: the logit, and the probability or "cut".
    /// Empty if the row is out of sight.
    std::vector<std::string> row(int id) {
        const auto texts = ui.texts("Sampling");
        const auto at = std::ranges::find(texts, numbered("#", id));
        return at == texts.end() ? std::vector<std::string>() : std::vector(at + 1, at + 3);
    }
    /// The number of rows in sight that are marked as cut.
    int n_cut_rows() {
        const auto texts = ui.texts("Sampling");
        return static_cast<int>(std::ranges::count(texts, "cut"));
    }
    static std::string candidate(int id) { return numbered("Sampling/", id) + "/candidate"; }

    Bench bench{{.height = 1100}}; // so that the table has room for some rows
    UiDriver& ui = bench.ui;
};

std::vector<double> softmax(std::vector<double> x) {
    const double most = *std::ranges::max_element(x);
    double sum = 0;
    for (double& v : x) sum += v = std::exp(v - most);
    for (double& v : x) v /= sum;
    return x;
}

double percent(const std::vector<std::string>& row) { return number_after("=" + row.at(1), "="); }

TEST_F(SamplingTest, TheTableShowsTheDistribution) {
    const auto expected = p();
    const auto ids = largest(expected, n_vocab());
    const real* logits = bench.snapshot().trace().row(Site::logits, -1, 8);
    int seen = 0;
    for (const int id : ids) {
        const auto shown = row(id);
        if (shown.empty()) continue;
        ++seen;
        EXPECT_NEAR(percent(shown), 100 * expected[static_cast<std::size_t>(id)], 0.05001) << id;
        EXPECT_NEAR(number_after("=" + shown[0], "="), logits[id], 0.005001) << id;
    }
    EXPECT_GE(seen, 8);
    EXPECT_NEAR(bits(), entropy_bits(expected), 0.005001);
    EXPECT_EQ(summary_line(), "") << "no stage changes anything";
    const std::string tooltip_text = ui.tooltip(candidate(ids[2]));
    EXPECT_EQ(number_after(tooltip_text, "id"), ids[2]);
    EXPECT_NEAR(number_after(tooltip_text, "→"), expected[static_cast<std::size_t>(ids[2])], 0.5001e-5);
}

TEST_F(SamplingTest, TheSliderActsInTheSameFrame) {
    click("temperature");
    const int id = largest(p(), 1)[0];
    const UiRect track = ui.rect("Sampling/value");
    ui.hover("Sampling/value", {track.width() * 0.3f, track.height() / 2});
    const double before = percent(row(id));
    EXPECT_NEAR(before, 100 * p()[static_cast<std::size_t>(id)], 0.05001);

    ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    bench.bare_frame(); // the session has not even heard of it
    EXPECT_EQ(stage(StageKind::temperature).value, 1);
    const double shown = percent(row(id)), shown_entropy = bits();
    bench.workbench.settle();
    const double temperature = stage(StageKind::temperature).value;
    EXPECT_NEAR(temperature, 0.05 + 0.3 * 1.95, 0.1) << "the knob has a width";
    EXPECT_NEAR(shown, 100 * p(temperature)[static_cast<std::size_t>(id)], 0.05001);
    EXPECT_NEAR(shown_entropy, entropy_bits(p(temperature)), 0.005001);
    EXPECT_GT(shown, before + 1);

    ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    ui.frames(2);
    EXPECT_EQ(percent(row(id)), shown) << "and the session agrees";
    ui.set("Sampling/value", 0.5);
    EXPECT_FLOAT_EQ(static_cast<float>(stage(StageKind::temperature).value), 0.5f);
    EXPECT_NEAR(percent(row(id)), 100 * p(0.5)[static_cast<std::size_t>(id)], 0.05001);
    ui.key(ImGuiMod_Ctrl | ImGuiKey_Z); // all moves of the slider are one step
    EXPECT_EQ(stage(StageKind::temperature).value, 1);
    EXPECT_NEAR(percent(row(id)), before, 1e-9);
}

TEST_F(SamplingTest, ChoosingAStageChangesNothing) {
    const SamplingChain before = bench.snapshot().chain;
    for (const char* chip :
         {"repetition", "temperature", "top-k", "top-p", "min-p", "greedy", "temperature", "all stages"}) {
        SCOPED_TRACE(chip);
        click(chip);
        EXPECT_TRUE(ui.is_checked(std::string("Sampling/") + chip));
        click(chip);
        EXPECT_EQ(bench.snapshot().chain, before);
        if (std::string(chip) == "top-k") {
            EXPECT_EQ(summary_line(), "") << "it is off: it changes nothing";
        }
    }
    EXPECT_FALSE(bench.snapshot().can_undo && bench.snapshot().chain != before);
}

TEST_F(SamplingTest, CutTokensStayInSight) {
    const auto whole = p();
    const auto ids = largest(whole, n_vocab());
    click("top-k");
    EXPECT_FALSE(ui.is_checked("Sampling/on"));
    ui.set("Sampling/value", 5);
    EXPECT_EQ(stage(StageKind::top_k), (SampleStage{StageKind::top_k, 5, true}));
    EXPECT_TRUE(ui.is_checked("Sampling/on"));
    const auto kept = keep_largest(whole, 5);
    EXPECT_NEAR(number_after(summary_line(), "entropy"), entropy_bits(whole), 0.005001);
    EXPECT_NEAR(number_after(summary_line(), "→"), entropy_bits(kept), 0.005001);
    EXPECT_THAT(summary_line(), HasSubstr("; 5 of 53 tokens left"));
    for (int i = 0; i < 8; ++i) {
        const auto shown = row(ids[static_cast<std::size_t>(i)]);
        ASSERT_EQ(shown.size(), 2u) << i;
        if (i < 5) {
            EXPECT_NEAR(percent(shown),
                        100 * kept[static_cast<std::size_t>(ids[static_cast<std::size_t>(i)])], 0.05001);
        } else {
            EXPECT_EQ(shown[1], "cut");
        }
    }
    EXPECT_GE(n_cut_rows(), 3);
    EXPECT_THAT(ui.tooltip(candidate(ids[6])), HasSubstr("cut by top-k"));
    EXPECT_THAT(ui.tooltip(candidate(ids[4])), ::testing::Not(HasSubstr("cut by")));
    click("on");
    EXPECT_FALSE(stage(StageKind::top_k).on);
    EXPECT_EQ(n_cut_rows(), 0);
    EXPECT_EQ(summary_line(), "");
}

TEST_F(SamplingTest, EveryStageIsSetByItsChip) {
    const auto set = [&](const char* chip, double value) {
        click(chip);
        ui.set("Sampling/value", value);
    };
    const auto n_left = [&] { return static_cast<int>(number_after(summary_line(), ";")); };
    const auto whole = p();
    set("top-p", 0.6);
    int nucleus = 0;
    double sum = 0;
    for (const int id : largest(whole, n_vocab())) {
        if (sum >= 0.6) break;
        sum += whole[static_cast<std::size_t>(id)];
        ++nucleus;
    }
    EXPECT_EQ(n_left(), nucleus);
    click("on");
    set("min-p", 0.2);
    EXPECT_EQ(n_left(), std::ranges::count_if(
                            whole, [&](double x) { return x >= 0.2 * *std::ranges::max_element(whole); }));
    click("on");
    click("greedy");
    click("on");
    EXPECT_EQ(n_left(), 1);
    EXPECT_FALSE(ui.exists("Sampling/value"));
    click("on");
    set("repetition", 1.5);
    const real* logits = bench.snapshot().trace().row(Site::logits, -1, 8);
    const std::vector<int> text = bench.tokens();
    std::vector<double> penalised(logits, logits + n_vocab());
    for (const int id : std::set<int>(text.begin(), text.end()))
        penalised[static_cast<std::size_t>(id)] = logits[id] > 0 ? logits[id] / 1.5 : logits[id] * 1.5;
    const auto after = softmax(penalised);
    int seen = 0;
    for (const int id : bench.tokens()) {
        if (row(id).empty()) continue;
        ++seen;
        EXPECT_NEAR(number_after("=" + row(id)[0], "="), logits[id], 0.005001) << id << ": the raw one";
        EXPECT_NEAR(percent(row(id)), 100 * after[static_cast<std::size_t>(id)], 0.05001) << id;
    }
    EXPECT_GE(seen, 1);
}

TEST_F(SamplingTest, StagesChangePlaces) {
    const auto order = [&] {
        std::vector<StageKind> kinds;
        for (const SampleStage& s : bench.snapshot().chain) kinds.push_back(s.kind);
        return kinds;
    };
    using enum StageKind;
    ASSERT_EQ(order(), (std::vector{repetition_penalty, temperature, top_k, top_p, min_p, greedy}));
    click("top-p");
    ui.set("Sampling/value", 0.6);
    click("temperature");
    ui.set("Sampling/value", 2);
    // The nucleus of the flattened distribution is larger than the flattened nucleus.
    const auto nucleus = [&](const std::vector<double>& q) {
        double sum = 0;
        int n = 0;
        for (const int id : largest(q, n_vocab())) {
            if (sum >= 0.6) break;
            sum += q[static_cast<std::size_t>(id)];
            ++n;
        }
        return n;
    };
    const auto n_left = [&] { return static_cast<int>(number_after(summary_line(), ";")); };
    click("all stages");
    const int after = nucleus(p(2)), before = nucleus(p(1));
    ASSERT_GT(after, before);
    EXPECT_EQ(n_left(), after);
    click("temperature");
    click("Later in the chain");
    EXPECT_EQ(order(), (std::vector{repetition_penalty, top_k, temperature, top_p, min_p, greedy}));
    click("Later in the chain");
    EXPECT_EQ(order(), (std::vector{repetition_penalty, top_k, top_p, temperature, min_p, greedy}));
    EXPECT_TRUE(ui.is_checked("Sampling/temperature")) << "it stays in hand";
    click("all stages");
    EXPECT_EQ(n_left(), before);
    click("temperature");
    for (int i = 0; i < 5; ++i) click("Earlier in the chain");
    EXPECT_EQ(order(), (std::vector{temperature, repetition_penalty, top_k, top_p, min_p, greedy}));
    EXPECT_FALSE(bench.snapshot().message_is_error);
}

TEST_F(SamplingTest, TheDrawIsTheSamplers) {
    const auto check = [&](double temperature) {
        const double u = uniform(bench.snapshot().next_draw);
        const auto q = p(temperature);
        const int id = token_drawn(q, u);
        const std::string tooltip_text = ui.tooltip("Sampling/the draw");
        EXPECT_TRUE(tooltip_text.starts_with(numbered("#", id) + " covers"))
            << tooltip_text << ", expected " << id;
        EXPECT_NEAR(number_after(tooltip_text, "u ="), u, 0.5001e-6);
        double below = 0;
        for (const int other : largest(q, n_vocab())) {
            if (other == id) break;
            below += q[static_cast<std::size_t>(other)];
        }
        EXPECT_NEAR(number_after(tooltip_text, "covers"), below, 0.6e-4);
        EXPECT_NEAR(number_after(tooltip_text, " to"), below + q[static_cast<std::size_t>(id)], 0.6e-4);
        return id;
    };
    EXPECT_EQ(bench.snapshot().next_draw, (DrawKey{42, 0, 9, 0}));
    const int first = check(1);
    click("Use it");
    EXPECT_EQ(bench.cursor(), 10);
    EXPECT_EQ(bench.tokens().back(), first);
    check(1);
    ui.click("Transport/Back");
    EXPECT_EQ(check(1), first) << "the place decides";
    ui.click("Transport/Last");
    click("temperature");
    ui.set("Sampling/value", 2);
    const int hot = check(stage(StageKind::temperature).value);
    click("Use it");
    EXPECT_EQ(bench.tokens().back(), hot);
}

TEST_F(SamplingTest, ResampleDrawsAgain) {
    const std::vector<int> before = bench.tokens();
    click("Resample");
    EXPECT_EQ(bench.snapshot().next_draw, (DrawKey{42, 0, 9, 1}))
        << "nothing was there yet: only the number changes";
    EXPECT_EQ(bench.snapshot().tree.size(), 1u);
    const int id = token_drawn(p(), uniform(bench.snapshot().next_draw));
    EXPECT_TRUE(ui.tooltip("Sampling/the draw").starts_with(numbered("#", id) + " covers"));
    click("Use it");
    EXPECT_EQ(bench.tokens().back(), id);

    ui.click("Transport/Back");
    std::uint32_t number = 1;
    int other = id;
    while (other == id) { // until a draw differs: then it is a branch
        click("Resample");
        other = token_drawn(p(), uniform({42, 0, 9, ++number}));
        ASSERT_LT(number, 20u);
    }
    EXPECT_EQ(bench.snapshot().tree.size(), 2u);
    EXPECT_EQ(bench.snapshot().branch, 1);
    EXPECT_EQ(bench.rows(), 10);
    const std::vector<int> now = bench.tokens();
    EXPECT_EQ(now.back(), other);
    EXPECT_EQ(std::vector(now.begin(), now.begin() + 9), before);
}

TEST_F(SamplingTest, ADoubleClickOnACandidateWritesIt) {
    const std::vector<int> before = bench.tokens();
    const int id = largest(p(), 6)[5];
    ui.double_click(candidate(id));
    EXPECT_FALSE(ui.exists("Sampling/Write this token")) << "the card of the first click is gone";
    std::vector<int> expected = before;
    expected.push_back(id);
    EXPECT_EQ(bench.tokens(), expected);
    EXPECT_EQ(bench.snapshot().text().origin(9).kind, TokenOrigin::Kind::forced);
    ui.click("Transport/Back");
    EXPECT_NE(bench.text_with("Sampling", "the next token was not drawn"), "");
    ui.click("Transport/Undo");
    EXPECT_EQ(bench.tokens(), before);
}

TEST_F(SamplingTest, ThePanelFollowsTheCursor) {
    for (const int position : {1, 4, 9}) {
        bench.post(command::Jump{position});
        const auto expected = p();
        ASSERT_EQ(bench.cursor() - 1, position - 1);
        EXPECT_NEAR(bits(), entropy_bits(expected), 0.005001) << position;
        EXPECT_NEAR(percent(row(largest(expected, 1)[0])),
                    100 * expected[static_cast<std::size_t>(largest(expected, 1)[0])], 0.05001);
        EXPECT_TRUE(bench.shows("Sampling", numbered("next token, after ", position) +
                                                (position == 1 ? " token" : " tokens")));
    }
}

} // namespace
} // namespace gf::ui::tests::sampling_panel_test
