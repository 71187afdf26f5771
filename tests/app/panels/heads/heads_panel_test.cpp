// The panel of all heads: choosing a head, its roles as computed from the Trace, and the order of heads.

#include "app/workbench_support.h"
#include "measures/head_roles.h"

#include <cmath>

namespace gf::ui::tests::heads_panel_test {
namespace {

using ::testing::HasSubstr;

constexpr int k_tokens = 30, k_layers = 2, k_heads = 6;
const std::vector<std::string> k_roles = {"first token", "previous token", "duplicate", "induction", "local"};

/// A role's score as the panel's help defines it, from the Trace in double precision.
/// NaN if no query can have the role.
double score_of(const Snapshot& s, const std::string& role, HeadRef head) {
    double sum = 0;
    int queries = 0;
    for (int q = 1; q < s.cursor(); ++q) {
        int places = 0;
        double weight = 0;
        for (int k = 0; k <= q; ++k) {
            const auto same = [&](int key) { return s.text().token(key) == s.text().token(q); };
            const bool here = role == "first token"      ? k == 0
                              : role == "previous token" ? k == q - 1
                              : role == "duplicate"      ? k < q && same(k)
                              : role == "induction"      ? k > 0 && same(k - 1)
                                                         : k >= q - 3;
            if (!here) continue;
            ++places;
            weight += static_cast<double>(s.trace().value({0, Site::pattern, head.layer, head.head, q, k}));
        }
        if (places == 0 || (role == "local" && q < 4)) continue;
        ++queries;
        sum += weight;
    }
    return sum / queries;
}

std::string head_name(HeadRef head) { return numbered("L", head.layer) + numbered("H", head.head); }

class HeadsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        std::vector<int> tokens = random_tokens(bench.snapshot().config(), 10);
        for (int i = 0; i < 10; ++i) tokens.push_back(tokens[static_cast<std::size_t>(i)]); // repetitions
        bench.prompt_ids(tokens);
        bench.post(command::Step{k_tokens - 20});
        ASSERT_EQ(bench.cursor(), k_tokens);
    }
    static std::vector<HeadRef> all_heads() {
        std::vector<HeadRef> heads;
        for (int l = 0; l < k_layers; ++l)
            for (int h = 0; h < k_heads; ++h) heads.push_back({l, h});
        return heads;
    }
    std::vector<HeadRef> by_score(const std::string& role) {
        std::vector<HeadRef> heads = all_heads();
        std::ranges::stable_sort(heads, [&](HeadRef a, HeadRef b) {
            return score_of(bench.snapshot(), role, a) > score_of(bench.snapshot(), role, b);
        });
        return heads;
    }
    /// The best head for a role and its score, as the list of roles shows them.
    std::vector<std::string> role_entry(const std::string& role) {
        const auto texts = ui.texts("Heads");
        const std::string label = role == "local" ? "local, 3 back" : role;
        const auto at = std::ranges::find(texts, label);
        if (texts.end() - at < 3) return {};
        return {at[1], at[2]};
    }
    /// The heads in the order in which they are drawn, line by line.
    std::vector<HeadRef> heads_in_reading_order() {
        std::vector<HeadRef> heads = all_heads();
        const auto key = [&](HeadRef head) {
            const UiRect r = ui.rect("Heads/" + head_name(head));
            return std::pair(r.min.y, r.min.x);
        };
        std::ranges::sort(heads, {}, key);
        return heads;
    }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(HeadsTest, AClickPinsAHead) {
    EXPECT_EQ(bench.pinned_head(), (HeadRef{0, 0}));
    for (const HeadRef head : {HeadRef{1, 0}, HeadRef{0, 5}, HeadRef{1, 3}}) {
        ui.click("Heads/" + head_name(head));
        EXPECT_EQ(bench.pinned_head(), head);
    }
    EXPECT_FALSE(ui.exists("Heads/L2H0"));
    EXPECT_FALSE(ui.exists("Heads/L0H6"));
}

TEST_F(HeadsTest, HoveringPreviewsAHead) {
    ui.click("Heads/L1H3");
    ui.hover("Heads/L0H4");
    EXPECT_EQ(bench.workbench.selection().head.get(), (HeadRef{0, 4}));
    EXPECT_EQ(bench.pinned_head(), (HeadRef{1, 3}));
    EXPECT_THAT(bench.ui.texts("Head"), ::testing::Contains(HasSubstr("layer 0, head 4 (preview")));
    ui.leave();
    EXPECT_EQ(bench.workbench.selection().head.get(), std::nullopt);
    EXPECT_THAT(bench.ui.texts("Head"), ::testing::Contains(HasSubstr("layer 1, head 3; ")));
}

TEST_F(HeadsTest, TheRolesFoundAreThoseOfTheText) {
    for (const int cursor : {k_tokens, 12, 25}) { // back and forth
        bench.post(command::Jump{cursor});
        for (const std::string& role : k_roles) {
            SCOPED_TRACE(role);
            const HeadRef best = by_score(role).front();
            const auto shown = role_entry(role);
            if (std::isnan(score_of(bench.snapshot(), role, best))) {
                ASSERT_FALSE(shown.empty());
                EXPECT_EQ(shown[0], "none");
                continue;
            }
            ASSERT_EQ(shown.size(), 2u);
            EXPECT_EQ(shown[0], head_name(best));
            EXPECT_NEAR(std::stod(shown[1]), score_of(bench.snapshot(), role, best), 0.005001);
        }
    }
}

TEST_F(HeadsTest, ARolePointsAtItsHead) {
    const HeadRef best = by_score("induction").front();
    ui.hover("Heads/induction");
    EXPECT_EQ(bench.workbench.selection().head.get(), best);
    ui.click("Heads/induction");
    EXPECT_EQ(bench.pinned_head(), best);
    EXPECT_THAT(ui.tooltip("Heads/induction"), HasSubstr("behind earlier places of the same token"));
}

TEST_F(HeadsTest, TheTooltipHasAllScoresAndTheEntropy) {
    for (const HeadRef head : {HeadRef{0, 2}, HeadRef{1, 5}}) {
        const std::string tooltip_text = ui.tooltip("Heads/" + head_name(head));
        for (const std::string& role : k_roles) {
            const std::size_t at = tooltip_text.find(" " + role);
            ASSERT_NE(at, std::string::npos) << tooltip_text;
            const std::size_t line = tooltip_text.rfind('\n', at) + 1;
            EXPECT_NEAR(std::stod(tooltip_text.substr(line)), score_of(bench.snapshot(), role, head),
                        0.0005001)
                << tooltip_text;
        }
        double entropy = 0;
        for (int q = 1; q < k_tokens; ++q) {
            std::vector<double> weights;
            for (int k = 0; k <= q; ++k)
                weights.push_back(
                    bench.snapshot().trace().value({0, Site::pattern, head.layer, head.head, q, k}));
            entropy += entropy_bits(weights) / (k_tokens - 1);
        }
        const std::size_t at = tooltip_text.find(" bits");
        ASSERT_NE(at, std::string::npos) << tooltip_text;
        EXPECT_NEAR(std::stod(tooltip_text.substr(tooltip_text.rfind('\n', at) + 1)), entropy, 0.00051)
            << tooltip_text;
    }
}

TEST_F(HeadsTest, HeadsAreSortedByTheirRole) {
    EXPECT_EQ(heads_in_reading_order(), all_heads());
    for (const std::string role : {"induction", "previous token"}) {
        ui.click("Heads/sort");
        ui.click("Popup/" + role);
        ui.frames(20); // they glide
        EXPECT_EQ(heads_in_reading_order(), by_score(role));
        std::vector<std::string> wanted;
        for (const HeadRef head : by_score(role)) {
            wanted.push_back(head_name(head));
            wanted.push_back(fmt::format("{:.2f}", score_of(bench.snapshot(), role, head)));
        }
        const auto texts = ui.texts("Heads");
        const auto first = std::ranges::search(texts, wanted);
        EXPECT_FALSE(first.empty()) << "each has its score below";
    }
    bench.post(command::SetView{"Heads", "sort", "layer"});
    ui.frames(20);
    EXPECT_EQ(heads_in_reading_order(), all_heads());
    bench.post(command::SetView{"Heads", "sort", "size"});
    EXPECT_THAT(bench.workbench.window_message(), HasSubstr("size"));
}

TEST_F(HeadsTest, SortedHeadsAreClickedWhereTheyStand) {
    bench.post(command::SetView{"Heads", "sort", "local"});
    ui.frames(20);
    for (const HeadRef head : by_score("local")) { // scrolls to it where it must
        ui.click("Heads/" + head_name(head));
        EXPECT_EQ(bench.pinned_head(), head);
    }
}

TEST_F(HeadsTest, WhatTheTextCannotShowSaysSo) {
    bench.prompt_ids({1, 2, 3, 4, 5, 6});
    EXPECT_EQ(role_entry("duplicate")[0], "none");
    EXPECT_THAT(ui.tooltip("Heads/duplicate"), HasSubstr("no token occurs twice"));
    const HeadRef before = bench.pinned_head();
    ui.click("Heads/duplicate");
    EXPECT_EQ(bench.pinned_head(), before);
    bench.post(command::SetView{"Heads", "sort", "duplicate"});
    ui.frames(20);
    EXPECT_THAT(ui.texts("Heads"), ::testing::Contains(HasSubstr("duplicate: none, no token occurs twice")));
    EXPECT_EQ(heads_in_reading_order(), all_heads());
}

TEST_F(HeadsTest, RolesSayOnHowManyCasesTheyRestAndGuessesAreGrey) {
    bench.post(command::Jump{12}); // two tokens have come again
    const HeadRoles roles = [&] {
        HeadRoles read;
        read.advance({.trace = bench.snapshot().text().trace, .rows = 12});
        return read;
    }();
    ASSERT_EQ(roles.queries(HeadRole::induction, 12), 2);
    ASSERT_GE(roles.queries(HeadRole::previous_token, 12), k_enough_cases);
    const auto entry = [&](const char* role) {
        const auto texts = ui.texts("Heads");
        const auto at = std::ranges::find(texts, role);
        return texts.end() - at < 4 ? std::string() : at[3];
    };
    EXPECT_EQ(entry("induction"), "2");
    EXPECT_EQ(entry("previous token"), "11");
    EXPECT_THAT(ui.tooltip("Heads/induction"), HasSubstr("2 of 12 queries count, so few"));
    EXPECT_THAT(ui.tooltip("Heads/previous token"), ::testing::Not(HasSubstr("so few")));
    EXPECT_THAT(ui.tooltip("Heads/L0H0"), HasSubstr("induction, 2 cases"));
    bench.post(command::SetView{"Heads", "sort", "induction"});
    EXPECT_THAT(ui.texts("Heads"), ::testing::Contains(HasSubstr("sorted by induction, 2 cases")));
}

TEST_F(HeadsTest, RolesCanBeMeasuredOnAFixedText) {
    const auto cases = [&] {
        const auto texts = ui.texts("Heads");
        const auto at = std::ranges::find(texts, "induction");
        return texts.end() - at < 4 ? 0 : std::stoi(at[3]);
    };
    EXPECT_TRUE(bench.shows("Heads", "on the text in view"));
    bench.prompt_ids({1, 2, 3, 1, 5, 6});
    EXPECT_EQ(cases(), 1);
    ui.click("Heads/roles of");
    ui.frames(6);
    EXPECT_TRUE(bench.shows("Heads", "on the probe text"));
    const Snapshot::Probe& probe = bench.snapshot().probe;
    ASSERT_TRUE(probe.trace);
    HeadRoles roles;
    roles.advance({.trace = probe.trace, .rows = probe.rows});
    EXPECT_EQ(cases(), roles.queries(HeadRole::induction, probe.rows));
    EXPECT_GE(cases(), k_enough_cases);
    const auto best = roles.best(HeadRole::induction, probe.rows);
    ui.click("Heads/induction");
    EXPECT_EQ(bench.pinned_head(), (HeadRef{best->layer, best->head}));
    ui.click("Heads/roles of");
    ui.frames(4);
    EXPECT_EQ(cases(), 1);
}

/// A run above the trace budget shows the layer that is unfolded, computed again.
TEST(HeadsBudget, TheLayerInViewIsComputedAgain) {
    const SavedModel& model = saved_llama("many_heads", [](ModelConfig& c) {
        c.n_layers = 64, c.n_heads = 40, c.n_kv_heads = 1, c.d_head = 2, c.d_model = 4, c.d_mlp = 4;
    });
    ASSERT_GT(trace_bytes(model.config(), {256, Keep::all}), std::size_t{1} << 30);
    Bench bench({.width = 1600, .height = 1200, .look = {}, .config_folder = {}});
    bench.workbench.settings().motion = false;
    bench.open(model);
    bench.prompt_ids({3, 1, 4, 1, 5, 9});
    const auto expect_layer = [&](int layer) {
        const Snapshot& s = bench.snapshot();
        ASSERT_FALSE(s.trace().kept(Site::pattern));
        ASSERT_EQ(s.text().layer.index, layer);
        bench.post(command::PinCell{fmt::format("blocks.{}.attn.hook_pattern", layer), 7, 5, 2});
        const auto run = std::make_shared<Trace>(model.weights, TraceShape{6, Keep::all});
        extend(*run, std::vector<int>{3, 1, 4, 1, 5, 9});
        const real expected = run->value({0, Site::pattern, layer, 7, 5, 2});
        EXPECT_NEAR(s.trace().value({0, Site::pattern, layer, 7, 5, 2}), expected, 1e-5);
        EXPECT_TRUE(bench.ui.exists("Flow/attn.hook_pattern"));
        bench.post(command::PinHead{layer, 7});
        EXPECT_NEAR(number_after(bench.text_with("Head", "query #9 (5) reads key #4 (2)"), "weight"),
                    expected, 1e-4);
    };
    expect_layer(0);
    bench.ui.key(ImGuiKey_4);
    expect_layer(3);
    bench.post(command::Inspect{"blocks.20.mlp.hook_post"});
    expect_layer(20);
    bench.ui.click("Transport/Step");
    EXPECT_EQ(bench.cursor(), 7);
    EXPECT_EQ(bench.snapshot().text().layer.index, 20) << "it follows the text";
    bench.open(saved_preset("llama"));
    EXPECT_EQ(bench.snapshot().text().layer.index, -1);
    EXPECT_TRUE(bench.ui.exists("Heads/L1H5"));
}

/// When heads are sorted, each line ends inside the panel, at the smallest sizes too.
TEST_F(HeadsTest, NoHeadOfASortedLineIsCut) {
    bench.post(command::SetView{"Heads", "sort", "previous token"});
    for (int width = 520; width < 1700; width += 37)
        for (const int height : {360, 480, 720, 900}) {
            SCOPED_TRACE(fmt::format("{}x{}", width, height));
            bench.resize(width, height);
            bench.post(command::ShowPanel{"Heads", true});
            ui.frames(3);
            int n_seen = 0;
            for (const UiItem& item : ImGuiHost::current().items().items()) {
                if (item.window != "Heads" || !item.label.starts_with("L") || !item.is_visible()) continue;
                ++n_seen;
                EXPECT_LE(item.rect.max.x, item.clip.max.x + 0.5f) << item.label;
            }
            EXPECT_GE(n_seen, 1);
        }
}

} // namespace
} // namespace gf::ui::tests::heads_panel_test
