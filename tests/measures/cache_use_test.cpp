// What the cache holds and what a step reads and costs, counted plainly; and evicting is masking.

#include "measures/cache_use.h"

#include "support/random_model.h"

#include <gtest/gtest.h>

namespace gf::tests::cache_use_test {
namespace {

constexpr int k_tokens = 14;

std::shared_ptr<Trace> run_with(const std::string& name, const RunSetup& setup) {
    const Preset p = preset(name);
    auto trace = std::make_shared<Trace>(random_weights(p.config), TraceShape{k_tokens}, setup);
    extend(*trace, random_tokens(p.config, k_tokens));
    return trace;
}

RunSetup evicting(int begin, int end, int from_row) {
    RunSetup setup;
    setup.evicted.push_back({{begin, end}, from_row});
    return setup;
}

class CacheUseOf : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Some, CacheUseOf, ::testing::Values("llama", "gpt2", "wide", "sliding_window"));

TEST_P(CacheUseOf, IsCountedCellByCell) {
    const auto trace = run_with(GetParam(), evicting(2, 5, 11));
    const ModelConfig& c = trace->config();
    for (const int rows : {1, 8, k_tokens}) {
        const CacheUse use = cache_use(*trace, rows);
        const int gone = rows > 11 ? 3 : 0;
        EXPECT_EQ(use.n_evicted, gone);
        const double token = 2.0 * c.n_layers * c.n_kv_heads * c.d_head * sizeof(real);
        EXPECT_DOUBLE_EQ(use.added, token);
        EXPECT_DOUBLE_EQ(use.stored, token * (rows - gone));
        const auto flops_of = [&](int row) {
            double keys = 0;
            for (int l = 0; l < c.n_layers; ++l)
                for (int h = 0; h < c.n_heads; ++h)
                    for (int k = 0; k <= row; ++k) keys += trace->visible(Site::attn_scores, l, h, row, k);
            return flops_per_token(c, keys / (c.n_layers * c.n_heads));
        };
        double read = 0, all = 0;
        for (int l = 0; l < c.n_layers; ++l)
            for (int kv = 0; kv < c.n_kv_heads; ++kv)
                for (int k = 0; k < rows; ++k)
                    if (trace->visible(Site::attn_scores, l, kv * c.group_size(), rows - 1, k))
                        read += 2.0 * c.d_head * sizeof(real);
        for (int row = 0; row < rows; ++row) all += flops_of(row);
        EXPECT_DOUBLE_EQ(use.read, read);
        EXPECT_NEAR(use.flops_with, flops_of(rows - 1), 1e-6);
        EXPECT_NEAR(use.flops_without, all, 1e-3);
    }
}

/// The logits of a run whose keys were evicted are those of a run in which the same cells are painted as
/// hidden.
TEST_P(CacheUseOf, EvictedKeysEqualMaskedKeys) {
    RunSetup painted;
    painted.masks.push_back({.painted = {{.rows = {9, -1}, .keys = {6, 8}, .visible = false}}});
    const auto evicted = run_with(GetParam(), evicting(6, 8, 9)), masked = run_with(GetParam(), painted);
    const ModelConfig& c = evicted->config();
    int n_changed = 0;
    const auto whole = run_with(GetParam(), {});
    for (int row = 0; row < k_tokens; ++row)
        for (int i = 0; i < c.d_vocab; ++i) {
            const CellRef cell{0, Site::logits, -1, -1, row, i};
            EXPECT_EQ(evicted->value(cell), masked->value(cell)) << row << " " << i;
            n_changed += evicted->value(cell) != whole->value(cell);
            if (row < 9) {
                EXPECT_EQ(evicted->value(cell), whole->value(cell)) << "rows before the eviction stay";
            }
        }
    EXPECT_GT(n_changed, 0);
    EXPECT_TRUE(is_evicted(*evicted, 9, 7));
    EXPECT_FALSE(is_evicted(*evicted, 8, 7));
    EXPECT_FALSE(is_evicted(*evicted, 9, 8));
}

} // namespace
} // namespace gf::tests::cache_use_test
