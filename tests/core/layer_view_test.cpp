// A LayerView of a run that keeps the residual stream has the sites of a run that keeps everything.

#include "core/passes/layer_view.h"

#include "platform/error.h"
#include "support/compare.h"
#include "support/random_model.h"

namespace gf::tests::layer_view_test {
namespace {

class LayerViews : public ::testing::TestWithParam<Preset> {};

/// Checks every site of the layer, and those sites of other layers that the run keeps.
void expect_layer(const Trace& shown, const Trace& whole, int layer, int rows) {
    for (const SiteRef& s : all_sites(whole.config())) {
        if (s.layer == layer || s.layer < 0) {
            ASSERT_TRUE(shown.kept(s.site, s.layer)) << site_name(s.site, s.layer);
        }
        if (!shown.kept(s.site, s.layer)) continue;
        for (int r = 0; r < whole.n_rows(s.site, rows); ++r)
            ASSERT_LE(
                difference(visible_row(shown, s.site, s.layer, r), visible_row(whole, s.site, s.layer, r)),
                1e-5)
                << site_name(s.site, s.layer) << " row " << r;
    }
}

TEST_P(LayerViews, AgreeWithARunThatKeepsEverything) {
    const auto weights = random_weights(GetParam().config);
    const std::vector<int> tokens = random_tokens(weights->config, 80); // more than a pass with scratch rows
    const bool ahead = looks_ahead(weights->config, {}) || weights->config.pools();
    const auto shape = [&](Keep keep) { return TraceShape{ahead ? 80 : 90, keep}; };
    const int last = weights->config.n_layers - 1;
    const std::vector<Edit> edits = {
        {{Site::attn_out, 0, 10, 11, 0, 1, 3, 4}, Edit::Kind::values, {2}, nullptr},
        {{Site::pattern, last, 70, 71, 1, 2, 5, 6}, Edit::Kind::values, {0.5}, nullptr},
        {{Site::resid_pre, last, 20, 21, 0, 1, 3, 4}, Edit::Kind::values, {2}, nullptr}};
    for (const auto& changed : {std::vector<Edit>(), edits}) {
        const RunSetup setup{.n_prefix = GetParam().n_prefix, .edits = changed};
        const auto whole = empty_trace(weights, shape(Keep::all), setup);
        extend(*whole, tokens);
        const auto run = empty_trace(weights, shape(Keep::residual), setup);
        extend(*run, tokens);
        for (int layer = 0; layer <= last; ++layer) {
            LayerView view(run, layer);
            for (int rows : {1, 7, 8, 80}) {
                if (ahead && rows < 80) continue; // these are computed all at once
                while (!view.compute(rows, 30)) EXPECT_LT(view.rows(), rows);
            }
            EXPECT_EQ(view.rows(), 80);
            expect_layer(*view.trace(), *whole, layer, 80);
            EXPECT_FALSE(view.trace()->kept(Site::pattern)) << "of all layers";
            EXPECT_EQ(view.trace()->tokens()[79], tokens[79]);
            EXPECT_GT(view.trace()->bytes(), run->bytes());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Presets, LayerViews, ::testing::ValuesIn(presets()),
                         [](const auto& test) { return test.param.name; });

TEST(LayerView, TakesARunThatKeepsTheResidualStream) {
    const auto weights = random_weights(preset("llama").config);
    const auto cache = std::make_shared<Trace>(weights, TraceShape{8, Keep::cache}),
               run = std::make_shared<Trace>(weights, TraceShape{8, Keep::residual});
    EXPECT_THROW(LayerView(cache, 0), Error);
    EXPECT_THROW(LayerView(run, 2), Error);
    EXPECT_THROW(LayerView(run, -1), Error);
    EXPECT_LT(LayerView::bytes(*run, 1), trace_bytes(weights->config, {8, Keep::all}));
}

} // namespace
} // namespace gf::tests::layer_view_test
