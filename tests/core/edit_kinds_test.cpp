// What each kind of edit does to the cells it names, and models that must agree with an edited run.

#include "support/compare.h"
#include "support/random_model.h"

namespace gf::tests::edit_kinds_test {
namespace {

constexpr double k_rounding = 1e-5;
constexpr int k_tokens = 13;
const auto name_of = [](const auto& info) { return info.param.name; };

class EditKinds : public ::testing::TestWithParam<Preset> {
  protected:
    const ModelConfig& config() const { return GetParam().config; }
    std::shared_ptr<Weights> weights = random_weights(config());
    std::vector<int> tokens = random_tokens(config(), k_tokens);
    std::shared_ptr<Trace> plain = run_with({});

    std::shared_ptr<Trace> run_with(std::vector<Edit> edits) const {
        return run(weights, tokens, GetParam().n_prefix, std::move(edits));
    }
};
INSTANTIATE_TEST_SUITE_P(All, EditKinds, ::testing::ValuesIn(presets()), name_of);

/// n different values that no computation gives.
std::vector<real> marks(int n) {
    std::vector<real> values;
    for (int i = 0; i < n; ++i) values.push_back(static_cast<real>(1000 + i));
    return values;
}

TEST_P(EditKinds, TouchExactlyTheirCells) {
    const CellRange range{Site::z, 1, 3, 6, 1, 3, 2, 5}; // rows 3-5, heads 1-2, columns 2-4
    const auto edited = run_with({{range, Edit::Kind::values, marks(3 * 2 * 3), nullptr}});
    for (int t = 0; t < k_tokens; ++t)
        for (int h = 0; h < config().n_heads; ++h)
            for (int i = 0; i < config().d_head; ++i) {
                const bool inside = t >= 3 && t < 6 && h >= 1 && h < 3 && i >= 2 && i < 5;
                const CellRef cell{0, Site::z, 1, h, t, i};
                const real expected = inside ? static_cast<real>(1000 + ((t - 3) * 2 + (h - 1)) * 3 + (i - 2))
                                             : plain->value(cell);
                EXPECT_EQ(edited->value(cell), expected) << "row " << t << ", head " << h << ", column " << i;
            }
}

TEST_P(EditKinds, ScaleAddAndReplace) {
    const int half = config().d_model / 2; // LayerNorm removes a constant that is added to a whole row
    const CellRange range{
        .site = Site::resid_pre, .layer = 1, .row_begin = 5, .row_end = 8, .column_begin = half};
    const auto check = [&](Edit::Kind kind, real value, auto expected) {
        const auto edited = run_with({{range, kind, {value}, nullptr}});
        for (int t = 5; t < 8; ++t)
            for (int i = half; i < config().d_model; ++i) {
                const CellRef cell{0, Site::resid_pre, 1, -1, t, i};
                EXPECT_EQ(edited->value(cell), expected(plain->value(cell)));
            }
        EXPECT_FALSE(same_outputs(*edited, *plain, 1e-3));
    };
    check(Edit::Kind::scale, real(-0.5), [](real x) { return x * real(-0.5); });
    check(Edit::Kind::add, real(0.75), [](real x) { return x + real(0.75); });
    check(Edit::Kind::values, real(0.25), [](real) { return real(0.25); });
}

TEST_P(EditKinds, ApplyInTheirOrder) {
    const CellRange range{.site = Site::attn_out, .layer = 0};
    const Edit twice{range, Edit::Kind::scale, {2}, nullptr}, plus{range, Edit::Kind::add, {1}, nullptr};
    const CellRef cell{0, Site::attn_out, 0, -1, 4, 3};
    const real x = plain->value(cell);
    EXPECT_EQ(run_with({twice, plus})->value(cell), x * 2 + 1);
    EXPECT_EQ(run_with({plus, twice})->value(cell), (x + 1) * 2);
}

TEST_P(EditKinds, ThatChangeNothingChangeNothing) {
    const auto edited = run_with(
        {{{.site = Site::v, .layer = 0}, Edit::Kind::scale, {1}, nullptr},
         {{.site = Site::resid_post, .layer = 1}, Edit::Kind::add, {0}, nullptr},
         {{.site = Site::pattern, .layer = 1}, Edit::Kind::donor, {}, plain},
         {{.site = Site::z, .layer = 1, .row_begin = 4, .row_end = 4}, Edit::Kind::scale, {0}, nullptr}});
    EXPECT_TRUE(same_rows(*edited, 0, *plain, 0, k_tokens, 0));
}

// Patching the whole residual stream of another prompt leaves nothing of this one.
TEST_P(EditKinds, DonorOfTheResidualStreamGivesTheDonorsLogits) {
    const auto donor = run(weights, random_tokens(config(), k_tokens, 31), GetParam().n_prefix);
    EXPECT_FALSE(same_outputs(*donor, *plain, 1e-2));
    const Site output = output_site(config());
    for (int l = 0; l < config().n_layers; ++l)
        EXPECT_TRUE(same_outputs(
            *run_with({{{.site = Site::resid_pre, .layer = l}, Edit::Kind::donor, {}, donor}}), *donor, 0))
            << "layer " << l;
    EXPECT_TRUE(same_outputs(*run_with({{{.site = output}, Edit::Kind::donor, {}, donor}}), *donor, 0));
}

TEST_P(EditKinds, DonorOfSomeRowsGivesTheirCells) {
    // The donor's key axis is longer.
    const auto donor = run(weights, random_tokens(config(), k_tokens + 4, 31), GetParam().n_prefix);
    for (const Site site : {Site::attn_scores, Site::pattern, Site::k}) {
        const auto edited = run_with(
            {{{.site = site, .layer = 1, .row_begin = 6, .row_end = 7}, Edit::Kind::donor, {}, donor}});
        const int columns = site_width(config(), site, k_tokens) / site_heads(config(), site);
        for (int h = 0; h < site_heads(config(), site); ++h)
            for (int j = 0; j < columns; ++j)
                EXPECT_EQ(edited->value({0, site, 1, h, 6, j}), donor->value({0, site, 1, h, 6, j}))
                    << site_name(site, 1);
    }
}

TEST_P(EditKinds, AShorterDonorLeavesTheRest) {
    const auto donor = run(weights, random_tokens(config(), 6, 31), GetParam().n_prefix);
    const auto edited = run_with({{{.site = Site::resid_pre, .layer = 0}, Edit::Kind::donor, {}, donor}});
    for (int t = 0; t < k_tokens; ++t)
        EXPECT_EQ(difference(row_of(*edited, Site::resid_pre, 0, t),
                             row_of(t < 6 ? *donor : *plain, Site::resid_pre, 0, t)),
                  0)
            << t;
}

TEST_P(EditKinds, ADonorOfFewerKeysLeavesTheRest) {
    const auto donor = run(weights, random_tokens(config(), 6, 31), GetParam().n_prefix);
    const auto edited = run_with({{{.site = Site::pattern, .layer = 0}, Edit::Kind::donor, {}, donor}});
    for (int h = 0; h < config().n_heads; ++h)
        for (int q = 0; q < k_tokens; ++q)
            for (int k = 0; k < k_tokens; ++k) {
                const CellRef cell{0, Site::pattern, 0, h, q, k};
                EXPECT_EQ(edited->value(cell), (q < 6 && k < 6 ? *donor : *plain).value(cell))
                    << q << ", " << k;
            }
}

// Steering: a vector added to what attention writes is a bias of its output.
TEST_P(EditKinds, AddedVectorIsABias) {
    ModelConfig c = config();
    // A shared bias acts in every layer, and one before a norm is not what is added.
    if (!c.attn_out_bias || c.n_layer_groups > 0 || c.norms_output()) return;
    const int d = c.d_model;
    std::vector<real> vector, everywhere;
    for (int i = 0; i < d; ++i) vector.push_back(static_cast<real>(0.1 * i - 0.5));
    for (int t = 0; t < k_tokens; ++t) everywhere.insert(everywhere.end(), vector.begin(), vector.end());
    const std::shared_ptr<Weights> biased = clone(*weights);
    for (const ParamRow& r : biased->table)
        if (r.role == Role::attn_out_bias && r.layer == 1 && r.stack == Stack::decoder)
            for (int i = 0; i < d; ++i) biased->values(r)[i] += vector[static_cast<std::size_t>(i)];
    const auto edited =
        run_with({{{.site = Site::attn_out, .layer = 1}, Edit::Kind::add, everywhere, nullptr}});
    EXPECT_TRUE(same_outputs(*edited, *run(biased, tokens, GetParam().n_prefix), k_rounding));
}

TEST_P(EditKinds, ReplacedEmbeddingsAreAnotherPrompt) {
    const std::vector<int> other = random_tokens(config(), k_tokens, 77);
    std::vector<real> embeddings;
    for (const int t : other)
        for (int i = 0; i < config().d_model; ++i)
            embeddings.push_back(static_cast<real>(config().embed_scale) *
                                 weights->embed[t * config().d_model + i]);
    const auto edited = run_with({{{.site = Site::embed}, Edit::Kind::values, embeddings, nullptr}});
    EXPECT_TRUE(same_outputs(*edited, *run(weights, other, GetParam().n_prefix), 0));
}

TEST_P(EditKinds, APaintedPatternPicksOneValue) {
    const int key = config().layer(0).mask == MaskKind::sliding_window ? 6 : 2; // a key that row 7 sees
    std::vector<real> one_hot(static_cast<std::size_t>(config().n_heads * k_tokens), 0);
    for (int h = 0; h < config().n_heads; ++h) one_hot[static_cast<std::size_t>(h * k_tokens + key)] = 1;
    const auto edited = run_with({{{.site = Site::pattern, .layer = 0, .row_begin = 7, .row_end = 8},
                                   Edit::Kind::values,
                                   one_hot,
                                   nullptr}});
    for (int h = 0; h < config().n_heads; ++h)
        for (int i = 0; i < config().d_head; ++i)
            EXPECT_EQ(edited->value({0, Site::z, 0, h, 7, i}),
                      edited->value({0, Site::v, 0, h / config().group_size(), key, i}));
}

// The softmax sees an edited score.
TEST_P(EditKinds, ScoresAndPatternsAreConsistent) {
    const auto edited = run_with({{{.site = Site::attn_scores, .layer = 0, .row_begin = 9, .row_end = 10},
                                   Edit::Kind::scale,
                                   {0},
                                   nullptr}});
    for (int h = 0; h < config().n_heads; ++h) {
        double total = config().attn_sink ? std::exp(double(weights->blocks[0].sink[h])) : 0;
        const auto sees = [&](int key) { return edited->visible(Site::pattern, 0, h, 9, key); };
        for (int j = 0; j < k_tokens; ++j) total += sees(j);
        for (int j = 0; j < k_tokens; ++j)
            EXPECT_NEAR(edited->value({0, Site::pattern, 0, h, 9, j}), sees(j) ? 1 / total : 0, 1e-6);
    }
}

TEST_P(EditKinds, ActTheSameInCachedRunsAndWhateverIsKept) {
    const std::vector<Edit> edits{
        {{.site = Site::k, .layer = 0, .row_begin = 5, .row_end = 6}, Edit::Kind::scale, {-2}, nullptr},
        {{.site = Site::z, .layer = 1, .row_begin = 4, .row_end = 12, .head_begin = 1},
         Edit::Kind::add,
         {real(0.5)},
         nullptr},
        {{.site = Site::attn_scores, .layer = 1, .row_begin = 6, .column_begin = 1, .column_end = 5},
         Edit::Kind::values,
         {3},
         nullptr}};
    const auto whole = run_with(edits);
    EXPECT_FALSE(same_outputs(*whole, *plain, 1e-2));
    for (const Keep keep : {Keep::all, Keep::residual, Keep::cache}) {
        Trace pieces(weights, {k_tokens, keep}, {.n_prefix = GetParam().n_prefix, .edits = edits},
                     random_source(weights));
        const int first = can_run_in_pieces(config()) ? std::max(1, GetParam().n_prefix) : k_tokens;
        for (int begin = 0, end = first; begin < k_tokens; begin = end++) {
            extend(pieces, std::span(tokens).subspan(static_cast<std::size_t>(begin),
                                                     static_cast<std::size_t>(end - begin)));
            EXPECT_LE(difference(output_of(pieces, end - 1), output_of(*whole, end - 1)), k_rounding)
                << "row " << end - 1;
        }
        EXPECT_TRUE(same_rows(pieces, 0, *whole, 0, k_tokens, k_rounding));
    }
}

TEST_P(EditKinds, OfTheLayerThatAPassResumesAt) {
    const Edit steer{{.site = Site::resid_pre, .layer = 1, .row_begin = 3, .row_end = 9},
                     Edit::Kind::add,
                     {real(0.5)},
                     nullptr};
    Trace resumed(weights, {k_tokens}, {.n_prefix = GetParam().n_prefix, .edits = {steer}},
                  random_source(weights));
    resumed.append(tokens);
    for (int t = 0; t < k_tokens; ++t)
        std::ranges::copy(row_of(*plain, Site::resid_pre, 1, t), resumed.row(Site::resid_pre, 1, t));
    forward(resumed, 0, k_tokens, 1);
    EXPECT_TRUE(same_outputs(resumed, *run_with({steer}), 0));
}

} // namespace
} // namespace gf::tests::edit_kinds_test
