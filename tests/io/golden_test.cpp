// The forward pass agrees with PyTorch at every site: with the values stored in tests/golden
// and, where PyTorch is installed, with models drawn afresh. tests/reference/reference.py made
// the values; it shares no code with src.

#include "core/passes/forward.h"
#include "io/json.h"
#include "io/model_file.h"
#include "io/safetensors.h"
#include "platform/mapped_file.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <unistd.h>

namespace gf::golden_test {
namespace {

namespace fs = std::filesystem;

// Relative to 1 + |value|. The sums are in single precision and in another order.
constexpr double k_tolerance = 2e-5;

fs::path tests_folder() { return GLASSFORMER_TESTS_DIR; }

std::vector<std::string> folders_in(const fs::path& parent) {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(parent))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// The length of an axis in the stored files.
std::int64_t length(Axis axis, const ModelConfig& c, int n_tokens, int n_source) {
    switch (axis) {
    case Axis::pos:
    case Axis::query:
    case Axis::key: return n_tokens;
    case Axis::head: return c.n_heads;
    case Axis::kv_head: return c.n_kv_heads;
    case Axis::d_head: return c.d_head;
    case Axis::d_model: return c.d_model;
    case Axis::d_mlp: return c.d_mlp;
    case Axis::d_vocab: return c.d_vocab;
    case Axis::expert: return c.n_experts;
    case Axis::slot: return c.expert_slots();
    case Axis::segment: return 1;
    case Axis::source: return n_source;
    case Axis::n_classes: return c.n_classes;
    case Axis::one: return 1;
    }
    return 0;
}

/// The shape of a site in the stored files: its axes as in site.h, and in a mixture
/// of experts a slot axis before d_mlp.
std::vector<std::int64_t> stored_shape(const Trace& trace, Site site) {
    const ModelConfig& config = trace.config();
    const int n_source = trace.source() ? trace.source()->n_tokens() : 0;
    std::vector<std::int64_t> shape;
    for (Axis axis : site_row(site).axes) {
        if (axis == Axis::d_mlp && config.is_moe()) shape.push_back(config.expert_slots());
        shape.push_back(length(axis, config, trace.n_tokens(), n_source));
    }
    return shape;
}

/// Runs the model over all tokens of tokens.json in one pass.
std::unique_ptr<Trace> run_model(const fs::path& folder) {
    std::vector<std::string> warnings;
    const auto weights = load_model(folder, warnings);
    EXPECT_THAT(warnings, testing::IsEmpty());
    const MappedFile file(folder / "tokens.json");
    const nlohmann::json json = parse_json(file.text(), "tokens.json");
    const auto tokens = json.at("tokens").get<std::vector<int>>();
    const int n = static_cast<int>(tokens.size());
    Segment segment{0, n};
    segment.n_prefix = json.at("n_prefix");
    std::shared_ptr<Trace> source;
    if (weights->config.has_encoder()) {
        const auto text = json.at("source").get<std::vector<int>>();
        source = std::make_shared<Trace>(
            weights, TraceShape{static_cast<int>(text.size()), Keep::all, Stack::encoder});
        extend(*source, text);
    }
    auto trace = std::make_unique<Trace>(weights, TraceShape{n}, RunSetup{.segments = {segment}}, source);
    trace->append(tokens);
    forward(*trace, 0, n);
    return trace;
}

std::vector<double> values(const TensorEntry& tensor) {
    auto read = [&](auto element) {
        std::vector<decltype(element)> elements(tensor.bytes.size() / sizeof element);
        std::memcpy(elements.data(), tensor.bytes.data(), elements.size() * sizeof element);
        return std::vector<double>(elements.begin(), elements.end());
    };
    if (tensor.dtype == DType::i32) return read(std::int32_t{});
    EXPECT_EQ(tensor.dtype, DType::f32) << tensor.name;
    return read(float{});
}

void compare_site(const Trace& trace, SiteRef ref, const TensorEntry& stored) {
    const int rows = trace.n_rows(ref.site), width = trace.width(ref.site);
    ASSERT_EQ(stored.shape, stored_shape(trace, ref.site)) << stored.name;
    const std::vector<double> expected = values(stored);
    // Stored is [head, query, key], while a row of the Trace, one query, is [head, key].
    const bool by_head = site_row(ref.site).axes[0] == Axis::head;
    const int n_keys = trace.n_keys(ref.site);
    double worst = 0;
    std::string cell = "none";
    for (int row = 0; row < rows; ++row) {
        for (int i = 0; i < width; ++i) {
            const int at = by_head ? (i / n_keys * rows + row) * n_keys + i % n_keys : row * width + i;
            const double want = expected[static_cast<std::size_t>(at)],
                         found = trace.row(ref.site, ref.layer, row)[i];
            // Equal infinities do not differ, though their difference is NaN.
            double difference = want == found ? 0 : std::abs(found - want) / (1 + std::abs(want));
            if (std::isnan(difference)) difference = std::numeric_limits<double>::infinity();
            if (difference <= worst) continue;
            worst = difference;
            cell = "row " + std::to_string(row) + ", value " + std::to_string(i) + ": expected " +
                   std::to_string(want) + ", found " + std::to_string(found);
        }
    }
    EXPECT_LE(worst, ref.site == Site::expert_indices ? 0 : k_tolerance) << stored.name << ", " << cell;
}

/// Checks that every site of the model, and nothing else, is stored, and that the values agree.
void compare_model(const fs::path& folder) {
    SCOPED_TRACE(folder.filename().string());
    const std::unique_ptr<Trace> trace = run_model(folder);
    const MappedFile file(folder / "activations.safetensors");
    const Safetensors stored = parse_safetensors(file.bytes(), "activations.safetensors");
    std::set<std::string> stored_names, site_names;
    for (const TensorEntry& tensor : stored.tensors) stored_names.insert(tensor.name);
    for (const Trace* run : {trace->source(), static_cast<const Trace*>(trace.get())}) {
        if (!run) continue;
        for (const SiteRef& ref : all_sites(run->config())) {
            const std::string name = (run == trace.get() ? "" : "encoder.") + site_name(ref.site, ref.layer);
            site_names.insert(name);
            if (const TensorEntry* tensor = stored.find(name)) compare_site(*run, ref, *tensor);
        }
    }
    EXPECT_EQ(stored_names, site_names);
}

bool has_pytorch() {
    static const bool found = std::system("/usr/bin/python3 -c 'import torch' >/dev/null 2>&1") == 0;
    return found;
}

/// Runs reference.py; if it fails, the test shows what it printed. `scratch` is
/// an existing folder for its log.
void run_reference(const std::string& arguments, const fs::path& scratch) {
    const fs::path script = tests_folder() / "reference" / "reference.py", log = scratch / "reference.log";
    const std::string command =
        "/usr/bin/python3 -B '" + script.string() + "' " + arguments + " >'" + log.string() + "' 2>&1";
    const int status = std::system(command.c_str());
    std::ostringstream printed;
    printed << std::ifstream(log).rdbuf();
    ASSERT_EQ(status, 0) << command << "\n" << printed.str();
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, EverySiteAgreesWithStoredValues) { compare_model(tests_folder() / "golden" / GetParam()); }

INSTANTIATE_TEST_SUITE_P(Models, Golden, testing::ValuesIn(folders_in(tests_folder() / "golden")),
                         [](const auto& info) {
                             std::string name = info.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

/// Tests that need PyTorch, with a folder that is removed at the end.
class WithPyTorch : public testing::Test {
  protected:
    void SetUp() override {
        if (!has_pytorch()) GTEST_SKIP() << "the stored values are used where PyTorch is absent";
        fs::create_directories(scratch_);
    }
    void TearDown() override { fs::remove_all(scratch_); }
    const fs::path scratch_ =
        fs::path(testing::TempDir()) / ("glassformer-golden-" + std::to_string(getpid()));
};

TEST_F(WithPyTorch, StoredValuesAreWhatTheReferenceComputes) {
    run_reference("--check '" + (tests_folder() / "golden").string() + "'", scratch_);
}

TEST_F(WithPyTorch, EverySiteAgreesForModelsOfAnotherSeed) {
    const fs::path models = scratch_ / "models";
    ASSERT_NO_FATAL_FAILURE(run_reference("--seed 1 --out '" + models.string() + "'", scratch_));
    const std::vector<std::string> names = folders_in(models);
    EXPECT_EQ(names, folders_in(tests_folder() / "golden"));
    for (const std::string& name : names) compare_model(models / name);
}

} // namespace
} // namespace gf::golden_test
