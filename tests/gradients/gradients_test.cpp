// The gradients of a published run agree with finite differences for each kind of target, for fewer rows than
// the run has, and where the run keeps its residual stream only.

#include "finite_differences.h"

#include "core/passes/gradients.h"

#include "platform/error.h"

#include <atomic>
#include <thread>

namespace gf::tests::gradients_test {
namespace {

constexpr int k_tokens = 8, k_rows = 6, k_source = 5;

constexpr GradientTarget k_loss{};
constexpr GradientTarget k_logit{GradientOf::logit, 4, 3, 0};
constexpr GradientTarget k_difference{GradientOf::difference, 5, 2, 6};
constexpr GradientTarget k_targets[] = {k_loss, k_logit, k_difference};

/// The number itself, computed from the logits in another way than the program does.
double value_of(const GradientTarget& target, const Trace& run, int rows) {
    const auto logit = [&](int row, int token) {
        return static_cast<double>(run.row(Site::logits, -1, row)[token]);
    };
    if (target.of == GradientOf::logit) return logit(target.row, target.token);
    if (target.of == GradientOf::difference)
        return logit(target.row, target.token) - logit(target.row, target.other);
    double nats = 0;
    for (int r = 0; r + 1 < rows; ++r) {
        double sum = 0;
        for (int i = 0; i < run.config().d_vocab; ++i) sum += std::exp(logit(r, i));
        nats -= std::log(std::exp(logit(r, run.tokens()[r + 1])) / sum);
    }
    return nats / (rows - 1);
}

class PublishedRun : public ::testing::TestWithParam<Preset> {
  protected:
    const ModelConfig config = shrunk(GetParam().config);
    std::shared_ptr<Weights> weights = random_weights(config, 5);
    const std::vector<int> tokens = random_tokens(config, k_tokens),
                           source = random_tokens(config, k_source, 3);
    const bool is_whole = config.mask == MaskKind::bidirectional; ///< each row reads all others
    const int rows = is_whole ? k_tokens : k_rows;

    std::shared_ptr<Trace> run(Keep keep, const std::vector<Edit>& edits = {},
                               const std::vector<Edit>& source_edits = {}) const {
        std::shared_ptr<Trace> encoder;
        if (config.has_encoder()) {
            encoder = std::make_shared<Trace>(weights, TraceShape{k_source, keep, Stack::encoder},
                                              RunSetup{.edits = source_edits});
            extend(*encoder, source);
        }
        auto trace = std::make_shared<Trace>(weights, TraceShape{k_tokens, keep},
                                             RunSetup{.n_prefix = 3, .edits = edits}, encoder);
        extend(*trace, tokens);
        return trace;
    }
    /// Moves every kept cell of a few sites and compares the change of the target.
    template <class F>
    void expect_cells_agree(const Trace& found, const GradientTarget& target, F run_with) const {
        for (const SiteRef& s : all_sites(found.config())) {
            if (!found.kept(s.site, s.layer) || !site_row(s.site).editable) continue;
            const int heads = site_heads(found.config(), s.site), columns = found.width(s.site) / heads;
            for (int t = 0; t < std::min(found.row_capacity(s.site), rows); t += 2)
                for (int cell = 0; cell < heads * columns; cell += 3) {
                    const auto at = [&](double x) {
                        const int h = cell / columns, j = cell % columns;
                        const CellRange range{s.site, s.layer, t, t + 1, h, h + 1, j, j + 1};
                        return value_of(target, *run_with(Edit{range, Edit::Kind::add, {x}, nullptr}), rows);
                    };
                    ASSERT_TRUE(is_derivative(found.row(s.site, s.layer, t)[cell], at, 0))
                        << site_name(s.site, s.layer) << " row " << t << " cell " << cell;
                }
        }
    }
};
INSTANTIATE_TEST_SUITE_P(All, PublishedRun, ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.has_logits() && c.n_layers <= 3;
                         })),
                         [](const auto& info) { return info.param.name; });

TEST_P(PublishedRun, SitesOfEveryTargetAgreeWithFiniteDifferences) {
    for (const GradientTarget& target : k_targets) {
        const auto trace = run(Keep::all);
        const RunGradients found = gradients(trace, rows, target);
        EXPECT_NEAR(found.value, value_of(target, *trace, rows), 1e-12);
        expect_cells_agree(*found.sites, target, [&](const Edit& e) { return run(Keep::all, {e}); });
        if (config.has_encoder())
            expect_cells_agree(*found.source, target, [&](const Edit& e) { return run(Keep::all, {}, {e}); });
    }
}

TEST_P(PublishedRun, ParametersAgreeWithFiniteDifferences) {
    const RunGradients found = gradients(run(Keep::all), rows, k_difference, {.params = true});
    for (const ParamRow& row : weights->table)
        for (std::size_t i = 0; i < row.size(); i += 5) {
            real& value = weights->values(row)[i];
            const real before = value;
            const auto at = [&](double x) {
                value = x;
                weights->refresh();
                return value_of(k_difference, *run(Keep::all), rows);
            };
            ASSERT_TRUE(is_derivative(found.params[row.offset + i], at, before))
                << row.name << " value " << i;
            at(before);
        }
}

/// The inside of each layer is computed again; what the run keeps has the same gradients.
TEST_P(PublishedRun, OneThatKeepsTheResidualStreamGivesTheSame) {
    for (const GradientTarget& target : k_targets) {
        const RunGradients all = gradients(run(Keep::all), rows, target, {.params = true});
        for (const Keep keep : {Keep::residual, Keep::all}) {
            const RunGradients reduced =
                gradients(run(Keep::residual), rows, target, {.keep = keep, .params = true});
            for (std::size_t i = 0; i < all.params.size(); ++i)
                ASSERT_NEAR(reduced.params[i], all.params[i], 1e-12 * (1 + std::abs(all.params[i]))) << i;
            const auto expect_same = [&](const Trace& some, const Trace& expected) {
                EXPECT_TRUE(some.kept(Site::resid_post));
                EXPECT_EQ(some.kept(Site::pattern), keep == Keep::all);
                for (const SiteRef& s : all_sites(some.config()))
                    for (int t = 0; some.kept(s.site, s.layer) && t < some.row_capacity(s.site); ++t)
                        for (int i = 0; i < some.width(s.site); ++i)
                            ASSERT_NEAR(some.row(s.site, s.layer, t)[i], expected.row(s.site, s.layer, t)[i],
                                        1e-12)
                                << site_name(s.site, s.layer);
            };
            expect_same(*reduced.sites, *all.sites);
            if (config.has_encoder()) expect_same(*reduced.source, *all.source);
        }
    }
}

/// The same numbers as of a run that has only these tokens.
TEST_P(PublishedRun, FewerRowsAreThoseRows) {
    if (is_whole) {
        EXPECT_THROW(gradients(run(Keep::all), k_rows, k_loss), Error);
        return;
    }
    const auto trace = run(Keep::all);
    const RunGradients found = gradients(trace, k_rows, k_loss);
    for (const SiteRef& s : all_sites(config))
        for (int t = k_rows; row_axis(s.site) == Axis::pos && t < k_tokens; ++t)
            for (int i = 0; i < found.sites->width(s.site); ++i)
                ASSERT_EQ(found.sites->row(s.site, s.layer, t)[i], 0) << site_name(s.site, s.layer);
    trace->truncate(k_rows);
    const RunGradients shorter = gradients(trace, k_rows, k_loss);
    EXPECT_EQ(found.value, shorter.value);
}

/// Under ThreadSanitizer this also proves that the pass reads nothing behind its rows and writes nothing.
TEST_P(PublishedRun, IsOnlyReadWhileItGrows) {
    if (is_whole) return;
    for (const Keep keep : {Keep::all, Keep::residual}) {
        const auto growing = run(keep);
        const RunGradients before = gradients(growing, k_rows, k_logit, {.keep = keep, .params = true});
        growing->truncate(k_rows);
        std::atomic<bool> done = false;
        std::thread writer([&] {
            while (!done) {
                extend(*growing, std::span(tokens).subspan(k_rows));
                growing->truncate(k_rows);
            }
        });
        for (int i = 0; i < 10; ++i)
            EXPECT_EQ(gradients(growing, k_rows, k_logit, {.keep = keep, .params = true}).params,
                      before.params);
        done = true;
        writer.join();
    }
}

TEST(GradientTargets, HaveAShortForm) {
    EXPECT_EQ(gradient_target_from_text("loss", "x"), k_loss);
    EXPECT_EQ(gradient_target_from_text("logit:4:3", "x"), k_logit);
    EXPECT_EQ(gradient_target_from_text("difference:5:2:6", "x"), k_difference);
    for (const char* wrong : {"", "lost", "loss:1", "logit", "logit:4", "logit:4:-3", "logit:4:3x",
                              "difference:5:2", "difference:5:2:6:1"})
        EXPECT_THROW(gradient_target_from_text(wrong, "x"), Error) << wrong;
}

TEST(GradientTargets, ThatCannotBeAreRefused) {
    const auto weights = random_weights(shrunk(preset("llama").config), 5);
    const auto trace = std::make_shared<Trace>(weights, TraceShape{k_tokens, {}});
    extend(*trace, random_tokens(weights->config, k_tokens));
    EXPECT_THROW(gradients(trace, 1, k_loss), Error);
    EXPECT_THROW(gradients(trace, 4, k_logit), Error) << "row 4 is not there";
    EXPECT_THROW(gradients(trace, k_tokens, {GradientOf::logit, 4, 7, 0}), Error);
    EXPECT_THROW(gradients(trace, k_tokens, {GradientOf::difference, 4, 0, 7}), Error);
}

} // namespace
} // namespace gf::tests::gradients_test
