// The panel Attribution: its numbers against those of the split, which its own tests prove, and what a person
// looks into.

#include "app/workbench_support.h"

#include "measures/part_effects.h"
#include "measures/score_split.h"

namespace gf::ui::tests::attribution_panel_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int k_tokens = 9, k_token = 6;
using Part = AttributionTerm::Part;

class AttributionPanelOf : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        bench.open(saved_preset(GetParam()));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), k_tokens));
        bench.post(command::SetLayout{"Attribution"});
        bench.post(command::PinToken{k_token});
        ui.leave();
        ui.frames(3);
    }
    std::vector<int> likeliest() {
        std::vector<double> logits;
        for (int t = 0; t < bench.snapshot().config().d_vocab; ++t)
            logits.push_back(static_cast<double>(bench.snapshot().trace().row(Site::logits, -1, k_token)[t]));
        return largest(logits, 3);
    }
    Attribution split(int token, int against) {
        Attribution a;
        a.look_at(bench.snapshot().text().trace, {k_token, token, against});
        return a;
    }
    static int strongest_head(const Attribution& a) {
        int best = -1;
        for (int i = 0; i < static_cast<int>(a.terms().size()); ++i) {
            const AttributionTerm& term = a.terms()[static_cast<std::size_t>(i)];
            if (term.part == Part::head &&
                (best < 0 ||
                 std::abs(term.value) > std::abs(a.terms()[static_cast<std::size_t>(best)].value)))
                best = i;
        }
        return best;
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};
INSTANTIATE_TEST_SUITE_P(Models, AttributionPanelOf,
                         ::testing::Values("llama", "gpt2", "mixtral", "both_norms"));

TEST_P(AttributionPanelOf, SplitsTheDifferenceOfTheTwoLikeliest) {
    const std::vector<int> best = likeliest();
    const Attribution a = split(best[0], best[1]);
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:+.3f}", a.sum())));
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:.5f}", a.sum())));
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:.5f}", a.value())));
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:.4f}", a.taken()[0].value)));
    for (const int token : best)
        EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:.3f}", bench.snapshot().trace().row(
                                                                         Site::logits, -1, k_token)[token])));
    const AttributionTerm& head = a.terms()[static_cast<std::size_t>(strongest_head(a))];
    AttributionSource most;
    for (const AttributionSource& source : a.sources(head)) {
        EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:+.3f}", source.value())));
        EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:.3f}", source.weight)));
        if (std::abs(source.value()) > std::abs(most.value())) most = source;
    }
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("of the {:+.3f} from “#{}”", most.value(),
                                                       bench.tokens()[static_cast<std::size_t>(most.row)])));
    double largest_copied = 0;
    for (const AttributionTerm& term : a.copied(head, most))
        if (std::abs(term.value) > std::abs(largest_copied)) largest_copied = term.value;
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:+.3f}", largest_copied)));
}

TEST_P(AttributionPanelOf, AnotherTokenOrNoneIsChosenByClick) {
    const std::vector<int> best = likeliest();
    ui.click(fmt::format("Attribution/against {}", best[2]));
    EXPECT_TRUE(ui.is_checked(fmt::format("Attribution/against {}", best[2])));
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:.5f}", split(best[0], best[2]).value())));
    ui.click(fmt::format("Attribution/token {}", best[1]));
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:.5f}", split(best[1], best[2]).value())));
    ui.click("Attribution/of/one logit");
    EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:.5f}", split(best[1], -1).value())));
}

TEST_P(AttributionPanelOf, PointingAtABarExplainsItAndAClickLooksInto) {
    const std::vector<int> best = likeliest();
    const Attribution a = split(best[0], best[1]);
    const UiRect bars = ui.rect("Attribution/parts");
    const auto n = static_cast<float>(a.terms().size());
    const auto at = [&](int i) {
        return ImVec2{bars.width() * (static_cast<float>(i) + 0.5f) / n, bars.height() / 2};
    };
    int head = strongest_head(a);
    head = head > 0 && a.terms()[static_cast<std::size_t>(head - 1)].part == Part::head ? head - 1 : head + 1;
    const AttributionTerm& term = a.terms()[static_cast<std::size_t>(head)];
    ui.hover("Attribution/parts", at(head));
    ui.frames(2);
    EXPECT_THAT(bench.all_text("Formula"), HasSubstr(fmt::format("[L{}H{}", term.layer, term.index)));
    EXPECT_THAT(bench.all_text("Formula"), HasSubstr(fmt::format("{:+.4f}", term.value)));
    ui.click_at("Attribution/parts", at(head));
    ui.leave();
    EXPECT_EQ(bench.pinned_head(), (HeadRef{term.layer, term.index}));
    for (const AttributionSource& source : a.sources(term))
        EXPECT_TRUE(bench.shows("Attribution", fmt::format("{:+.3f}", source.value())));
    ui.click("Attribution/source 1");
    EXPECT_TRUE(ui.is_checked("Attribution/source 1"));
    EXPECT_THAT(bench.all_text("Attribution"), HasSubstr(fmt::format("from “#{}”", bench.tokens()[1])));
}

TEST_P(AttributionPanelOf, SaysWhatSwitchingOffReallyChanges) {
    const std::vector<int> best = likeliest();
    const auto found = bench.snapshot().part_findings;
    ASSERT_TRUE(found) << "the panel asks by itself";
    EXPECT_EQ(found->row, k_token);
    double largest_fall = 0;
    for (const PartFindings::Effect& effect : found->effects)
        if (const double fall = found->fall(effect, {k_token, best[0], best[1]});
            effect.part.layer >= 0 && std::abs(fall) > std::abs(largest_fall))
            largest_fall = fall;
    EXPECT_THAT(bench.all_text("Attribution"), HasSubstr("switched off"));
    EXPECT_THAT(bench.all_text("Attribution"), HasSubstr(fmt::format("{:.2f}", largest_fall)));
}

/// Cells, sums and the score of the split; in a layer behind the first, whose attention unfolds.
TEST(AttributionPanel, SaysWhyAHeadLooksThere) {
    Bench bench;
    bench.open(saved_preset("llama"));
    bench.prompt_ids(random_tokens(bench.snapshot().config(), k_tokens));
    bench.post(command::SetLayout{"Attribution"});
    bench.post(command::PinToken{k_token});
    Attribution a;
    a.look_at(bench.snapshot().text().trace, {k_token, 0, -1});
    int part = 0; // of head 3 in layer 1
    while (a.terms()[static_cast<std::size_t>(part)].layer != 1 ||
           a.terms()[static_cast<std::size_t>(part)].index != 3)
        ++part;
    bench.post(command::SetView{"Attribution", "part", std::to_string(part)});
    bench.post(command::SetView{"Attribution", "source", "2"});
    bench.ui.leave();
    bench.ui.frames(4);
    const auto shows_number = [&](double x) { // smaller ones are a plain 0
        return std::abs(x) < 0.005 || bench.shows("Attribution", fmt::format("{:+.2f}", x));
    };
    const auto expect_split = [&](int unfolded) {
        ScoreSplit split;
        split.unfold(unfolded);
        split.look_at(bench.snapshot().trace(), {1, 3, k_token, 2}, true);
        EXPECT_THAT(bench.all_text("Attribution"), HasSubstr(fmt::format("it sees: {:+.3f}", split.value())));
        for (std::size_t i = 0; i < split.parts().size(); ++i) {
            EXPECT_TRUE(shows_number(split.of_query(i)));
            for (std::size_t j = 0; unfolded < 0 && j < split.parts().size(); ++j)
                EXPECT_TRUE(shows_number(split.at(i, j)));
        }
    };
    expect_split(-1);
    bench.ui.click("Attribution/unfold L0 attn");
    bench.ui.leave();
    bench.ui.frames(3);
    expect_split(0);
    bench.ui.click("Attribution/unfold L0H2");
    EXPECT_TRUE(bench.ui.exists("Attribution/unfold L0 attn"));
}

TEST(AttributionPanel, SaysWhyThereIsNothingToSplit) {
    Bench bench;
    bench.open(saved_preset("classes"));
    bench.prompt_ids({1, 2, 3});
    bench.post(command::SetLayout{"Attribution"});
    EXPECT_FALSE(bench.ui.exists("Attribution/parts"));
}

} // namespace
} // namespace gf::ui::tests::attribution_panel_test
