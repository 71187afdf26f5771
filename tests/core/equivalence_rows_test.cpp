// The same rows computed in different ways: cached, in pieces, padded, side by side, with other things kept,
// from a later layer.

#include "support/compare.h"
#include "support/random_model.h"

#include <numeric>

namespace gf::tests::equivalence_rows_test {
namespace {

constexpr double k_rounding = 1e-5; // products of different heights sum in different orders
constexpr int k_tokens = 13;

class Rows : public ::testing::TestWithParam<Preset> {
  protected:
    const Preset& preset() const { return GetParam(); }
    const ModelConfig& config() const { return preset().config; }
    std::shared_ptr<Weights> weights = random_weights(config());
    std::vector<int> tokens = random_tokens(config(), k_tokens);
    std::shared_ptr<Trace> whole = run(weights, tokens, preset().n_prefix);

    std::shared_ptr<Trace> empty(int capacity, Keep keep = Keep::all) const {
        return empty_trace(weights, {capacity, keep}, {.n_prefix = preset().n_prefix});
    }
};
const auto name_of = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(All, Rows, ::testing::ValuesIn(presets()), name_of);

/// Models that can be computed in pieces (a prefix must be in the first one).
class Pieces : public Rows {};
INSTANTIATE_TEST_SUITE_P(All, Pieces, ::testing::ValuesIn(presets_where(can_run_in_pieces)), name_of);

std::span<const int> part(const std::vector<int>& tokens, int begin, int end) {
    return std::span(tokens).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

/// Computes the tokens in passes of `first` rows and then `then` rows each.
void extend_in_pieces(Trace& trace, const std::vector<int>& tokens, int first, int then) {
    const int n = static_cast<int>(tokens.size());
    for (int begin = 0, end = std::max(first, 1); begin < n; begin = end, end = std::min(end + then, n))
        extend(trace, part(tokens, begin, end));
}

TEST_P(Pieces, TokenByToken) {
    const auto cached = empty(k_tokens);
    extend_in_pieces(*cached, tokens, preset().n_prefix, 1);
    EXPECT_TRUE(same_rows(*cached, 0, *whole, 0, k_tokens, k_rounding));
}

TEST_P(Pieces, OfEveryLength) {
    for (int first = std::max(1, preset().n_prefix); first < k_tokens; ++first)
        for (const int then : {2, 3, 5}) {
            const auto pieces = empty(k_tokens);
            extend_in_pieces(*pieces, tokens, first, then);
            EXPECT_TRUE(same_rows(*pieces, 0, *whole, 0, k_tokens, k_rounding)) << first << ", then " << then;
        }
}

/// The Trace of `tokens` computed a row at a time, as far as the mask allows.
std::shared_ptr<Trace> row_by_row(const std::shared_ptr<const Weights>& weights, const TraceShape& shape,
                                  const RunSetup& setup, const std::vector<int>& tokens) {
    auto trace = empty_trace(weights, shape, setup);
    const int n = static_cast<int>(tokens.size());
    for (int begin = 0, end = 0; begin < n; begin = end) {
        const Trace::RowPlan& plan = trace->plan(begin);
        end = trace->config().pools() ? plan.segment_end : std::max(begin + 1, plan.key_end);
        extend(*trace, part(tokens, begin, end));
    }
    return trace;
}

/// Whether two Traces agree in every cell, also in those that no query may read.
::testing::AssertionResult same_cells(const Trace& a, const Trace& b, int n) {
    for (const SiteRef& s : all_sites(a.config()))
        for (int r = 0; r < a.n_rows(s.site, n); ++r) {
            const double d = difference(row_of(a, s.site, s.layer, r), row_of(b, s.site, s.layer, r));
            if (d > k_rounding)
                return ::testing::AssertionFailure()
                       << site_name(s.site, s.layer) << ", row " << r << " differs by " << d;
        }
    return ::testing::AssertionSuccess();
}

TEST_P(Rows, OneAtATimeAtEveryCapacity) {
    if (!can_run_in_pieces(config())) return;
    // Some capacities up to 48, among them the multiples of 16 and their neighbours.
    for (int capacity = k_tokens; capacity <= 48; capacity += capacity % 16 < 2 ? 1 : 5) {
        const auto rows = row_by_row(weights, {capacity}, {.n_prefix = preset().n_prefix}, tokens),
                   at_once = empty(capacity);
        extend(*at_once, tokens);
        EXPECT_TRUE(same_cells(*rows, *at_once, capacity)) << "capacity " << capacity;
    }
}

TEST_P(Rows, OneAtATimeInPaddedSegments) {
    const int p = preset().n_prefix;
    for (const int length : {11, 16}) {
        const RunSetup setup{.segments = {{0, length, 3, 2, p},
                                          {length, 2 * length, 4, 5, p},
                                          {2 * length, 3 * length, 1, 0, p}}};
        const std::vector<int> all = random_tokens(config(), 3 * length, 5);
        const auto at_once = empty_trace(weights, {3 * length}, setup);
        extend(*at_once, all);
        EXPECT_TRUE(same_cells(*row_by_row(weights, {3 * length}, setup, all), *at_once, 3 * length))
            << "segments of " << length;
    }
}

TEST_P(Rows, ComputedTwiceAreExactlyTheSame) {
    const auto again = run(weights, tokens, preset().n_prefix);
    EXPECT_TRUE(same_rows(*again, 0, *whole, 0, k_tokens, 0));
    forward(*again, 0, k_tokens); // over its own results
    EXPECT_TRUE(same_rows(*again, 0, *whole, 0, k_tokens, 0));
}

TEST_P(Rows, CapacityChangesNothing) {
    // Where a segment must be computed as a whole, more room means a second segment.
    if (looks_ahead(config(), {}) || !can_run_in_pieces(config())) {
        const auto two =
            empty_trace(weights, {k_tokens + 9},
                        {.segments = {{.begin = 0, .end = k_tokens, .n_prefix = preset().n_prefix},
                                      {.begin = k_tokens, .end = k_tokens + 9}}});
        extend(*two, tokens);
        EXPECT_TRUE(same_rows(*two, 0, *whole, 0, k_tokens, 0));
        return;
    }
    for (const int more : {1, 3, 40}) {
        const auto larger = empty(k_tokens + more);
        extend(*larger, tokens);
        EXPECT_TRUE(same_rows(*larger, 0, *whole, 0, k_tokens, 0)) << more << " rows more";
    }
}

TEST_P(Rows, PaddedIsUnpadded) {
    for (const auto& [left, right] : {std::pair{3, 0}, {0, 4}, {2, 5}}) {
        const int capacity = left + k_tokens + right;
        std::vector<int> padded =
            random_tokens(config(), capacity, 99); // tokens of the padding do not matter
        std::copy(tokens.begin(), tokens.end(), padded.begin() + left);
        const auto all =
            empty_trace(weights, {capacity}, {.segments = {{0, capacity, left, right, preset().n_prefix}}});
        const Trace& trace = *all;
        extend(*all, padded);
        EXPECT_TRUE(same_rows(trace, left, *whole, 0, k_tokens, k_rounding))
            << left << " left, " << right << " right";
        for (const int row : {left - 1, capacity - right}) {
            if (row < 0 || row >= capacity) continue;
            EXPECT_TRUE(trace.plan(row).padding);
            for (int l = 0; l < config().n_layers; ++l)
                for (const real z : row_of(trace, Site::z, l, row)) EXPECT_EQ(z, 0) << "padding sees nothing";
            for (const real v : output_of(trace, row)) EXPECT_TRUE(std::isfinite(v));
        }
    }
}

TEST_P(Rows, SegmentsAreSeparateRuns) {
    const std::vector<int> lengths{5, 1, 9, 7},
        prefixes{preset().n_prefix, 0, preset().n_prefix / 2, preset().n_prefix};
    RunSetup setup;
    std::vector<int> all;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const int begin = static_cast<int>(all.size());
        setup.segments.push_back({.begin = begin, .end = begin + lengths[i], .n_prefix = prefixes[i]});
        const std::vector<int> text = random_tokens(config(), lengths[i], 50 + i);
        all.insert(all.end(), text.begin(), text.end());
    }
    const auto together = empty_trace(weights, {static_cast<int>(all.size())}, setup);
    extend(*together, all);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const auto alone = run(weights, random_tokens(config(), lengths[i], 50 + i), prefixes[i]);
        EXPECT_TRUE(same_rows(*together, setup.segments[i].begin, *alone, 0, lengths[i], k_rounding))
            << "segment " << i;
    }
}

TEST_P(Rows, PaddedSegmentsAreSeparateRuns) {
    const RunSetup setup{.segments = {{0, 9, 2, 1, 3}, {9, 17, 0, 4, 2}, {17, 24, 3, 0, 4}}};
    const auto together = empty_trace(weights, {24}, setup);
    const std::vector<int> all = random_tokens(config(), 24, 5);
    extend(*together, all);
    for (const Segment& s : setup.segments) {
        const int begin = s.begin + s.pad_left, end = s.end - s.pad_right;
        const auto alone = run(weights, {all.begin() + begin, all.begin() + end}, s.n_prefix);
        EXPECT_TRUE(same_rows(*together, begin, *alone, 0, end - begin, k_rounding))
            << "segment at " << s.begin;
    }
}

TEST_P(Rows, ResumedAtAnyLayer) {
    for (int l = 1; l < config().n_layers; ++l) {
        const auto resumed = empty(k_tokens);
        resumed->append(tokens);
        for (int t = 0; t < k_tokens; ++t)
            std::ranges::copy(row_of(*whole, Site::resid_pre, l, t), resumed->row(Site::resid_pre, l, t));
        forward(*resumed, 0, k_tokens, l);
        EXPECT_TRUE(same_outputs(*resumed, *whole, 0)) << "from layer " << l;
        for (const real v : row_of(*resumed, Site::q, l - 1, k_tokens - 1))
            EXPECT_EQ(v, 0) << "a layer that was not asked for";
    }
}

TEST_P(Pieces, ResumedOneAtATime) {
    for (int l = 1; l < config().n_layers; ++l) {
        const auto resumed = empty(k_tokens);
        resumed->append(tokens);
        for (int t = 0; t < k_tokens; ++t)
            std::ranges::copy(row_of(*whole, Site::resid_pre, l, t), resumed->row(Site::resid_pre, l, t));
        for (int begin = 0, end = 0; begin < k_tokens; begin = end) {
            end = std::max(begin + 1, resumed->plan(begin).key_end);
            forward(*resumed, begin, end, l);
        }
        EXPECT_TRUE(same_outputs(*resumed, *whole, k_rounding)) << "from layer " << l;
        for (int t = 0; t < k_tokens; ++t)
            EXPECT_EQ(
                difference(row_of(*resumed, Site::resid_pre, l, t), row_of(*whole, Site::resid_pre, l, t)), 0)
                << "given, not computed";
    }
}

/// More than the scratch rows, so that the rows need several passes.
constexpr int k_long = 2 * k_scratch_rows + 22;

class Kept : public Rows {
  protected:
    std::vector<int> long_tokens = random_tokens(config(), k_long, 3);
    std::shared_ptr<Trace> all = run(weights, long_tokens, preset().n_prefix);
};
INSTANTIATE_TEST_SUITE_P(All, Kept, ::testing::ValuesIn(presets()), name_of);

TEST_P(Kept, ResidualGivesTheSame) {
    const auto residual = empty(k_long, Keep::residual);
    extend(*residual, long_tokens);
    EXPECT_FALSE(residual->kept(Site::pattern));
    EXPECT_TRUE(residual->kept(Site::resid_mid) || !has_site(config(), Site::resid_mid));
    EXPECT_TRUE(same_rows(*residual, 0, *all, 0, k_long, k_rounding));
    EXPECT_TRUE(same_outputs(*residual, *all, k_rounding));
}

TEST_P(Kept, CacheGivesTheSameLogits) {
    const int last = k_long - 1;
    const auto cache = empty(k_long, Keep::cache);
    extend(*cache, long_tokens);
    EXPECT_FALSE(cache->kept(Site::resid_post));
    EXPECT_LE(difference(output_of(*cache, last), output_of(*all, last)), k_rounding);
    EXPECT_TRUE(same_rows(*cache, 0, *all, 0, k_long, k_rounding)) << "keys and values";
}

TEST_P(Kept, PiecesLongerThanTheScratchRows) {
    if (!can_run_in_pieces(config())) return;
    for (const Keep keep : {Keep::cache, Keep::residual})
        for (const int first : {5, 70, 140}) {
            const auto pieces = empty(k_long, keep);
            for (int begin = 0, end = first; begin < k_long; begin = end, end = std::min(end + 67, k_long)) {
                extend(*pieces, part(long_tokens, begin, end));
                EXPECT_LE(difference(output_of(*pieces, end - 1), output_of(*all, end - 1)), k_rounding)
                    << "row " << end - 1;
            }
            EXPECT_TRUE(same_rows(*pieces, 0, *all, 0, k_long, k_rounding));
        }
}

class Branches : public Pieces {};
INSTANTIATE_TEST_SUITE_P(All, Branches, ::testing::ValuesIn(presets_where(can_run_in_pieces)), name_of);

TEST_P(Branches, ThenTheSameContinuationIsTheOriginal) {
    for (const Keep keep : {Keep::all, Keep::residual, Keep::cache})
        for (const int fork : {std::max(1, preset().n_prefix), 7, k_tokens - 1})
            for (const int capacity : {k_tokens, k_tokens + 6}) {
                const auto parent = empty(k_tokens + 2, keep);
                extend(*parent, tokens);
                const auto branch = parent->branch(fork, capacity);
                EXPECT_EQ(branch->n_tokens(), fork);
                EXPECT_EQ(branch->capacity(), capacity);
                EXPECT_EQ(branch->shape().keep, keep);
                EXPECT_TRUE(same_rows(*branch, 0, *parent, 0, fork, 0)) << "copied";
                extend(*branch, part(tokens, fork, k_tokens));
                EXPECT_TRUE(same_rows(*branch, 0, *whole, 0, k_tokens, k_rounding)) << "continued";
                EXPECT_LE(difference(output_of(*branch, k_tokens - 1), output_of(*whole, k_tokens - 1)),
                          k_rounding);
            }
}

TEST_P(Branches, AreIndependentOfTheirParent) {
    const int fork = 6;
    const auto branch = whole->branch(fork, k_tokens);
    std::vector<int> other = tokens;
    for (std::size_t i = fork; i < other.size(); ++i)
        other[i] = (other[i] + 1 + static_cast<int>(i)) % config().d_vocab;
    extend(*branch, part(other, fork, k_tokens));
    EXPECT_TRUE(same_rows(*branch, 0, *run(weights, other, preset().n_prefix), 0, k_tokens, k_rounding));
    EXPECT_TRUE(same_rows(*whole, 0, *run(weights, tokens, preset().n_prefix), 0, k_tokens, 0))
        << "the parent stayed as it was";
    const auto twig = branch->branch(fork + 2, k_tokens);
    extend(*twig, part(other, fork + 2, k_tokens));
    EXPECT_TRUE(same_rows(*twig, 0, *branch, 0, k_tokens, k_rounding)) << "a branch of a branch";
}

} // namespace
} // namespace gf::tests::equivalence_rows_test
