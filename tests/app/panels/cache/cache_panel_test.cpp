// The panel Cache: bytes and operations counted plainly, and what evicting a token does to the logits is what
// a run with the same cells masked has.

#include "app/workbench_support.h"

#include "io/assets.h"
#include "io/known_models.h"
#include "measures/cache_use.h"

#include <cmath>

namespace gf::ui::tests::cache_panel_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int k_tokens = 12;

class CacheTest : public ::testing::Test {
  protected:
    void SetUp() override {
        bench.open(saved_preset("llama"));
        bench.prompt_ids(random_tokens(bench.snapshot().config(), k_tokens));
        bench.post(command::SetLayout{"Cache"});
        ui.leave();
    }
    std::vector<float> last_logits() {
        const real* row = bench.snapshot().trace().row(Site::logits, -1, bench.cursor() - 1);
        return {row, row + bench.snapshot().config().d_vocab};
    }
    /// Where the column of a token is.
    ImVec2 column(int token) {
        const UiRect cells = ui.rect("Cache/kept tokens");
        return {cells.width() * (static_cast<float>(token) + 0.5f) / static_cast<float>(bench.cursor()), 4};
    }
    const RunSetup& setup() { return bench.snapshot().trace().setup(); }

    Bench bench;
    UiDriver& ui = bench.ui;
};

TEST_F(CacheTest, SaysWhatAStepAddsReadsAndCosts) {
    const ModelConfig& c = bench.snapshot().config();
    // 2 layers x 2 heads x 8 numbers of 4 bytes, keys and values.
    EXPECT_EQ(2 * c.n_layers * c.n_kv_heads * c.d_head * 4, 256);
    EXPECT_THAT(bench.all_text("Cache"), HasSubstr("2 × 2 layers × 2 heads × 8 numbers × 4 bytes"));
    EXPECT_TRUE(bench.shows("Cache", "256 B")) << "added";
    EXPECT_TRUE(bench.shows("Cache", "3.1 kB")) << "12 tokens are kept, and all of them read";
    double all = 0;
    for (int n = 1; n <= k_tokens; ++n) all += flops_per_token(c, n);
    EXPECT_TRUE(bench.shows(
        "Cache", fmt::format("without a cache, {:.1f} times as many", all / flops_per_token(c, k_tokens))));
}

TEST_F(CacheTest, AnEvictedTokenChangesTheLogitsAsAMaskedOneDoes) {
    const std::vector<float> before = last_logits();
    ui.click_at("Cache/kept tokens", column(4));
    ASSERT_EQ(setup().evicted, (std::vector<Eviction>{{{4, 5}, k_tokens - 1}}));
    const std::vector<float> after = last_logits();
    ui.leave();
    EXPECT_THAT(bench.all_text("Cache"), HasSubstr("11 tokens kept"));
    std::vector<double> by_size(before.begin(), before.end());
    int checked = 0;
    for (const int token : largest(by_size, 5)) {
        const auto i = static_cast<std::size_t>(token);
        checked += bench.shows(
            "Cache", fmt::format("{:.2f} → {:.2f} ({:+.2f})", before[i], after[i], after[i] - before[i]));
    }
    EXPECT_EQ(checked, 5);

    RunSetup masked;
    masked.masks.push_back({.painted = {{.rows = {k_tokens - 1, -1}, .keys = {4, 5}, .visible = false}}});
    bench.post(command::SetSetup{"", masked});
    EXPECT_EQ(last_logits(), after) << "the same as hiding the key";
    EXPECT_NE(after, before);
    bench.post(command::Undo{});
    ASSERT_EQ(setup().evicted.size(), 1u);
    ui.click_at("Cache/kept tokens", column(4));
    EXPECT_TRUE(setup().evicted.empty()) << "a second click keeps it again";
    EXPECT_EQ(last_logits(), before);
}

TEST_F(CacheTest, TheKeyboardEvictsTheTokenInView) {
    bench.post(command::PinToken{6});
    ui.click(bench.item_ending("Cache", "###evict"));
    ASSERT_EQ(setup().evicted, (std::vector<Eviction>{{{6, 7}, k_tokens - 1}}));
    bench.post(command::PinToken{2});
    ui.click(bench.item_ending("Cache", "###evict"));
    EXPECT_EQ(setup().evicted.size(), 2u);
    ui.click("Cache/Keep all");
    EXPECT_TRUE(setup().evicted.empty());
    EXPECT_FALSE(ui.exists("Cache/Keep all"));
}

TEST_F(CacheTest, TheNewestTokenStays) {
    ui.click_at("Cache/kept tokens", column(k_tokens - 1));
    EXPECT_TRUE(setup().evicted.empty());
}

TEST_F(CacheTest, LargeModelsByTheSameFormula) {
    ASSERT_FALSE(known_models().empty());
    for (const auto& [choice, tokens] : {std::pair("2k", 2048.0), std::pair("128k", 131072.0)}) {
        bench.post(command::SetView{"Cache", "context", choice});
        for (const KnownModel& m : known_models()) {
            const double gigabytes = 4e-9 * m.n_layers * m.n_kv_heads * m.d_head * tokens;
            const std::string size = gigabytes >= 10  ? fmt::format("{:.0f} GB", gigabytes)
                                     : gigabytes >= 1 ? fmt::format("{:.1f} GB", gigabytes)
                                                      : fmt::format("{:.0f} MB", 1000 * gigabytes);
            EXPECT_TRUE(bench.shows("Cache", size)) << m.name << " " << size;
            EXPECT_NE(m.source, "");
        }
    }
}

TEST_F(CacheTest, HeadsThatShareKeepLess) {
    if (find_asset("models/heads-mha/model.safetensors").empty()) GTEST_SKIP() << "the models are not there";
    ui.click("Cache/MHA, GQA, MQA side by side");
    ui.frames(5);
    ui.leave();
    ASSERT_EQ(bench.snapshot().runs.size(), 3u);
    std::vector<double> kept;
    for (const gf::Run& run : bench.snapshot().runs) kept.push_back(cache_use(*run.trace, run.shown).stored);
    EXPECT_DOUBLE_EQ(kept[0] / kept[1], 2);
    EXPECT_DOUBLE_EQ(kept[0] / kept[2], 4);
    for (const char* words : {"4 key-value heads for 4", "2 key-value heads for 4", "1 key-value head for 4"})
        EXPECT_THAT(bench.all_text("Cache"), HasSubstr(words));
    const int tokens = bench.cursor();
    bench.post(command::Step{1});
    for (const gf::Run& run : bench.snapshot().runs) EXPECT_EQ(run.shown, tokens + 1) << "in lock-step";
}

} // namespace
} // namespace gf::ui::tests::cache_panel_test
