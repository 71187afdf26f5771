#include "io/trace_file.h"

#include "io/hf_config.h"
#include "io/safetensors.h"
#include "io/support.h"

#include <cstring>

namespace gf::tests::trace_file_test {
namespace {

/// A value that tells site, layer, row and column apart.
real stamp(SiteRef ref, int row, int i) {
    if (ref.site == Site::expert_indices) return static_cast<real>((row + i) % 3);
    const auto number = &site_row(ref.site) - site_rows().data();
    return static_cast<real>(number * 100'000 + (ref.layer + 1) * 10'000 + row * 1000 + i);
}

/// A Trace that holds 5 tokens, with room for more, and whose every value is its stamp.
std::unique_ptr<Trace> stamped_trace(const std::shared_ptr<const Weights>& weights, Keep keep = Keep::all) {
    TraceShape shape{9, keep};
    RunSetup setup;
    if (weights->config.pools()) setup.segments = {{0, 4}, {4, 9}}; // only the first one is complete
    std::shared_ptr<Trace> source;                                  // 6 tokens long
    if (weights->config.has_encoder()) {
        source = std::make_shared<Trace>(weights, TraceShape{6, keep, Stack::encoder});
        source->append(std::vector<int>{1, 2, 0, 1, 3, 3});
    }
    auto trace = std::make_unique<Trace>(weights, shape, setup, source);
    const int tokens[] = {1, 4, 0, 2, 2};
    trace->append(tokens);
    for (const SiteRef& ref : all_sites(weights->config)) {
        if (!trace->kept(ref.site)) continue;
        for (int row = 0; row < trace->n_rows(ref.site); ++row)
            for (int i = 0; i < trace->width(ref.site); ++i)
                trace->row(ref.site, ref.layer, row)[i] = stamp(ref, row, i);
    }
    return trace;
}

/// Writes some sites of one run.
void write_sites(const std::filesystem::path& path, const Trace& trace, int rows,
                 std::vector<SiteRef> sites) {
    const TracePart part{trace, rows, std::move(sites), ""};
    write_trace(path, std::span(&part, 1));
}

/// The i-th value of a tensor in the file.
float value(const TensorEntry& t, int i) {
    if (t.dtype == DType::i32) {
        std::int32_t x = 0;
        std::memcpy(&x, t.bytes.data() + 4 * i, 4);
        return static_cast<float>(x);
    }
    float x = 0;
    std::memcpy(&x, t.bytes.data() + 4 * i, 4);
    return x;
}

class TraceFile : public testing::TestWithParam<NamedConfig> {};

TEST_P(TraceFile, HoldsEverySiteInItsAxes) {
    const ModelConfig& c = GetParam().config;
    const auto trace = stamped_trace(tiny_weights(c));
    const auto sites = all_sites(c);
    const TestFolder folder;
    constexpr int k_rows = 4;
    write_sites(folder.path() / "t", *trace, k_rows, sites);
    const std::string text = read_text(folder.path() / "t");
    const Safetensors file = parse_safetensors(bytes_of(text), "t");

    EXPECT_EQ(file.metadata.at("tokens"), "[1,4,0,2]");
    EXPECT_EQ(parse_hf_config(file.metadata.at("config"), ""), c);
    EXPECT_EQ(file.tensors.size(), sites.size());
    for (const SiteRef& ref : sites) {
        const TensorEntry* t = file.find(site_name(ref.site, ref.layer));
        ASSERT_NE(t, nullptr) << site_name(ref.site, ref.layer);
        EXPECT_EQ(t->dtype, ref.site == Site::expert_indices ? DType::i32 : DType::f32);
        const int width = trace->width(ref.site), heads = site_heads(c, ref.site);
        if (has_key_axis(ref.site)) {
            const int keys = has_source_keys(ref.site) ? 6 : k_rows;
            ASSERT_EQ(t->shape, (std::vector<std::int64_t>{c.n_heads, k_rows, keys}));
            for (int h = 0; h < c.n_heads; ++h)
                for (int query = 0; query < k_rows; ++query)
                    for (int key = 0; key < keys; ++key)
                        ASSERT_EQ(value(*t, (h * k_rows + query) * keys + key),
                                  stamp(ref, query, h * trace->n_keys(ref.site) + key))
                            << t->name;
            continue;
        }
        const auto axes = site_row(ref.site).axes;
        const bool by_head = axes.back() == Axis::d_head || (axes.back() == Axis::one && axes.size() == 3);
        const bool by_slot = c.is_moe() && site_row(ref.site).axes.back() == Axis::d_mlp;
        const int rows = row_axis(ref.site) == Axis::segment  ? 1
                         : row_axis(ref.site) == Axis::source ? 6
                                                              : k_rows;
        ASSERT_EQ(t->shape, (by_head || by_slot ? std::vector<std::int64_t>{rows, heads, width / heads}
                                                : std::vector<std::int64_t>{rows, width}))
            << t->name;
        for (int row = 0; row < rows; ++row)
            for (int i = 0; i < width; ++i)
                ASSERT_EQ(value(*t, row * width + i), stamp(ref, row, i)) << t->name;
    }
}

INSTANTIATE_TEST_SUITE_P(Tiny, TraceFile, testing::ValuesIn(tiny_models()),
                         [](const auto& info) { return info.param.name; });

TEST(TraceFileShapes, AreThePublicOnes) {
    const TestFolder folder;
    const auto shape = [&](const char* model, const char* site) {
        const ModelConfig c = tiny_config(model);
        const auto trace = stamped_trace(tiny_weights(c));
        const SiteRef ref = find_site(c, site);
        write_sites(folder.path() / "t", *trace, 5, {ref});
        const std::string text = read_text(folder.path() / "t");
        return shape_text(parse_safetensors(bytes_of(text), "t").tensors.at(0).shape);
    };
    EXPECT_EQ(shape("llama", "blocks.0.attn.hook_q"), "[5, 2, 4]");
    EXPECT_EQ(shape("llama", "blocks.0.attn.hook_rot_k"), "[5, 1, 4]");
    EXPECT_EQ(shape("llama", "blocks.0.attn.hook_pattern"), "[2, 5, 5]");
    EXPECT_EQ(shape("llama", "blocks.0.hook_resid_pre"), "[5, 8]");
    EXPECT_EQ(shape("llama", "blocks.0.ln1.hook_scale"), "[5, 1]");
    EXPECT_EQ(shape("qwen3", "blocks.0.attn.q_norm.hook_scale"), "[5, 2, 1]");
    EXPECT_EQ(shape("llama", "blocks.0.mlp.hook_post"), "[5, 12]");
    EXPECT_EQ(shape("llama", "logits"), "[5, 11]");
    EXPECT_EQ(shape("mixtral", "blocks.0.mlp.hook_post"), "[5, 2, 12]");
    EXPECT_EQ(shape("mixtral", "blocks.0.mlp.hook_router_logits"), "[5, 3]");
    EXPECT_EQ(shape("mixtral", "blocks.0.mlp.hook_expert_indices"), "[5, 2]");
}

TEST(TraceFileErrors, SiteThatIsNotKept) {
    const TestFolder folder;
    const ModelConfig c = tiny_config("llama");
    const auto trace = stamped_trace(tiny_weights(c), Keep::residual);
    const SiteRef pattern{Site::pattern, 0}, resid{Site::resid_post, 0};
    expect_words(problem_of([&] { write_sites(folder.path() / "t", *trace, 5, {pattern}); }),
                 {"blocks.0.attn.hook_pattern", "a site that the trace keeps", "does not", "budget"});
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "t"));
    write_sites(folder.path() / "t", *trace, 5, {resid});
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "t"));
}

} // namespace
} // namespace gf::tests::trace_file_test
