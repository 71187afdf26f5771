// glassformer bench train: how fast a step of forward, backward and AdamW is on random tokens, as a share of
// the peak measured in the same run.

#include "cli/bench.h"
#include "core/kernels/peak.h"
#include "core/passes/forward.h"
#include "core/random.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "train/batch_gradient.h"
#include "train/optimiser.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace gf {
namespace {

struct TrainBenchOptions {
    int d_model = 128, n_layers = 4, n_heads = 4, n_ctx = 128, d_vocab = 512, batch = 16, threads = 1,
        repeats = 12;
    bool checkpointing = false, json = false;
};

/// GPT-2's architecture in the size that the options ask for.
/// @throws Error when the sizes make no model
ModelConfig gpt2_config(const TrainBenchOptions& options) {
    ModelConfig c;
    c.d_model = options.d_model, c.n_layers = options.n_layers, c.n_heads = c.n_kv_heads = options.n_heads,
    c.d_head = options.d_model / std::max(options.n_heads, 1);
    c.d_mlp = 4 * options.d_model, c.n_ctx = options.n_ctx, c.d_vocab = options.d_vocab;
    c.norm = NormKind::layer, c.positions = Positions::learned, c.mlp = MlpKind::plain,
    c.activation = Activation::gelu_tanh;
    c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = c.tied_embeddings = true;
    validate(c, "bench train");
    return c;
}

/// One batch of sequences of n_ctx random tokens, each token's target being the next one.
Batch random_batch(const TrainBenchOptions& options) {
    Batch batch;
    for (int i = 0; i < options.batch; ++i) {
        Sequence s;
        for (int t = 0; t <= options.n_ctx; ++t)
            s.tokens.push_back(
                static_cast<int>(mix64(static_cast<std::uint64_t>(i * (options.n_ctx + 1) + t)) %
                                 static_cast<unsigned>(options.d_vocab)));
        s.targets.assign(s.tokens.begin() + 1, s.tokens.end());
        s.tokens.pop_back();
        batch.sequences.push_back(std::move(s));
    }
    return batch;
}

int run(const TrainBenchOptions& options) {
    if (options.repeats < 1) throw Error({"--repeats", "1 or more", std::to_string(options.repeats), ""});
    if (options.batch < 1) throw Error({"--batch", "1 or more sequences", std::to_string(options.batch), ""});
    const auto weights = std::make_shared<Weights>(gpt2_config(options));
    randomize(*weights, 1);
    const Batch batch = random_batch(options);
    BatchGradient gradient(weights,
                           {.n_threads = options.threads, .gradient_checkpointing = options.checkpointing});
    std::vector<real> sums(weights->size());
    Optimiser optimiser({}, parameter_blocks(*weights, sums));

    // Steps and peak are measured in turn, so that a busy machine slows both alike; the best of each counts.
    double best = 1e30, peak = 0, loss = 0;
    for (int r = 0; r < options.repeats; ++r) {
        const Stopwatch watch;
        std::fill(sums.begin(), sums.end(), real(0));
        loss = gradient.run(batch, 0, sums).mean();
        const auto blocks = parameter_blocks(*weights, sums);
        optimiser.step(blocks, 1e-3, clipping_scale(gradient_norm(blocks), 1));
        weights->refresh();
        best = std::min(best, watch.seconds());
        peak = std::max(peak, peak_gflops());
    }
    const double tokens = static_cast<double>(options.batch) * options.n_ctx;
    // Backward costs twice what forward does, hence the factor 3. Attention counts as if every token saw
    // n_ctx keys, as programs do that compute the whole square.
    const double gflops = 3 * flops_per_token(weights->config, options.n_ctx) * tokens / best * 1e-9;
    const nlohmann::json out{{"parameters", weights->size()},
                             {"threads", options.threads},
                             {"tokens_per_s", tokens / best},
                             {"mflop_per_token", 3e-6 * flops_per_token(weights->config, options.n_ctx)},
                             {"gflops", gflops},
                             {"peak_gflops", peak},
                             {"share_of_peak", gflops / peak},
                             {"activation_bytes", gradient.activation_bytes()},
                             {"loss", loss}};
    if (options.json)
        fmt::print("{}\n", out.dump(2));
    else
        fmt::print(
            "{:.0f} tokens/s; {:.1f} GFLOP/s, {:.3f} of one core's peak of {:.1f}; activations {:.1f} MB\n",
            tokens / best, gflops, gflops / peak, peak,
            static_cast<double>(gradient.activation_bytes()) * 1e-6);
    return 0;
}

} // namespace

void add_bench_train(CLI::App& bench, int& exit_code) {
    auto* command =
        bench.add_subcommand("train", "steps of forward, backward and AdamW of a GPT on random tokens");
    auto options = std::make_shared<TrainBenchOptions>();
    command->add_option("--d-model", options->d_model)->capture_default_str();
    command->add_option("--n-layers", options->n_layers)->capture_default_str();
    command->add_option("--n-heads", options->n_heads)->capture_default_str();
    command->add_option("--n-ctx", options->n_ctx, "tokens of a sequence")->capture_default_str();
    command->add_option("--d-vocab", options->d_vocab)->capture_default_str();
    command->add_option("--batch", options->batch, "sequences of a step")->capture_default_str();
    command->add_option("--threads", options->threads)->capture_default_str();
    command->add_option("--repeats", options->repeats, "the best step counts")->capture_default_str();
    command->add_flag("--checkpointing", options->checkpointing, "compute activations again on the way back");
    command->add_flag("--json", options->json);
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
