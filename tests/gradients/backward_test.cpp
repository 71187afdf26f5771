// The gradient of every parameter and of every cell of every site agrees with finite differences, in every
// variant of a model.

#include "finite_differences.h"

#include "core/kernels/kernels.h"
#include "support/dropped_choices.h"
#include "support/varied_setup.h"

namespace gf::tests::backward_test {
namespace {

constexpr int k_tokens = 9, k_source = 7;

/// Two sequences end to end, the first one with padding.
RunSetup two_sequences(int n_prefix) {
    return {.segments = {{.begin = 0, .end = 4, .pad_left = 1, .n_prefix = n_prefix},
                         {.begin = 4, .end = k_tokens, .n_prefix = n_prefix}}};
}

/// A loss that reads everything that losses may read. Logits, also those of classes, get
/// the cross-entropy of random targets, rows of different importance; output vectors get
/// a polynomial; routers get the squares of their values.
class Loss {
  public:
    explicit Loss(const ModelConfig& c)
        : config_(c), site_(output_site(c)), layer_(site_row(site_).per_layer ? c.n_layers - 1 : -1),
          is_logits_(c.has_logits() || c.head == OutputHead::classes),
          targets_(random_tokens(c, k_tokens, 23)) {}

    double value(const Trace& trace) const {
        double sum = 0;
        for (int t = 0; t < trace.n_rows(site_); ++t) {
            const real* x = trace.row(site_, layer_, t);
            const int n = trace.width(site_);
            if (is_logits_) sum += importance(t) * (log_sum_exp(x, n) - x[target(t, n)]);
            for (int i = 0; !is_logits_ && i < n; ++i)
                sum += importance(t) * (slope(i) * x[i] + x[i] * x[i] / 2);
        }
        for_each_router_value([&](Site site, double factor, int l, int t, int e) {
            sum += factor * std::pow(router_value(trace, site, l, t, e), 2);
        });
        return sum;
    }
    void gradient(const Trace& trace, Trace& sites) const {
        for (int t = 0; t < trace.n_rows(site_); ++t) {
            const real* x = trace.row(site_, layer_, t);
            real* d = sites.row(site_, layer_, t);
            const int n = trace.width(site_);
            if (is_logits_) softmax(x, d, n), d[target(t, n)] -= 1;
            for (int i = 0; i < n; ++i) d[i] = importance(t) * (is_logits_ ? d[i] : slope(i) + x[i]);
        }
        for_each_router_value([&](Site site, double factor, int l, int t, int e) {
            sites.row(site, l, t)[e] = 2 * factor * router_value(trace, site, l, t, e);
        });
    }

  private:
    template <class F>
    void for_each_router_value(F f) const {
        for (int t = 0; config_.is_moe() && t < k_tokens; ++t)
            for (int l = 0; l < config_.n_layers; ++l)
                for (int e = 0; e < config_.n_experts; ++e)
                    f(Site::expert_weights, 0.1, l, t, e), f(Site::router_logits, 0.01, l, t, e);
    }
    /// The logit of an expert that is off is a constant, -inf.
    static double router_value(const Trace& trace, Site site, int l, int t, int e) {
        const double value = trace.row(site, l, t)[e];
        return std::isinf(value) ? 0 : value;
    }
    int target(int t, int n) const { return targets_[static_cast<std::size_t>(t)] % n; }
    double importance(int t) const { // row 0 is padding
        return t == 0 && row_axis(site_) == Axis::pos ? 0 : 0.5 + 0.1 * t;
    }
    static double slope(int i) { return 0.3 * (i % 3 - 1); }
    ModelConfig config_;
    Site site_;
    int layer_;
    bool is_logits_;
    std::vector<int> targets_;
};

class Gradients : public ::testing::TestWithParam<Preset> {
  protected:
    const ModelConfig config = shrunk(GetParam().config);
    RunSetup setup = two_sequences(std::min(GetParam().n_prefix, 2));
    std::shared_ptr<Weights> weights = random_weights(config, 5);
    const std::vector<int> tokens = random_tokens(config, k_tokens);
    const std::vector<int> source_tokens = random_tokens(config, k_source, 17);
    const Loss loss{config};

    /// The encoder's run of an encoder-decoder; nullptr for other models.
    std::shared_ptr<Trace> encoder_run(Keep keep = Keep::all, const std::vector<Edit>& edits = {}) const {
        if (!config.has_encoder()) return nullptr;
        auto trace = std::make_shared<Trace>(weights, TraceShape{k_source, keep, Stack::encoder},
                                             RunSetup{.segments = {{0, 4, 1, 0, 0}, {4, k_source, 0, 1, 0}},
                                                      .edits = edits,
                                                      .regularise = setup.regularise});
        extend(*trace, source_tokens);
        return trace;
    }
    /// A Trace with the tokens, not yet run forward. It reads `source`, or else a new run of the encoder.
    std::unique_ptr<Trace> decoder_trace(const std::vector<Edit>& edits, Keep keep = Keep::all,
                                         std::shared_ptr<const Trace> source = nullptr) const {
        auto trace = std::make_unique<Trace>(weights, TraceShape{k_tokens, keep}, setup.with_edits(edits),
                                             source ? source : encoder_run());
        trace->append(tokens);
        return trace;
    }

    double loss_with_edits(const std::vector<Edit>& edits, const std::vector<Edit>& source_edits) const {
        const auto trace = decoder_trace(edits, Keep::all, encoder_run(Keep::all, source_edits));
        forward(*trace, 0, k_tokens);
        return loss.value(*trace);
    }
    /// The gradients of all parameters, those of an encoder among them.
    std::vector<real> parameter_gradients(Keep run, Keep gradients,
                                          const std::vector<Edit>& edits = {}) const {
        const std::shared_ptr<Trace> source = encoder_run(run);
        const auto trace = decoder_trace(edits, run, source);
        forward(*trace, 0, k_tokens);
        std::vector<real> params(weights->size(), 0);
        Backward backward(*trace, gradients);
        loss.gradient(*trace, backward.sites());
        backward.run(params);
        if (!source) return params;
        Backward encoder(*source, gradients);
        encoder.seed_output(backward.sites());
        encoder.run(params);
        return params;
    }
    /// Moves every parameter and compares the change of the loss with its computed gradient.
    void expect_parameters_agree(const std::vector<real>& computed,
                                 const std::vector<Edit>& edits = {}) const {
        const std::shared_ptr<Trace> source = encoder_run();
        const auto trace = decoder_trace(edits, Keep::all, source);
        for (const ParamRow& row : weights->table)
            for (std::size_t i = 0; i < row.size(); ++i) {
                real& value = weights->values(row)[i];
                const real before = value;
                const auto loss_at = [&](double x) {
                    value = x;
                    weights->refresh();
                    if (source) forward(*source, 0, k_source);
                    forward(*trace, 0, k_tokens);
                    return loss.value(*trace);
                };
                ASSERT_TRUE(is_derivative(computed[row.offset + i], loss_at, before))
                    << row.name << " value " << i;
                loss_at(before);
            }
    }
    /// Moves every cell of a run with edits, and of its encoder, and
    /// compares the change of the loss with the computed gradient.
    void expect_sites_agree(const std::vector<Edit>& edits) const {
        const std::shared_ptr<Trace> source = encoder_run();
        const auto trace = decoder_trace(edits, Keep::all, source);
        forward(*trace, 0, k_tokens);
        Backward backward(*trace);
        loss.gradient(*trace, backward.sites());
        backward.run({});
        expect_cells_agree(backward.sites(), [&](const Edit& moved) {
            std::vector<Edit> all{moved};
            all.insert(all.end(), edits.begin(), edits.end());
            return loss_with_edits(all, {});
        });
        if (!source) return;
        Backward encoder(*source);
        encoder.seed_output(backward.sites());
        encoder.run({});
        expect_cells_agree(encoder.sites(),
                           [&](const Edit& moved) { return loss_with_edits(edits, {moved}); });
    }
    /// loss_with(edit) is the loss of a run with an edit that adds to one cell.
    static void expect_cells_agree(const Trace& computed,
                                   const std::function<double(const Edit&)>& loss_with) {
        for (const SiteRef& s : all_sites(computed.config())) {
            if (!site_row(s.site).editable) continue;
            const int heads = site_heads(computed.config(), s.site), columns = computed.width(s.site) / heads;
            for (int t = 0; t < computed.row_capacity(s.site); ++t)
                for (int cell = 0; cell < heads * columns; ++cell) {
                    const int h = cell / columns, j = cell % columns;
                    const auto loss_at = [&](double x) {
                        return loss_with({{.site = s.site,
                                           .layer = s.layer,
                                           .row_begin = t,
                                           .row_end = t + 1,
                                           .head_begin = h,
                                           .head_end = h + 1,
                                           .column_begin = j,
                                           .column_end = j + 1},
                                          Edit::Kind::add,
                                          {x},
                                          nullptr});
                    };
                    ASSERT_TRUE(is_derivative(computed.row(s.site, s.layer, t)[cell], loss_at, 0))
                        << (computed.shape().stack == Stack::encoder ? "encoder's " : "")
                        << site_name(s.site, s.layer) << " row " << t << " head " << h << " column " << j;
                }
        }
    }
    std::vector<Edit> edits_of_many_sites() const {
        const auto cells = [](Site site, int layer, int row, int columns) {
            return CellRange{.site = site,
                             .layer = layer,
                             .row_begin = row,
                             .row_end = row + 2,
                             .column_begin = 0,
                             .column_end = columns};
        };
        const Site norm_scale = has_site(config, Site::ln1_scale) ? Site::ln1_scale : Site::ln1_post_scale;
        std::vector<Edit> edits{
            {cells(Site::attn_scores, 0, 5, 2), Edit::Kind::scale, {0.5}, nullptr},
            {cells(Site::pattern, 1, 6, 2), Edit::Kind::values, {0.25}, nullptr},
            {cells(Site::pattern, 0, 6, 3), Edit::Kind::scale, {1.5}, nullptr},
            {cells(norm_scale, 1, 5, 1), Edit::Kind::scale, {1.25}, nullptr},
            {cells(*site_row(norm_scale).normalized, 0, 6, 4), Edit::Kind::scale, {0}, nullptr},
            {cells(Site::attn_out, 0, 5, 3), Edit::Kind::add, {0.3}, nullptr},
            {cells(Site::resid_pre, 1, 6, 2), Edit::Kind::scale, {-1}, nullptr}};
        if (has_site(config, Site::norm_q)) {
            edits.push_back({cells(Site::q_norm_scale, 0, 5, 1), Edit::Kind::scale, {1.5}, nullptr});
            edits.push_back({cells(Site::norm_k, 1, 5, 2), Edit::Kind::add, {0.2}, nullptr});
        }
        if (has_site(config, Site::attn_raw))
            edits.push_back({cells(Site::attn_raw, 1, 6, 3), Edit::Kind::scale, {0.5}, nullptr});
        if (config.logit_cap > 0)
            edits.push_back({cells(Site::logits, -1, 5, 3), Edit::Kind::scale, {0.5}, nullptr});
        if (config.mlp != MlpKind::none)
            edits.push_back({cells(Site::mlp_post, 0, 5, 2), Edit::Kind::values, {0.7}, nullptr});
        if (config.has_encoder()) {
            edits.push_back({cells(Site::encoder_out, -1, 2, 3), Edit::Kind::scale, {1.5}, nullptr});
            edits.push_back({cells(Site::cross_v, 0, 1, 1), Edit::Kind::values, {0.4}, nullptr});
            edits.push_back({cells(Site::cross_attn_scores, 1, 5, 2), Edit::Kind::scale, {0.5}, nullptr});
            edits.push_back({cells(Site::cross_pattern, 0, 6, 2), Edit::Kind::scale, {1.5}, nullptr});
        }
        if (config.is_moe())
            edits.push_back({cells(Site::expert_gates, 1, 5, 1), Edit::Kind::scale, {0.8}, nullptr});
        return edits;
    }
};
INSTANTIATE_TEST_SUITE_P(All, Gradients, ::testing::ValuesIn(presets()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Gradients, OfEveryParameter) { expect_parameters_agree(parameter_gradients(Keep::all, Keep::all)); }

TEST_P(Gradients, OfEverySite) { expect_sites_agree({}); }

TEST_P(Gradients, OfARunWithEdits) {
    const std::vector<Edit> edits = edits_of_many_sites();
    expect_parameters_agree(parameter_gradients(Keep::all, Keep::all, edits), edits);
    expect_sites_agree(edits);
}

/// Dropout everywhere; where there are experts, noise and a capacity that some choices exceed. Large models
/// are left out, as they take long.
TEST_P(Gradients, OfEveryParameterOfARegularisedRun) {
    if (GetParam().name == "wide" || (config.n_layers > 2 && config.n_layer_groups == 0)) return;
    setup.regularise = {.dropout = 0.25, .router_noise = 0.3, .seed = 12};
    setup.capacity_factor = config.is_moe() ? 0.7 : 0;
    expect_parameters_agree(parameter_gradients(Keep::all, Keep::all));
    EXPECT_EQ(parameter_gradients(Keep::layers, Keep::layers), parameter_gradients(Keep::all, Keep::all));
    if (!config.is_moe()) return;
    const auto trace = decoder_trace({});
    forward(*trace, 0, k_tokens);
    EXPECT_GT(count_dropped_choices(*trace), 0);
}

/// Masks with gaps that differ between heads and layers, moved positions, experts off and forced.
TEST_P(Gradients, OfARunUnderASetup) {
    if (GetParam().name == "wide" || (config.n_layers > 2 && config.n_layer_groups == 0)) return;
    const std::vector<Segment> segments = setup.segments;
    setup = varied_setup(config, k_tokens, true);
    setup.segments = segments;
    if (config.is_moe()) setup.capacity_factor = 0.8;
    expect_parameters_agree(parameter_gradients(Keep::all, Keep::all));
    EXPECT_EQ(parameter_gradients(Keep::layers, Keep::layers), parameter_gradients(Keep::all, Keep::all));
    setup.capacity_factor = 0; // a gate that is dropped is no function of its value
    expect_sites_agree({});
    const std::vector<Edit> edits = edits_of_many_sites();
    expect_parameters_agree(parameter_gradients(Keep::all, Keep::all, edits), edits);
    const std::vector<real> varied = parameter_gradients(Keep::all, Keep::all);
    setup = {.segments = segments};
    EXPECT_NE(parameter_gradients(Keep::all, Keep::all), varied);
}

TEST_P(Gradients, AreTheSameWhateverIsKept) { // checkpointing computes the same numbers a second time
    const std::vector<real> all = parameter_gradients(Keep::all, Keep::all);
    EXPECT_EQ(parameter_gradients(Keep::all, Keep::layers), all);
    EXPECT_EQ(parameter_gradients(Keep::layers, Keep::layers), all);
}

TEST_P(Gradients, AddUpOverRunsOfTheSameTrace) {
    const std::shared_ptr<Trace> source = encoder_run();
    const auto trace = decoder_trace({}, Keep::all, source);
    Backward backward(*trace, Keep::layers);
    const auto encoder = source ? std::make_unique<Backward>(*source, Keep::layers) : nullptr;
    std::vector<real> params(weights->size(), 0);
    for (int i = 0; i < 2; ++i) {
        if (source) source->restart(source_tokens), forward(*source, 0, k_source);
        trace->restart(tokens);
        forward(*trace, 0, k_tokens);
        backward.zero_router_gradients();
        loss.gradient(*trace, backward.sites());
        backward.run(params);
        if (source) encoder->seed_output(backward.sites()), encoder->run(params);
    }
    const std::vector<real> once = parameter_gradients(Keep::all, Keep::all);
    for (std::size_t i = 0; i < params.size(); ++i)
        ASSERT_NEAR(params[i], 2 * once[i], 1e-12 * (1 + std::abs(once[i])));
}

} // namespace
} // namespace gf::tests::backward_test
