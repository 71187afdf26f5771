// Where a Trace keeps what, what it refuses, and what it costs.

#include "platform/error.h"
#include "support/compare.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

namespace gf::tests::trace_test {
namespace {

using ::testing::HasSubstr;

/// What the Error says; empty if there is none.
template <class F>
std::string error_of(F f) {
    try {
        f();
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

class TraceOf : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(All, TraceOf, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST_P(TraceOf, KeepsEveryRowInAPlaceOfItsOwn) {
    const ModelConfig& c = GetParam().config;
    constexpr int k_rows = 9;
    const auto empty = empty_trace(random_weights(c), TraceShape{k_rows});
    const Trace& trace = *empty;
    std::vector<std::pair<const real*, const real*>> places;
    for (const SiteRef& s : all_sites(c))
        for (int t = 0; t < trace.row_capacity(s.site); ++t) {
            const real* begin = trace.row(s.site, s.layer, t);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(begin) % 64, 0u) << "rows begin at a cache line";
            places.emplace_back(begin, begin + trace.width(s.site));
        }
    std::sort(places.begin(), places.end());
    for (std::size_t i = 1; i < places.size(); ++i) EXPECT_LE(places[i - 1].second, places[i].first);
    EXPECT_LE(static_cast<std::size_t>(places.back().second - places.front().first) * sizeof(real),
              trace.bytes());
}

// Trace::value() finds a cell where Trace::row() has it.
TEST_P(TraceOf, ValueFindsTheCell) {
    const ModelConfig& c = GetParam().config;
    constexpr int k_rows = 5;
    auto trace = run(random_weights(c), random_tokens(c, k_rows), std::min(GetParam().n_prefix, k_rows));
    for (const SiteRef& s : all_sites(c)) {
        const int heads = site_heads(c, s.site), columns = trace->width(s.site) / heads,
                  rows = trace->n_rows(s.site);
        real mark = 1;
        for (int t = 0; t < rows; ++t) { // mark all cells in the order row, head, column
            real* cell = trace->row(s.site, s.layer, t);
            for (int i = 0; i < heads * columns; ++i) cell[i] = mark++;
        }
        mark = 1;
        for (int t = 0; t < rows; ++t)
            for (int h = 0; h < heads; ++h)
                for (int j = 0; j < columns; ++j) {
                    const CellRef cell{
                        0, s.site, s.layer, heads == 1 && h == 0 ? -1 : h, t, columns == 1 ? -1 : j};
                    ASSERT_EQ(trace->value(cell), mark++) << site_name(s.site, s.layer);
                }
    }
}

TEST_P(TraceOf, BytesAreThoseForetold) {
    const ModelConfig& c = GetParam().config;
    for (const Keep keep : {Keep::all, Keep::residual, Keep::cache})
        for (const int capacity : {1, 7, 64, 100}) {
            const TraceShape shape{capacity, keep};
            const auto empty = empty_trace(random_weights(c), shape);
            const Trace& trace = *empty;
            const SourceSize source = trace.source() ? trace.source()->size() : SourceSize();
            EXPECT_EQ(trace.bytes(), trace_bytes(c, shape, {}, source) + trace.plan().bytes());
            std::size_t values = 0; // at least what is kept
            for (const SiteRef& s : all_sites(c))
                if (trace.kept(s.site))
                    values += static_cast<std::size_t>(trace.row_capacity(s.site)) *
                              static_cast<std::size_t>(trace.width(s.site));
            EXPECT_GE(trace.bytes(), values * sizeof(real));
        }
}

TEST(TraceBytes, GrowWithTheSquareOnlyIfAllIsKept) {
    const ModelConfig c = preset("llama").config;
    const auto bytes = [&](int capacity, Keep keep) {
        return static_cast<double>(trace_bytes(c, TraceShape{capacity, keep}));
    };
    for (const int n : {1024, 4096}) {
        // Bytes of scores and patterns for each query and key.
        const double scores = 2.0 * c.n_layers * c.n_heads * sizeof(real);
        const double square = bytes(3 * n, Keep::all) - 2 * bytes(2 * n, Keep::all) +
                              bytes(n, Keep::all); // the second difference
        EXPECT_DOUBLE_EQ(square, 2.0 * n * n * scores);
        for (const Keep keep : {Keep::residual, Keep::cache})
            EXPECT_DOUBLE_EQ(bytes(3 * n, keep) - 2 * bytes(2 * n, keep) + bytes(n, keep), 0);
        EXPECT_LT(bytes(n, Keep::cache), bytes(n, Keep::residual));
        EXPECT_LT(bytes(n, Keep::residual), bytes(n, Keep::all));
    }
    // segments bound the key axis
    RunSetup packed;
    for (int i = 0; i < 64; ++i) packed.segments.push_back({.begin = i * 64, .end = (i + 1) * 64});
    EXPECT_LT(static_cast<double>(trace_bytes(c, {4096}, packed)), bytes(4096, Keep::all) / 10);
}

TEST(TraceBytes, SaturateInsteadOfOverflowing) {
    ModelConfig c = preset("llama").config;
    const int most = std::numeric_limits<int>::max();
    std::size_t before = 0;
    for (const int d : {1 << 8, 1 << 12, 1 << 17}) {
        c.d_model = d, c.d_vocab = 1 << 24, c.n_layers = 1 << 12, c.n_heads = 1 << 12;
        const std::size_t bytes = trace_bytes(c, TraceShape{most});
        EXPECT_GE(bytes, before);
        EXPECT_GT(bytes, std::size_t{1} << 60);
        before = bytes;
    }
}

TEST(TraceErrors, TokensOutsideTheVocabulary) {
    const ModelConfig c = preset("llama").config;
    Trace trace(random_weights(c), TraceShape{8});
    for (const int bad : {-1, c.d_vocab, std::numeric_limits<int>::max()}) {
        const std::string message = error_of([&] { trace.append(std::vector{3, bad, 4}); });
        EXPECT_THAT(message, HasSubstr("0 to 52"));
        EXPECT_THAT(message, HasSubstr("found " + std::to_string(bad)));
        EXPECT_EQ(trace.n_tokens(), 0) << "nothing of a refused text stays";
    }
    trace.append(std::vector{0, c.d_vocab - 1});
    EXPECT_EQ(trace.n_tokens(), 2);
}

TEST(TraceErrors, MoreTokensThanRoom) {
    const ModelConfig c = preset("llama").config;
    Trace trace(random_weights(c), TraceShape{4});
    extend(trace, random_tokens(c, 3));
    const std::string message = error_of([&] { extend(trace, random_tokens(c, 2)); });
    EXPECT_THAT(message, HasSubstr("at most 4 tokens"));
    EXPECT_THAT(message, HasSubstr("found 5"));
    extend(trace, random_tokens(c, 1));
    EXPECT_EQ(trace.n_tokens(), 4);
}

TEST(TraceErrors, LearnedPositionsEndAtTheContext) {
    ModelConfig c = preset("gpt2").config;
    c.n_ctx = 10;
    const auto weights = random_weights(c);
    EXPECT_EQ(error_of([&] { Trace(weights, TraceShape{10}); }), "");
    const std::string message = error_of([&] { Trace(weights, TraceShape{11}); });
    EXPECT_THAT(message, HasSubstr("n_ctx = 10"));
    EXPECT_THAT(message, HasSubstr("found 11"));
    EXPECT_EQ(error_of([&] {
                  Trace(weights, {20}, {.segments = {{.begin = 0, .end = 10}, {.begin = 10, .end = 20}}});
              }),
              "")
        << "each segment fits";
    for (const char* name : {"llama", "sinusoidal", "alibi", "none"}) { // these have a position for every row
        ModelConfig unbounded = preset(name).config;
        unbounded.n_ctx = 10;
        EXPECT_EQ(error_of([&] { Trace(random_weights(unbounded), TraceShape{11}); }), "") << name;
    }
}

TEST(TraceErrors, RowsThatAreNotThere) {
    const ModelConfig c = preset("llama").config;
    Trace trace(random_weights(c), TraceShape{8});
    trace.append(random_tokens(c, 5));
    EXPECT_THAT(error_of([&] { forward(trace, 0, 6); }), HasSubstr("0 to 6"));
    EXPECT_THAT(error_of([&] { forward(trace, -1, 3); }), HasSubstr("-1 to 3"));
    EXPECT_THAT(error_of([&] { forward(trace, 4, 3); }), HasSubstr("4 to 3"));
    EXPECT_THAT(error_of([&] { forward(trace, 0, 5, 2); }), HasSubstr("layer 2"));
    EXPECT_THAT(error_of([&] { forward(trace, 0, 5, -1); }), HasSubstr("layer -1"));
    EXPECT_EQ(error_of([&] { forward(trace, 0, 5), forward(trace, 5, 5); }), "") << "no rows are fine";
}

TEST(TraceErrors, ResumingNeedsTheResidualStream) {
    const ModelConfig c = preset("llama").config;
    for (const Keep keep : {Keep::all, Keep::residual, Keep::cache}) {
        Trace trace(random_weights(c), TraceShape{8, keep});
        extend(trace, random_tokens(c, 8));
        const std::string message = error_of([&] { forward(trace, 0, 8, 1); });
        if (keep == Keep::cache)
            EXPECT_THAT(message, HasSubstr("hook_resid_pre"));
        else
            EXPECT_EQ(message, "");
    }
}

TEST(TraceErrors, MasksThatLookAheadNeedTheWholeSegment) {
    const ModelConfig both = preset("bidirectional").config, prefix = preset("prefix").config;
    Trace trace(random_weights(both), TraceShape{8});
    trace.append(random_tokens(both, 8));
    EXPECT_THAT(error_of([&] { forward(trace, 0, 4); }), HasSubstr("looks ahead"));
    EXPECT_EQ(error_of([&] { forward(trace, 0, 8); }), "");
    Trace prefixed(random_weights(prefix), {8}, {.n_prefix = 4});
    prefixed.append(random_tokens(prefix, 8));
    EXPECT_THAT(error_of([&] { forward(prefixed, 0, 3); }), HasSubstr("row 0"));
    EXPECT_EQ(error_of([&] { forward(prefixed, 0, 4), forward(prefixed, 4, 5); }), "");
}

TEST(TraceErrors, Segments) {
    const auto weights = random_weights(preset("llama").config);
    const auto refused = [&](int capacity, std::vector<Segment> segments) {
        return error_of([&] { Trace(weights, {capacity}, {.segments = std::move(segments)}); });
    };
    EXPECT_THAT(refused(0, {}), HasSubstr("at least one token"));
    EXPECT_THAT(refused(-3, {}), HasSubstr("found -3"));
    EXPECT_THAT(refused(8, {{.begin = 1, .end = 8}}), HasSubstr("1 to 8")) << "a gap before";
    EXPECT_THAT(refused(8, {{.begin = 0, .end = 4}, {.begin = 5, .end = 8}}), HasSubstr("5 to 8"))
        << "a gap between";
    EXPECT_THAT(refused(8, {{.begin = 0, .end = 5}, {.begin = 4, .end = 8}}), HasSubstr("4 to 8"))
        << "an overlap";
    EXPECT_THAT(refused(8, {{.begin = 0, .end = 7}}), HasSubstr("cover all 8 rows")) << "a gap after";
    EXPECT_THAT(refused(8, {{.begin = 0, .end = 9}}), HasSubstr("0 to 9")) << "too long";
    EXPECT_THAT(refused(8, {{.begin = 0, .end = 0}, {.begin = 0, .end = 8}}), HasSubstr("0 to 0")) << "empty";
    EXPECT_THAT(refused(8, {{0, 8, 5, 4, 0}}), HasSubstr("0 to 8")) << "more padding than rows";
    EXPECT_THAT(refused(8, {{0, 8, -1, 0, 0}}), HasSubstr("0 to 8"));
    EXPECT_THAT(refused(8, {{0, 8, std::numeric_limits<int>::max(), 1, 0}}), HasSubstr("0 to 8"));
    EXPECT_EQ(refused(8, {{0, 8, 4, 4, 0}}), "") << "nothing but padding";
}

TEST(TraceErrors, BranchesOfSeveralSequences) {
    const auto weights = random_weights(preset("llama").config);
    const Trace packed(weights, {8}, {.segments = {{.begin = 0, .end = 4}, {.begin = 4, .end = 8}}}),
        padded(weights, {8}, {.segments = {{0, 8, 2, 0, 0}}});
    EXPECT_THAT(error_of([&] { packed.branch(0, 8); }), HasSubstr("found 2 segments"));
    EXPECT_THAT(error_of([&] { padded.branch(0, 8); }), HasSubstr("without padding"));
}

TEST(RowPlans, OfPaddedSegments) {
    const Trace trace(random_weights(preset("llama").config), {10},
                      {.segments = {{0, 6, 2, 1, 0}, {6, 10, 0, 0, 0}}});
    EXPECT_EQ(trace.n_keys(), 6);
    const std::vector<int> position{0, 0, 0, 1, 2, 0, 0, 1, 2, 3}, n_keys{0, 0, 1, 2, 3, 0, 1, 2, 3, 4};
    for (int t = 0; t < 10; ++t) {
        const Trace::RowPlan& plan = trace.plan(t);
        EXPECT_EQ(plan.position, position[static_cast<std::size_t>(t)]) << t;
        EXPECT_EQ(plan.key_end - plan.key_begin, n_keys[static_cast<std::size_t>(t)]) << t;
        EXPECT_EQ(plan.padding, t < 2 || t == 5) << t;
        EXPECT_EQ(plan.segment_begin, t < 6 ? 0 : 6) << t;
        EXPECT_EQ(plan.segment_end, t < 6 ? 6 : 10) << t;
        EXPECT_TRUE(plan.padding || plan.key_end == t + 1) << t;
    }
}

TEST(RowPlans, OfPrefixes) {
    const auto weights = random_weights(preset("prefix").config);
    const auto key_ends = [&](int n_prefix) { // two rows of padding on each side of four tokens
        const Trace trace(weights, {8}, {.segments = {{0, 8, 2, 2, n_prefix}}});
        std::vector<int> ends;
        for (int t = 2; t < 6; ++t) ends.push_back(trace.plan(t).key_end);
        return ends;
    };
    EXPECT_EQ(key_ends(0), (std::vector{3, 4, 5, 6}));
    EXPECT_EQ(key_ends(3), (std::vector{5, 5, 5, 6}));
    EXPECT_EQ(key_ends(4), (std::vector{6, 6, 6, 6}));
    for (const int too_long : {5, std::numeric_limits<int>::max()})
        EXPECT_EQ(key_ends(too_long), key_ends(4));
}

} // namespace
} // namespace gf::tests::trace_test
