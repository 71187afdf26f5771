// The measures of routing against a plain recount in Python from the files that `trace` writes.

#include "cli/trace_file.h"
#include "measures/expert_split.h"

#include "core/passes/forward.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include <cstdlib>

namespace gf::tests::routing_test {
namespace {

using nlohmann::json;

/// What tests/reference/routing.py prints.
json recount(const std::string& arguments) {
    const std::string script = std::string(GLASSFORMER_TESTS_DIR) + "/reference/routing.py";
    const std::string found = scratch_file("recount.json", "");
    EXPECT_EQ(
        std::system(("/usr/bin/python3 -B '" + script + "' " + arguments + " >'" + found + "'").c_str()), 0);
    return json::parse(read_text(found));
}

class Recount : public ::testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        if (std::system("/usr/bin/python3 -c '' >/dev/null 2>&1") != 0) GTEST_SKIP() << "no Python";
    }
    const SavedModel& model = saved_preset(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Routers, Recount,
                         ::testing::Values("mixtral", "moe_shared", "moe_sigmoid", "moe_deepseek"));

TEST_P(Recount, LoadAndDroppedVisits) {
    const std::string tokens = ids_text(random_tokens(model.config(), 29)),
                      trace = scratch_file("load.safetensors", "");
    for (const auto& [setup, factor, first] :
         {std::tuple(R"({})", "0", "0"),
          {R"({"capacity_factor": 0.75})", "0.75", "0"},
          {R"({"capacity_factor": 0.75, "first_choices_first": true})", "0.75", "1"}}) {
        const std::string file = scratch_file("setup.json", setup);
        const std::vector<std::string> arguments{"trace", "--model", model.path, "--tokens",
                                                 tokens,  "--setup", file};
        const auto with = [&](const char* option, const std::string& value) {
            std::vector<std::string> all = arguments;
            all.insert(all.end(), {option, value});
            return all;
        };
        stdout_of(with("--out", trace));
        const json measured = stdout_json(with("--measure", "router-load"));
        const json expected = recount(std::string("load ") + factor + " " + first + " '" + trace + "'");
        ASSERT_EQ(measured.size(), expected.size()) << setup;
        int n_dropped = 0;
        for (std::size_t l = 0; l < expected.size(); ++l) {
            for (const char* counts : {"visits", "dropped"})
                EXPECT_EQ(measured[l][counts], expected[l][counts]) << setup;
            for (const char* figure : {"variation", "entropy", "switch_loss", "z_loss"})
                EXPECT_NEAR(measured[l][figure].get<double>(), expected[l][figure].get<double>(), 1e-5)
                    << figure;
            for (const int n : expected[l]["dropped"]) n_dropped += n;
        }
        EXPECT_EQ(n_dropped > 0, factor != std::string("0"));
    }
}

TEST_P(Recount, BitsThatTheExpertTells) {
    constexpr int k_kinds = 3;
    std::vector<int> kinds;
    for (int t = 0; t < model.config().d_vocab; ++t) kinds.push_back(t % k_kinds);
    ExpertSplit split(model.config(), kinds, k_kinds, 3);
    std::string traces;
    for (int text = 0; text < 3; ++text) {
        const std::vector<int> tokens =
            random_tokens(model.config(), 20 + 7 * text, 60 + static_cast<unsigned>(text));
        const std::string trace = scratch_file("text " + std::to_string(text) + ".safetensors", "");
        stdout_of({"trace", "--model", model.path, "--tokens", ids_text(tokens), "--out", trace});
        traces += " '" + trace + "'";
        Trace run(model.weights, TraceShape{static_cast<int>(tokens.size())});
        extend(run, tokens);
        split.add(run, text);
    }
    const json expected = recount("split " + std::to_string(k_kinds) + traces);
    for (int l = 0; l < model.config().n_layers; ++l) {
        const SplitBits bits = split.bits(l);
        const json& of_layer = expected[static_cast<std::size_t>(l)];
        EXPECT_NEAR(bits.domain, of_layer[0].get<double>(), 1e-9);
        EXPECT_NEAR(bits.kind, of_layer[1].get<double>(), 1e-9);
        EXPECT_NEAR(bits.token, of_layer[2].get<double>(), 1e-9);
    }
}

} // namespace
} // namespace gf::tests::routing_test
