// Dropout, noisy routing and full experts against their definitions. Switched off, they change nothing.

#include "platform/error.h"
#include "support/compare.h"
#include "support/dropped_choices.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace gf::tests::regularise_test {
namespace {

constexpr int k_tokens = 13;

std::shared_ptr<Trace> run_with(const Preset& p, RunSetup setup) {
    const int n = setup.segments.empty() ? k_tokens : setup.segments.back().end;
    setup.n_prefix = p.n_prefix;
    const auto trace = empty_trace(random_weights(p.config), TraceShape{n}, setup);
    extend(*trace, random_tokens(p.config, n));
    return trace;
}

TEST(Dropout, MasksHaveTheRateAndKeepTheMean) {
    for (const double rate : {0.1, 0.5, 0.9}) {
        const Regularise options{.dropout = rate, .seed = 3};
        double n = 0, zeros = 0, sum = 0;
        for (int row = 0; row < 500; ++row) {
            std::vector<real> ones(200, 1);
            apply_dropout(options, Site::mlp_out, 1, row, 0, ones.data(), 200);
            for (const real x : ones) {
                EXPECT_TRUE(x == 0 || difference(static_cast<double>(x), 1 / (1 - rate)) < 1e-6);
                n += 1, zeros += x == 0, sum += static_cast<double>(x);
            }
        }
        const double deviation =
            std::sqrt(rate * (1 - rate) / n); // standard deviation of the mean of n draws
        EXPECT_NEAR(zeros / n, rate, 5 * deviation);
        EXPECT_NEAR(sum / n, 1, 5 * deviation / (1 - rate));
    }
}

TEST(Dropout, PlacesAndSeedsAreIndependent) {
    const auto mask = [](std::uint64_t seed, Site site, int layer, int row, int head) {
        std::vector<real> ones(4096, 1);
        apply_dropout({.dropout = 0.5, .seed = seed}, site, layer, row, head, ones.data(), 4096);
        return ones;
    };
    const std::vector<real> first = mask(1, Site::pattern, 0, 0, 0);
    EXPECT_EQ(mask(1, Site::pattern, 0, 0, 0), first) << "the same place";
    for (const auto& other :
         {mask(2, Site::pattern, 0, 0, 0), mask(1, Site::mlp_out, 0, 0, 0), mask(1, Site::pattern, 1, 0, 0),
          mask(1, Site::pattern, 0, 1, 0), mask(1, Site::pattern, 0, 0, 1)}) {
        int same = 0;
        for (std::size_t i = 0; i < first.size(); ++i) same += other[i] == first[i];
        EXPECT_NEAR(same, 2048, 5 * 32) << "half of the coins agree, with standard deviation 32";
    }
}

/// The values of a row in layer 0; of a pattern those that the layer's own mask shows.
std::vector<real> read_row(const Trace& t, Site site, int row) {
    if (!has_key_axis(site)) return visible_row(t, site, 0, row);
    const auto all = row_of(t, site, 0, row);
    const Trace::KeyRange keys = t.keys(site, row);
    std::vector<real> values;
    for (int h = 0; h < t.config().n_heads; ++h)
        for (int key = keys.begin; key < keys.end; ++key)
            if (t.visible(site, 0, h, row, key))
                values.push_back(all[static_cast<std::size_t>(h * t.n_keys(site) + key - keys.first)]);
    return values;
}

TEST(Dropout, ActsOnTheStreamsAdditionsAndThePatternOfEveryModel) {
    for (const Preset& p : presets()) {
        const auto plain = run_with(p, {}),
                   dropped = run_with(p, {.regularise = {.dropout = 0.3, .seed = 9}});
        EXPECT_FALSE(same_rows(*dropped, 0, *plain, 0, k_tokens, 1e-2)) << p.name;
        EXPECT_TRUE(
            same_rows(*run_with(p, {.regularise = {.dropout = 0.3, .seed = 9}}), 0, *dropped, 0, k_tokens, 0))
            << p.name;
        EXPECT_FALSE(same_rows(*run_with(p, {.regularise = {.dropout = 0.3, .seed = 10}}), 0, *dropped, 0,
                               k_tokens, 1e-2))
            << p.name;
        // In the first layer the values without dropout are known.
        for (const Site site : {Site::resid_pre, Site::attn_out, Site::mlp_out, Site::pattern,
                                Site::cross_pattern, Site::cross_attn_out, Site::cross_q, Site::q}) {
            if (!has_site(p.config, site)) continue;
            int zeros = 0, n = 0;
            for (int t = 0; t < k_tokens; ++t)
                for (const real x : read_row(*dropped, site, t)) zeros += x == 0, ++n;
            if (has_dropout(site, 0))
                EXPECT_NEAR(zeros / double(n), 0.3, 0.1) << p.name << ": " << site_name(site, 0);
            else
                EXPECT_EQ(zeros, 0) << p.name << ": " << site_name(site, 0);
        }
        for (int t = 0; t < k_tokens; ++t) {
            std::vector<real> expected(row_of(*plain, Site::resid_pre, 0, t).begin(),
                                       row_of(*plain, Site::resid_pre, 0, t).end());
            apply_dropout(dropped->setup().regularise, Site::resid_pre, 0, t, 0, expected.data(),
                          static_cast<int>(expected.size()));
            EXPECT_EQ(difference(row_of(*dropped, Site::resid_pre, 0, t), expected), 0) << p.name;
        }
    }
}

TEST(Dropout, IsTheSameInPieces) {
    const Preset p = preset("llama");
    const Regularise options{.dropout = 0.3, .seed = 9};
    const auto whole = run_with(p, {.regularise = options});
    Trace pieces(whole->shared_weights(), TraceShape{k_tokens}, RunSetup{.regularise = options});
    const std::vector<int> tokens = random_tokens(p.config, k_tokens);
    for (std::size_t t = 0; t < tokens.size(); ++t) extend(pieces, std::span(tokens).subspan(t, 1));
    EXPECT_TRUE(same_rows(pieces, 0, *whole, 0, k_tokens, 1e-5));
}

TEST(Neutral, OptionsAndSeedsChangeNoBit) {
    for (const Preset& p : presets())
        EXPECT_TRUE(
            same_rows(*run_with(p, {.regularise = {.seed = 77}}), 0, *run_with(p, {}), 0, k_tokens, 0))
            << p.name;
}

TEST(RouterNoise, IsNormalAndMovesTheLogitsByItself) {
    const Regularise options{.router_noise = 0.5, .seed = 4};
    double sum = 0, squares = 0, fourth = 0;
    constexpr int k_draws = 20000;
    for (int i = 0; i < k_draws; ++i) {
        const double x = static_cast<double>(router_noise(options, 0, i / 8, i % 8)) / 0.5;
        sum += x, squares += x * x, fourth += x * x * x * x;
    }
    EXPECT_NEAR(sum / k_draws, 0, 5 / std::sqrt(k_draws));
    EXPECT_NEAR(squares / k_draws, 1, 5 * std::sqrt(2.0 / k_draws));
    EXPECT_NEAR(fourth / k_draws, 3, 5 * std::sqrt(96.0 / k_draws));
    const Preset p = preset("mixtral");
    const auto plain = run_with(p, {}), noisy = run_with(p, {.regularise = options});
    for (int t = 0; t < k_tokens; ++t)
        for (int e = 0; e < p.config.n_experts; ++e) {
            const CellRef cell{0, Site::router_logits, 0, -1, t, e};
            EXPECT_LE(difference(noisy->value(cell) - plain->value(cell), router_noise(options, 0, t, e)),
                      1e-5);
        }
}

/// Follows the definition: counts how many tokens of the segment an expert has when a choice comes.
TEST(Capacity, LaterChoicesOfAFullExpertGetNothing) {
    for (const Preset& p : presets_where([](const ModelConfig& c) { return c.is_moe(); }))
        for (const auto& [factor, first_choices_first] :
             {std::pair(0.4, false), {0.4, true}, {0.8, false}, {0.8, true}, {1.0, false}}) {
            const std::vector<Segment> segments{{0, 9, 2, 1, p.n_prefix}, {9, 20, 0, 0, p.n_prefix}};
            const auto limited = run_with(p, {.segments = segments,
                                              .capacity_factor = factor,
                                              .first_choices_first = first_choices_first}),
                       free = run_with(p, {.segments = segments});
            const ModelConfig& c = p.config;
            int n_dropped = 0;
            for (int l = 0; l < c.n_layers; ++l)
                for (const Segment& s : segments) {
                    const int first = s.begin + s.pad_left, last = s.end - s.pad_right;
                    const int capacity =
                        int(std::ceil(factor * c.experts_per_token * (last - first) / c.n_experts));
                    EXPECT_EQ(expert_capacity(factor, c.experts_per_token * (last - first), c.n_experts),
                              capacity);
                    const auto cell = [&](Site site, int t, int i) {
                        return static_cast<double>(limited->value({0, site, l, -1, t, i}));
                    };
                    std::map<int, int> n_tokens_of;
                    std::set<std::pair<int, int>> full; // row, slot
                    const auto visit = [&](int t, int slot) {
                        if (++n_tokens_of[int(cell(Site::expert_indices, t, slot))] > capacity)
                            full.emplace(t, slot);
                    };
                    for (int t = first; t < last && !first_choices_first; ++t)
                        for (int slot = 0; slot < c.experts_per_token; ++slot) visit(t, slot);
                    for (int slot = 0; slot < c.experts_per_token && first_choices_first; ++slot)
                        for (int t = first; t < last; ++t) visit(t, slot);
                    n_dropped += int(full.size());
                    for (int t = s.begin; t < s.end; ++t) {
                        double chosen_weight = 0;
                        for (int slot = 0; slot < c.experts_per_token; ++slot)
                            chosen_weight +=
                                cell(Site::expert_weights, t, int(cell(Site::expert_indices, t, slot)));
                        if (!c.renormalised_gates) chosen_weight = 1;
                        for (int slot = 0; slot < c.experts_per_token; ++slot) {
                            const int expert = int(cell(Site::expert_indices, t, slot));
                            const double gate = full.contains({t, slot})
                                                    ? 0
                                                    : cell(Site::expert_weights, t, expert) / chosen_weight;
                            EXPECT_NEAR(cell(Site::expert_gates, t, slot), gate, 1e-6)
                                << p.name << " row " << t << " slot " << slot;
                        }
                        for (int slot = c.experts_per_token; slot < c.expert_slots(); ++slot)
                            EXPECT_EQ(cell(Site::expert_gates, t, slot), 1)
                                << "shared experts are never full";
                    }
                }
            EXPECT_EQ(count_dropped_choices(*limited), n_dropped) << p.name;
            EXPECT_EQ(count_dropped_choices(*free), 0);
            EXPECT_TRUE(n_dropped > 0 || factor > 0.5) << p.name;
        }
}

TEST(Capacity, EnoughForAllChangesNothing) {
    const Preset p = preset("mixtral");
    EXPECT_TRUE(same_rows(*run_with(p, {.capacity_factor = 4}), 0, *run_with(p, {}), 0, k_tokens, 0));
}

TEST(Capacity, NeedsWholeSegments) {
    const Preset p = preset("mixtral");
    Trace trace(random_weights(p.config), {10, Keep::cache},
                {.segments = {{0, 6}, {6, 10}}, .capacity_factor = 1});
    trace.append(random_tokens(p.config, 10));
    EXPECT_THROW(forward(trace, 0, 3), Error);
    EXPECT_THROW(forward(trace, 2, 6), Error);
    EXPECT_NO_THROW(forward(trace, 0, 6));
    EXPECT_NO_THROW(forward(trace, 6, 10));
    EXPECT_NO_THROW(forward(trace, 0, 10));
}

TEST(Regularise, RefusesWhatMakesNoSense) {
    const auto weights = random_weights(preset("mixtral").config);
    const auto refused = [&](const Regularise& options, double capacity_factor = 0) -> std::string {
        try {
            Trace(weights, {4}, {.capacity_factor = capacity_factor, .regularise = options});
        } catch (const Error& e) {
            return e.problem().expected;
        }
        return "";
    };
    EXPECT_THAT(refused({.dropout = 1}), ::testing::HasSubstr("dropout"));
    EXPECT_THAT(refused({.dropout = -0.1}), ::testing::HasSubstr("dropout"));
    EXPECT_THAT(refused({.router_noise = -1}), ::testing::HasSubstr("router noise"));
    EXPECT_THAT(refused({}, std::nan("")), ::testing::HasSubstr("capacity factor"));
    EXPECT_EQ(refused({.dropout = 0.5, .router_noise = 1}, 1), "");
}

} // namespace
} // namespace gf::tests::regularise_test
