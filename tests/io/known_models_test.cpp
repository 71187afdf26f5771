// Shapes of well-known large models: what their caches take, against figures that others have published.

#include "io/known_models.h"

#include "platform/write_file.h"
#include "support/expect_error.h"
#include "support/test_folder.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gf::tests::known_models_test {
namespace {

const KnownModel& named(const std::string& name) {
    const auto& all = known_models();
    const auto at = std::find_if(all.begin(), all.end(), [&](const KnownModel& m) { return m.name == name; });
    if (at == all.end()) throw std::out_of_range(name);
    return *at;
}

TEST(KnownModels, TakeWhatIsKnownOfThem) {
    EXPECT_EQ(named("Llama 2 7B").cache_bytes(1), 512 * 1024) << "half a megabyte a token, as often quoted";
    EXPECT_EQ(named("Llama 2 70B").cache_bytes(1), 320 * 1024)
        << "less, although the model is ten times as large";
    EXPECT_EQ(named("Llama 3.1 8B").cache_bytes(131072), 16.0 * 1024 * 1024 * 1024) << "16 GiB";
    EXPECT_NEAR(named("GPT-3 175B").cache_bytes(2048), 9.66e9, 0.01e9);
    for (const KnownModel& m : known_models()) {
        EXPECT_EQ(m.n_heads % m.n_kv_heads, 0) << m.name;
        EXPECT_GE(m.source.size(), 10u) << m.name;
    }
}

TEST(KnownModels, AWrongFileSaysWhere) {
    const TestFolder folder;
    const std::filesystem::path file = folder.path() / "known.json";
    write_file(file, R"([{"name": "x", "n_layers": 0, "n_heads": 1, "n_kv_heads": 1, "d_head": 1, "n_ctx": 1,
                          "source": "y"}])");
    expect_error([&] { read_known_models(file); }, {"known.json", "n_layers"});
}

} // namespace
} // namespace gf::tests::known_models_test
