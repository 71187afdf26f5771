// The measures of single heads against their definitions, and the list of all measures: each goes on as rows
// arrive and writes what it measured.

#include "measures/measure.h"

#include "measures/pattern_entropy.h"
#include "measures/score_range.h"
#include "support/expect_error.h"
#include "support/random_model.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace gf::tests::measure_test {
namespace {

constexpr int k_tokens = 24;

std::shared_ptr<const Trace> run_of(const char* preset_name) {
    const ModelConfig config = preset(preset_name).config;
    return run(random_weights(config), random_tokens(config, k_tokens));
}

TEST(PatternEntropy, IsTheMeanOfTheRows) {
    const auto trace = run_of("gpt2");
    PatternEntropy entropy;
    entropy.look_at(Site::pattern, 1, 2);
    for (const int rows : {2, 9, 4, k_tokens}) {
        while (!entropy.advance({.trace = trace, .rows = rows}, 50)) {
        }
        double sum = 0;
        for (int q = 1; q < rows; ++q) // the first query has no choice
            for (int k = 0; k <= q; ++k) {
                const auto p = static_cast<double>(trace->value({0, Site::pattern, 1, 2, q, k}));
                sum -= p > 0 ? p * std::log2(p) : 0;
            }
        ASSERT_TRUE(entropy.value());
        EXPECT_NEAR(*entropy.value(), sum / (rows - 1), 1e-5);
    }
    entropy.advance({.trace = trace, .rows = 1});
    EXPECT_FALSE(entropy.value());
}

TEST(ScoreRange, IsTheLargestFiniteMagnitude) {
    for (const char* name : {"llama", "prefix", "sliding_window"}) {
        const auto trace = run_of(name);
        ScoreRange range;
        range.look_at(Site::pattern, 1, 2);
        EXPECT_EQ(range.value(), std::nullopt);
        range.advance({.trace = trace, .rows = k_tokens});
        double largest = 0;
        for (int q = 0; q < k_tokens; ++q) {
            const Trace::KeyRange keys = trace->keys(q);
            for (int k = keys.begin; k < keys.end; ++k)
                largest = std::max(
                    largest, std::abs(static_cast<double>(trace->value({0, Site::attn_scores, 1, 2, q, k}))));
            EXPECT_EQ(range.largest(q + 1), static_cast<float>(largest)) << name;
        }
    }
}

TEST(Measures, GoOnWhereTheyStoppedAndWriteTheSame) {
    for (const MeasureRow& row : measure_rows()) {
        SCOPED_TRACE(row.name);
        const auto trace =
            run_of(row.name == "router-load" ? "mixtral" : "llama"); // some models have no routers
        const auto whole = row.make(), pieces = row.make();
        EXPECT_TRUE(whole->advance({.trace = trace, .rows = k_tokens}));
        int calls = 1;
        for (const int rows : {1, 9, k_tokens}) // as a text grows
            while (!pieces->advance({.trace = trace, .rows = rows}, 10)) ++calls;
        EXPECT_GT(calls, 1) << "a budget of 10 values is not enough for all rows at once";
        EXPECT_EQ(pieces->result(), whole->result());
        EXPECT_FALSE(whole->result().empty());
        pieces->advance({.trace = run_of("gpt2"), .rows = k_tokens});
        EXPECT_NE(pieces->result(), whole->result()) << "another run begins anew";
    }
}

TEST(Measures, AreFoundByName) {
    EXPECT_EQ(measure_named("stream").name, "stream");
    expect_error([] { measure_named("head-role"); }, {"measure", "head-roles"});
}

} // namespace
} // namespace gf::tests::measure_test
