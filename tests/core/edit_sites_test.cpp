// Every editable site moves the output when it is edited. What cannot be edited is refused with a message
// that helps.

#include "platform/error.h"
#include "support/compare.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

namespace gf::tests::edit_sites_test {
namespace {

using ::testing::HasSubstr;

constexpr int k_tokens = 13;
constexpr real k_nan = std::numeric_limits<real>::quiet_NaN();

class EditSites : public ::testing::TestWithParam<Preset> {
  protected:
    const ModelConfig& config() const { return GetParam().config; }
    std::shared_ptr<Weights> weights = random_weights(config());
    std::vector<int> tokens = random_tokens(config(), k_tokens);
    std::shared_ptr<Trace> plain = run(weights, tokens, GetParam().n_prefix);

    /// The row to edit: the last one, which sees several keys under every mask, or the one that the output is
    /// taken from.
    const int token_ = config().pools() && config().pooling == Pooling::first ? 0 : k_tokens - 1;

    /// A post-norm block normalises at its end, although the list of sites has its norms where pre-norm
    /// blocks have them.
    bool normalises_later(Site s) const {
        return config().norm_place == NormPlace::post &&
               (s == Site::ln1_scale || s == Site::ln1_normalized || s == Site::ln_cross_scale ||
                s == Site::ln_cross_normalized || s == Site::ln2_scale || s == Site::ln2_normalized);
    }
    std::shared_ptr<Trace> edited(const SiteRef& s, Edit::Kind kind, std::vector<real> values,
                                  std::shared_ptr<const Trace> donor = nullptr) const {
        const int row = row_for_token(*plain, s.site, token_);
        const CellRange range{.site = s.site, .layer = s.layer, .row_begin = row, .row_end = row + 1};
        return run(weights, tokens, GetParam().n_prefix,
                   {{range, kind, std::move(values), std::move(donor)}});
    }
};
INSTANTIATE_TEST_SUITE_P(All, EditSites, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

/// The row shifted by one cell and larger by half, which changes also what does not depend on scale (norms)
/// or depends on the order only (routers). Cells that the mask forbids get NaN, which must not get through.
std::vector<real> shifted(const Trace& t, const SiteRef& s, int row) {
    const auto old = row_of(t, s.site, s.layer, row);
    const std::size_t heads = static_cast<std::size_t>(site_heads(t.config(), s.site)),
                      columns = old.size() / heads;
    const bool masks = has_key_axis(s.site);
    std::size_t begin = 0, end = columns;
    const auto hidden = [&](std::size_t j) {
        return masks && !t.visible(s.site, s.layer, 0, row, static_cast<int>(j));
    };
    while (begin < end && hidden(begin)) ++begin;
    while (end > begin && hidden(end - 1)) --end;
    std::vector<real> values(old.size(), k_nan);
    for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t j = begin; j < end; ++j)
            values[h * columns + j] =
                real(1.5) * old[h * columns + (j + 1 < end ? j + 1 : begin)] + real(0.1);
    return values;
}

TEST_P(EditSites, MoveTheLogitsAndNothingBefore) {
    const std::vector<SiteRef> sites = all_sites(config());
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const SiteRef& s = sites[i];
        if (!site_row(s.site).editable) continue;
        SCOPED_TRACE(site_name(s.site, s.layer));
        const int row = row_for_token(*plain, s.site, token_);
        const std::vector<real> values = shifted(*plain, s, row);
        const auto trace = edited(s, Edit::Kind::values, values);
        EXPECT_GT(difference(output_of(*trace, token_), output_of(*plain, token_)), 1e-3);
        for (const real v : output_of(*trace, token_)) ASSERT_TRUE(std::isfinite(v));
        for (std::size_t j = 0; j < values.size(); ++j) {
            const real found = row_of(*trace, s.site, s.layer, row)[j];
            EXPECT_EQ(found, std::isnan(values[j]) ? row_of(*plain, s.site, s.layer, row)[j] : values[j])
                << "masked cells stay masked";
        }
        for (std::size_t before = 0; before < i; ++before) {
            const SiteRef& b = sites[before];
            if (b.layer == s.layer && normalises_later(b.site)) continue;
            EXPECT_EQ(difference(row_of(*trace, b.site, b.layer, row_for_token(*trace, b.site, token_)),
                                 row_of(*plain, b.site, b.layer, row_for_token(*plain, b.site, token_))),
                      0)
                << site_name(b.site, b.layer) << " comes before";
        }
    }
}

TEST_P(EditSites, CanBePatchedFromAnotherPrompt) {
    const auto source = random_source(weights, {}, 41);
    const auto donor = std::make_shared<Trace>(weights, TraceShape{k_tokens},
                                               RunSetup{.n_prefix = GetParam().n_prefix}, source);
    extend(*donor, random_tokens(config(), k_tokens, 31));
    for (const SiteRef& s : all_sites(config())) {
        // Both prompts have the same positions.
        if (!site_row(s.site).editable || s.site == Site::pos_embed) continue;
        const auto patched = edited(s, Edit::Kind::donor, {}, donor);
        const int row = row_for_token(*plain, s.site, token_);
        EXPECT_EQ(difference(row_of(*patched, s.site, s.layer, row), row_of(*donor, s.site, s.layer, row)), 0)
            << site_name(s.site, s.layer);
        // A single expert's gate is always 1, and both prompts may choose the same expert.
        const bool top_1 = config().experts_per_token == 1;
        const bool routes =
            s.site == Site::router_logits || s.site == Site::expert_weights || s.site == Site::expert_gates;
        if (top_1 && routes) continue;
        EXPECT_GT(difference(output_of(*patched, token_), output_of(*plain, token_)), 1e-5)
            << site_name(s.site, s.layer);
    }
}

TEST_P(EditSites, ThatAreMaskedStayMasked) {
    for (const Site site : {Site::attn_scores, Site::pattern})
        for (const Edit& e : {Edit{{.site = site, .layer = 0}, Edit::Kind::values, {real(0.5)}, nullptr},
                              Edit{{.site = site, .layer = 0}, Edit::Kind::add, {1}, nullptr},
                              Edit{{.site = site, .layer = 0}, Edit::Kind::scale, {0}, nullptr}}) {
            const auto trace = run(weights, tokens, GetParam().n_prefix, {e});
            for (int q = 0; q < k_tokens; ++q)
                for (int k = 0; k < k_tokens; ++k) {
                    if (k >= trace->plan(q).key_begin && k < trace->plan(q).key_end) continue;
                    EXPECT_EQ(trace->value({0, Site::attn_scores, 0, 0, q, k}),
                              -std::numeric_limits<real>::infinity());
                    EXPECT_EQ(trace->value({0, Site::pattern, 0, 0, q, k}), 0);
                }
            for (const real v : output_of(*trace, 0)) EXPECT_TRUE(std::isfinite(v));
        }
}

/// The Problem of a Trace with this edit.
Problem refusal(const ModelConfig& c, Edit edit, int capacity = 8) {
    try {
        empty_trace(random_weights(c), TraceShape{capacity}, {.edits = {std::move(edit)}});
    } catch (const Error& e) {
        return e.problem();
    }
    ADD_FAILURE() << "an edit that cannot be was accepted";
    return {};
}

Edit scale(CellRange range) { return {range, Edit::Kind::scale, {0}, nullptr}; }

TEST(RefusedEdits, OfSitesThatAreNotEditable) {
    for (const Preset& p : presets())
        for (const SiteRef& s : all_sites(p.config)) {
            if (site_row(s.site).editable) continue;
            const Problem problem = refusal(p.config, scale({.site = s.site, .layer = s.layer}));
            EXPECT_EQ(problem.where, "edit of " + site_name(s.site, s.layer));
            EXPECT_THAT(problem.expected, HasSubstr("editable"));
            EXPECT_EQ(problem.found, site_row(s.site).not_editable_because);
        }
    EXPECT_FALSE(site_row(Site::expert_indices).editable);
}

TEST(RefusedEdits, OfSitesThatTheModelLacks) {
    const ModelConfig c = preset("gpt2").config;
    for (const SiteRow& row : site_rows()) {
        if (has_site(c, row.site)) continue;
        const Problem problem = refusal(c, scale({.site = row.site, .layer = row.per_layer ? 0 : -1}));
        EXPECT_THAT(problem.where, HasSubstr(std::string(row.hook)));
        EXPECT_THAT(problem.found, HasSubstr("does not have"));
    }
}

TEST(RefusedEdits, OfLayersThatAreNotThere) {
    const ModelConfig c = preset("llama").config; // two layers
    EXPECT_EQ(refusal(c, scale({.site = Site::z, .layer = 2})).found, "2");
    EXPECT_EQ(refusal(c, scale({.site = Site::z, .layer = -1})).found, "-1");
    EXPECT_EQ(refusal(c, scale({.site = Site::embed, .layer = 0})).found, "0");
    EXPECT_THAT(refusal(c, scale({.site = Site::z, .layer = 2})).expected, HasSubstr("layer"));
}

TEST(RefusedEdits, OfRangesOutside) {
    const ModelConfig c = preset("llama").config; // 6 heads of 8, 2 key-value heads; 8 rows
    const auto check = [&](CellRange range, const char* expected, const char* found) {
        range.layer = 1;
        const Problem problem = refusal(c, scale(range));
        EXPECT_EQ(problem.where, "edit of blocks.1." + std::string(site_row(range.site).hook));
        EXPECT_EQ(problem.expected, expected);
        EXPECT_EQ(problem.found, found);
    };
    check({.site = Site::q, .row_begin = 0, .row_end = 9}, "rows in 0 to 8", "0 to 9");
    check({.site = Site::q, .row_begin = 5, .row_end = 4}, "rows in 0 to 8", "5 to 4");
    check({.site = Site::q, .row_begin = -1, .row_end = 4}, "rows in 0 to 8", "-1 to 4");
    check({.site = Site::q, .row_begin = 9}, "rows in 0 to 8", "9 to 8");
    check({.site = Site::q, .head_begin = 6, .head_end = 7}, "heads in 0 to 6", "6 to 7");
    check({.site = Site::k, .head_begin = 0, .head_end = 3}, "heads in 0 to 2", "0 to 3");
    check({.site = Site::q, .column_begin = 0, .column_end = 9}, "columns in 0 to 8", "0 to 9");
    check({.site = Site::pattern, .column_begin = -3, .column_end = 2}, "columns in 0 to 8", "-3 to 2");
    check({.site = Site::ln1_scale, .column_begin = 1, .column_end = 2}, "columns in 0 to 1", "1 to 2");
    check({.site = Site::resid_post, .head_begin = 1, .head_end = 2}, "heads in 0 to 1", "1 to 2");
}

TEST(RefusedEdits, OfWrongNumbersOfValues) {
    const ModelConfig c = preset("llama").config;
    const CellRange range{.site = Site::z,
                          .layer = 0,
                          .row_begin = 1,
                          .row_end = 3,
                          .head_begin = 0,
                          .head_end = 2,
                          .column_begin = 0,
                          .column_end = 3};
    const auto check = [&](Edit::Kind kind, std::size_t n) {
        const Problem problem = refusal(c, {range, kind, std::vector<real>(n), nullptr});
        EXPECT_THAT(problem.expected, HasSubstr("(12)")); // 2 rows, 2 heads, 3 columns
        EXPECT_EQ(problem.found, std::to_string(n));
    };
    for (const std::size_t n : {0, 2, 11, 13})
        check(Edit::Kind::values, n), check(Edit::Kind::add, n), check(Edit::Kind::scale, n);
    check(Edit::Kind::scale, 12); // one factor only
}

TEST(RefusedEdits, OfDonorsThatDoNotFit) {
    const ModelConfig c = preset("llama").config;
    ModelConfig other = c;
    other.norm_eps = 1e-6;
    const auto donor = [](const ModelConfig& config, Keep keep, int n) {
        auto trace = std::make_shared<Trace>(random_weights(config), TraceShape{n, keep});
        extend(*trace, random_tokens(config, n));
        return trace;
    };
    const CellRange range{.site = Site::z, .layer = 0, .row_begin = 2, .row_end = 5};
    EXPECT_THAT(refusal(c, {range, Edit::Kind::donor, {}, nullptr}).expected, HasSubstr("donor"));
    EXPECT_THAT(refusal(c, {range, Edit::Kind::donor, {}, donor(other, Keep::all, 8)}).expected,
                HasSubstr("same shape"));
    EXPECT_THAT(refusal(c, {range, Edit::Kind::donor, {}, donor(c, Keep::cache, 8)}).expected,
                HasSubstr("donor"));
    const Problem too_short = refusal(c, {range, Edit::Kind::donor, {}, donor(c, Keep::all, 4)});
    EXPECT_THAT(too_short.expected, HasSubstr("rows that the donor has"));
    EXPECT_EQ(too_short.found, "2 to 5");
    const Problem before_the_first = refusal(c, {range, Edit::Kind::donor, {}, donor(c, Keep::all, 8), -3});
    EXPECT_THAT(before_the_first.expected, HasSubstr("rows that the donor has"));
    EXPECT_EQ(before_the_first.found, "-1 to 2");
}

} // namespace
} // namespace gf::tests::edit_sites_test
