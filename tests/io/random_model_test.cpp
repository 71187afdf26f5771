// Random models of every family: their files are read as what was written, and say which family they are.

#include "io/random_model.h"

#include "core/passes/forward.h"
#include "io/hf_model.h"
#include "io/json.h"
#include "io/model_file.h"
#include "io/support.h"
#include "platform/mapped_file.h"
#include "support/compare.h"

#include "support/random_model.h"
#include "support/test_folder.h"

#include <gmock/gmock.h>

#include <cmath>

namespace gf::tests::random_model_test {
namespace {

TEST(RandomModels, OfEveryFamilyAreReadAsTheyWereWritten) {
    const TestFolder folder;
    ASSERT_GE(family_names().size(), 18u);
    for (const std::string_view family : family_names()) {
        const ModelConfig config = config_like(std::string(family), {.d_vocab = 60});
        const auto written = random_model(config, 3);
        const auto path = folder.path() / family;
        save_model(path, *written);
        const nlohmann::json stored = parse_json(MappedFile(path / "config.json").text(), "config.json");
        EXPECT_EQ(stored["model_type"], family);
        std::vector<std::string> warnings;
        const auto read = load_model(path, warnings);
        EXPECT_THAT(warnings, testing::IsEmpty()) << family;
        ASSERT_EQ(read->config, config) << family;
        const real* a = written->values(written->table.front());
        const real* b = read->values(read->table.front());
        EXPECT_TRUE(std::equal(a, a + written->size(), b)) << family;
        const auto trace = run(read, random_tokens(config, 20));
        EXPECT_TRUE(std::isfinite(trace->row(output_site(config), -1, 19)[0])) << family;
    }
}

TEST(RandomModels, HaveTheSizeThatIsAskedFor) {
    const ModelConfig c = config_like("qwen3", {.d_model = 48, .n_layers = 3, .n_heads = 6, .n_kv_heads = 3});
    EXPECT_EQ(c.d_model, 48);
    EXPECT_EQ(c.n_layers, 3);
    EXPECT_EQ(c.d_head, 8);
    EXPECT_EQ(c.n_kv_heads, 3);
    EXPECT_EQ(c.qk_norm, QkNorm::heads);
    const ModelConfig gemma = config_like("gemma3_text", {});
    EXPECT_EQ(gemma.layer_windows.size(), 6u);
    EXPECT_EQ(gemma.layer(0).window, 64);
    EXPECT_EQ(gemma.layer(5).window, 0);
    const auto same = random_model(gemma, 5), again = random_model(gemma, 5), other = random_model(gemma, 6);
    const auto first = [](const Weights& w) { return w.values(w.table.front())[0]; };
    EXPECT_EQ(first(*same), first(*again));
    EXPECT_NE(first(*same), first(*other));
}

TEST(RandomModels, AnUnknownFamilyIsRefusedWithTheirNames) {
    expect_words(problem_of([] { config_like("falcon", {}); }), {"--like", "qwen3", "'falcon'", ""});
    expect_words(problem_of([] { config_like("gpt2", {.d_model = 0}); }), {"make", "1 to", "0", ""});
}

} // namespace
} // namespace gf::tests::random_model_test
