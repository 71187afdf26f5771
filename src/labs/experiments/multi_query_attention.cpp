// Lab 26: the same model with key-value heads for every query head (MHA), with fewer (GQA, Ainslie et al.
// 2023, arXiv:2305.13245) and with one (MQA, Shazeer 2019, arXiv:1911.02150): what the cache takes, what it
// costs in loss, how fast the next token comes.

#include "labs/experiments/multi_query_attention.h"

#include "core/passes/forward.h"
#include "models/held_out.h"
#include "models/measure.h"
#include "platform/clock.h"
#include "train/losses.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf {
namespace {

constexpr std::array<const char*, 3> k_models = {"heads-mha", "heads-gqa", "heads-mqa"};
constexpr int k_decoded = 32; ///< tokens at the end of the context that are decoded one by one

class MultiQueryAttention : public Experiment {
  private:
    /// What was measured of one model.
    struct Measured {
        int n_heads = 0, n_kv_heads = 0;
        double bytes_per_token = 0;
        LossSum loss;
        double seconds = 0, n_decoded = 0;
    };

    void plan() override {
        measured_ = {};
        const int n_texts = full_or(120, 4), n_decodes = full_or(12, 1);
        add_stage("reading held-out texts", n_texts, [this, n_texts](int i) { read_text(i, n_texts); });
        add_stage("decoding at the end of the context", n_decodes, [this](int) { decode(); });
    }

    const Model& model(std::size_t m) {
        if (!cache_) cache_ = std::make_unique<ModelCache>(shipped_models_folder());
        return *cache_->open(k_models[m]).model;
    }

    void read_text(int i, int n_texts) {
        if (i == 0) {
            model(0);
            tinyville::CorpusOptions corpus = cache_->open(k_models[0]).config.data.tinyville;
            corpus.seed = seed();
            documents_ = held_out_documents(corpus, static_cast<std::size_t>(n_texts));
        }
        for (std::size_t m = 0; m < k_models.size(); ++m) {
            const Model& opened = model(m);
            const ModelConfig& c = opened.config();
            measured_[m].n_heads = c.n_heads, measured_[m].n_kv_heads = c.n_kv_heads;
            measured_[m].bytes_per_token = static_cast<double>(kv_bytes_per_token(c));
            const auto tokens = document_tokens(opened, documents_[static_cast<std::size_t>(i)]);
            std::vector<int> targets(tokens.begin() + 1, tokens.end());
            targets.push_back(-1);
            measured_[m].loss += token_loss(*full_trace(opened, tokens), targets, 1, nullptr);
        }
    }

    /// Fills the context but for its end, which comes token by token with the cache: once for each model in
    /// turn, so that what else the machine does meets all of them.
    void decode() {
        for (std::size_t m = 0; m < k_models.size(); ++m) {
            const Model& opened = model(m);
            const int n = opened.config().n_ctx;
            std::vector<int> tokens;
            for (std::size_t d = 0; static_cast<int>(tokens.size()) < n; d = (d + 1) % documents_.size())
                for (const int token : document_tokens(opened, documents_[d])) tokens.push_back(token);
            Trace run(opened.weights, TraceShape{n, Keep::cache});
            extend(run, std::span(tokens).first(static_cast<std::size_t>(n - k_decoded)));
            const double begin = thread_cpu_seconds();
            for (int r = n - k_decoded; r < n; ++r)
                extend(run, std::span(&tokens[static_cast<std::size_t>(r)], 1));
            measured_[m].seconds += thread_cpu_seconds() - begin;
            measured_[m].n_decoded += k_decoded;
        }
    }

    void show(LabResults& results) const override {
        Bars bytes{.y = {"keys and values per token", "bytes"}, .categories = {}, .series = {{"cache", {}}}};
        PlotTable table{{"model", "query heads", "key-value heads", "bytes per token", "loss", "tokens/s"},
                        {}};
        for (std::size_t m = 0; m < k_models.size(); ++m) {
            const Measured& x = measured_[m];
            const bool is_read = x.loss.count > 0, is_timed = x.seconds > 0;
            bytes.categories.emplace_back(k_models[m]);
            bytes.series[0].heights.push_back(is_read ? x.bytes_per_token : NAN);
            table.rows.push_back({k_models[m], std::to_string(x.n_heads), std::to_string(x.n_kv_heads),
                                  fmt::format("{:.0f}", x.bytes_per_token),
                                  is_read ? fmt::format("{:.4f}", x.loss.mean()) : "",
                                  is_timed ? fmt::format("{:.0f}", x.n_decoded / x.seconds) : ""});
        }
        results.plots.push_back({"bytes", "The cache, to scale", "Only the number of key-value heads counts.",
                                 std::move(bytes), true});
        results.plots.push_back(
            {"table", "Three models side by side", "Cache, loss and speed.", std::move(table), true});
        results.answers["mqa_share"] =
            measured_[2].loss.count > 0
                ? fmt::format("{:g}", measured_[2].bytes_per_token / measured_[0].bytes_per_token)
                : "";
        add_claims(results);
    }

    void add_claims(LabResults& results) const {
        double ratio_error = NAN, gap = NAN;
        if (measured_[0].loss.count > 0) {
            ratio_error = gap = 0;
            for (std::size_t m = 1; m < k_models.size(); ++m) {
                const Measured& x = measured_[m];
                const double share = x.bytes_per_token / measured_[0].bytes_per_token;
                ratio_error = std::max(ratio_error, std::abs(share - double(x.n_kv_heads) / x.n_heads));
                gap = std::max(gap, x.loss.mean() - measured_[0].loss.mean());
            }
        }
        results.claims.push_back({.id = "bytes-ratio",
                                  .statement =
                                      "The cache shrinks to key-value heads / query heads of its size, "
                                      "exactly: the largest difference",
                                  .unit = "",
                                  .comparison = Comparison::equal,
                                  .threshold = 0,
                                  .measured = ratio_error});
        results.claims.push_back({.id = "loss-gap",
                                  .statement =
                                      "Fewer key-value heads cost little: the larger of the two gaps in "
                                      "loss to full multi-head attention",
                                  .unit = "nats",
                                  .comparison = Comparison::below,
                                  .threshold = 0.05,
                                  .measured = gap});
    }

    std::unique_ptr<ModelCache> cache_;
    std::vector<tinyville::Document> documents_;
    std::array<Measured, k_models.size()> measured_;
};

} // namespace

std::unique_ptr<Experiment> make_multi_query_attention() { return std::make_unique<MultiQueryAttention>(); }

} // namespace gf
