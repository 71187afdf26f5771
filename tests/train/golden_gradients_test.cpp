// The backward pass agrees with PyTorch's automatic differentiation at every site and
// parameter: with the gradients stored in tests/golden, and where PyTorch is installed also
// for new random models. tests/reference/gradients.py made them; it shares no code with src.
// The tests compare what `glassformer trace --gradients` writes.

#include "core/passes/forward.h"
#include "core/passes/gradients.h"
#include "io/json.h"
#include "io/model_file.h"
#include "io/safetensors.h"
#include "io/trace_file.h"
#include "platform/mapped_file.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace gf::tests::golden_gradients_test {
namespace {

namespace fs = std::filesystem;

/// Error relative to 1 + |value|: sums in single precision, in another order.
constexpr double k_tolerance = 2e-5;

class GoldenGradients : public ::testing::Test {
  protected:
    void SetUp() override { fs::create_directories(scratch_); }
    void TearDown() override { fs::remove_all(scratch_); }
    const fs::path scratch_ =
        fs::path(::testing::TempDir()) / ("glassformer-gradients-" + std::to_string(getpid()));

    /// Runs the model in `folder` on its tokens.json forward and
    /// backward. Returns the file that this is written to.
    fs::path write_our_gradients(const fs::path& folder) const {
        std::vector<std::string> warnings;
        const auto weights = load_model(folder, warnings);
        const MappedFile file(folder / "tokens.json");
        const nlohmann::json json = parse_json(file.text(), "tokens.json");
        const auto tokens = json.at("tokens").get<std::vector<int>>();
        const int n = static_cast<int>(tokens.size());
        std::shared_ptr<Trace> source;
        if (weights->config.has_encoder()) {
            const auto source_tokens = json.at("source").get<std::vector<int>>();
            const TraceShape shape{static_cast<int>(source_tokens.size()), Keep::all, Stack::encoder};
            source = std::make_shared<Trace>(weights, shape);
            extend(*source, source_tokens);
        }
        const auto trace = std::make_shared<Trace>(weights, TraceShape{n},
                                                   RunSetup{.n_prefix = json.at("n_prefix")}, source);
        extend(*trace, tokens);
        const RunGradients found = gf::gradients(trace, n, {}, {.params = true});
        std::vector<TracePart> parts;
        const TraceGradients source_gradients{source ? *found.source : *found.sites, {}};
        const TraceGradients gradients{*found.sites, found.params};
        if (source)
            parts.push_back(
                {*source, source->n_tokens(), all_sites(source->config()), "encoder.", &source_gradients});
        parts.push_back({*trace, n, all_sites(weights->config), "", &gradients});
        write_trace(scratch_ / "ours.safetensors", parts);
        return scratch_ / "ours.safetensors";
    }

    static std::vector<float> values(const TensorEntry& tensor) {
        std::vector<float> all(tensor.bytes.size() / sizeof(float));
        std::memcpy(all.data(), tensor.bytes.data(), tensor.bytes.size());
        return all;
    }

    /// Sets PyTorch's gradient to 0 where attention is 0 because of the
    /// mask. Ours is 0 there, as nothing can change these weights.
    static void apply_mask(std::vector<float>& gradient, const std::vector<float>& pattern) {
        for (std::size_t i = 0; i < gradient.size(); ++i)
            if (pattern[i] == 0) gradient[i] = 0;
    }

    /// Compares every tensor that PyTorch has a gradient of; these
    /// must include all parameters and some sites.
    void expect_same_gradients(const fs::path& folder) const {
        SCOPED_TRACE(folder.filename().string());
        const MappedFile theirs_file(folder / "gradients.safetensors"),
            ours_file(write_our_gradients(folder));
        const Safetensors theirs = parse_safetensors(theirs_file.bytes(), "theirs"),
                          ours = parse_safetensors(ours_file.bytes(), "ours");
        int n_compared = 0;
        for (const TensorEntry& expected : theirs.tensors) {
            if (expected.name.find("token_type") != std::string::npos)
                continue; // our model has them added to the positions
            const TensorEntry* found = ours.find(expected.name);
            ASSERT_TRUE(found) << expected.name;
            ASSERT_EQ(found->shape, expected.shape) << expected.name;
            ++n_compared;
            const std::vector<float> a = values(*found);
            std::vector<float> b = values(expected);
            if (expected.name.ends_with("hook_pattern"))
                apply_mask(b, values(*ours.find(expected.name.substr(5))));
            double worst = 0;
            for (std::size_t i = 0; i < a.size(); ++i)
                worst = std::max(worst, std::abs(double(a[i]) - double(b[i])) / (1 + std::abs(double(b[i]))));
            EXPECT_LE(worst, k_tolerance) << expected.name;
        }
        std::vector<std::string> warnings;
        const auto weights = load_model(folder, warnings);
        for (const ParamRow& row : weights->table) EXPECT_TRUE(theirs.find("grad/" + row.name)) << row.name;
        EXPECT_GE(n_compared, static_cast<int>(weights->table.size()) + 10) << "sites too";
    }
};

TEST_F(GoldenGradients, AgreeWithStoredValues) {
    for (const char* name :
         {"gpt2-tiny", "llama-tiny", "mixtral-tiny", "gpt-neox-tiny", "gemma2-tiny", "olmo2-tiny", "t5-tiny"})
        expect_same_gradients(fs::path(GLASSFORMER_TESTS_DIR) / "golden" / name);
}

TEST_F(GoldenGradients, AgreeForModelsOfAnotherSeed) {
    if (std::system("/usr/bin/python3 -c 'import torch' >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "without PyTorch the stored values serve";
    const std::string script = (fs::path(GLASSFORMER_TESTS_DIR) / "reference" / "gradients.py").string();
    const std::string models = (scratch_ / "models").string();
    ASSERT_EQ(std::system(("/usr/bin/python3 -B '" + script + "' --seed 1 --out '" + models + "'").c_str()),
              0);
    int n_models = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(models))
        expect_same_gradients(entry.path()), ++n_models;
    EXPECT_GE(n_models, 14);
    EXPECT_EQ(std::system(("/usr/bin/python3 -B '" + script +
                           "' --check '" GLASSFORMER_TESTS_DIR "/golden' >/dev/null")
                              .c_str()),
              0);
}

} // namespace
} // namespace gf::tests::golden_gradients_test
