// glassformer bench decode: how fast one sequence is decoded, as a share of the peak measured in the same
// run. The results are in docs/performance.md.

#include "cli/bench.h"

#include "cli/command_line.h"
#include "cli/options.h"
#include "core/kernels/peak.h"
#include "core/passes/forward.h"
#include "platform/clock.h"
#include "platform/error.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace gf {
namespace {

struct DecodeOptions {
    ModelOptions model;
    int n = 256, threads = 1, repeats = 40;
    bool json = false;
};

/// The likeliest token after this row.
int greedy_token(const Trace& trace, int row) {
    const real* logits = trace.row(Site::logits, -1, row);
    return static_cast<int>(std::max_element(logits, logits + trace.config().d_vocab) - logits);
}

/// Seconds for decoding all tokens greedily from the first one. The Trace must have held the text before, so
/// that no time goes into making its pages of memory.
double decode_seconds(Trace& trace, std::vector<int>& tokens) {
    const Stopwatch watch;
    for (int t = 0; t < static_cast<int>(tokens.size()); ++t) {
        forward(trace, t, t + 1);
        const int next = greedy_token(trace, t);
        if (t + 1 < static_cast<int>(tokens.size())) tokens[static_cast<std::size_t>(t) + 1] = next;
    }
    return watch.seconds();
}

/// Fastest decoding of the text in seconds, and the peak measured in between.
struct BestRuns {
    double all_sites = 1e30;  ///< seconds, with every activation kept
    double cache_only = 1e30; ///< seconds, with keys and values only
    double peak_gflops = 0;
};

BestRuns measure(const Model& model, int n, int repeats) {
    const int bos = std::max(bos_id(model), 0); // without BOS any token serves
    std::vector<int> tokens(static_cast<std::size_t>(n), bos);
    std::shared_ptr<Trace> source; // an encoder's run, as long as the text
    if (model.config().has_encoder()) {
        source = std::make_shared<Trace>(model.weights, TraceShape{n, Keep::cache, Stack::encoder});
        extend(*source, tokens);
    }
    Trace all_sites(model.weights, {n, Keep::all}, {}, source);
    Trace cache_only(model.weights, {n, Keep::cache}, {}, source);
    // The greedy text is found once; the timed runs compute it again, token by token.
    for (Trace* trace : {&all_sites, &cache_only}) {
        extend(*trace, {&bos, 1});
        for (int i = 1; i < n; ++i) {
            const int next = greedy_token(*trace, i - 1);
            extend(*trace, {&next, 1});
        }
    }
    // Interleaved, so that a busy machine slows all three alike; the best run of each counts.
    BestRuns best;
    for (int r = 0; r < repeats; ++r) {
        best.all_sites = std::min(best.all_sites, decode_seconds(all_sites, tokens));
        best.cache_only = std::min(best.cache_only, decode_seconds(cache_only, tokens));
        best.peak_gflops = std::max(best.peak_gflops, peak_gflops(1));
    }
    return best;
}

int run(const DecodeOptions& options) {
    if (options.threads != 1)
        throw Error(
            {"--threads", "1 (decoding one sequence uses one thread)", std::to_string(options.threads), ""});
    if (options.repeats < 1) throw Error({"--repeats", "1 or more", std::to_string(options.repeats), ""});
    const auto model = options.model.open();
    const ModelConfig& c = model->config();
    const int n = options.n;
    if (n < 1 || n > c.n_ctx)
        throw Error({"-n", fmt::format("1 to n_ctx = {}", c.n_ctx), std::to_string(n), ""});
    if (!c.continues_text())
        throw Error({options.model.model, "a model that continues text",
                     fmt::format("one that {}", non_generative_purpose(c)), ""});

    const BestRuns best = measure(*model, n, options.repeats);
    double flops = 0;
    for (int t = 0; t < n; ++t) flops += flops_per_token(c, t + 1);
    const double gflops = flops / best.all_sites * 1e-9;
    const nlohmann::json out{{"model", model->name},
                             {"n", n},
                             {"threads", options.threads},
                             {"tokens_per_s", n / best.all_sites},
                             {"tokens_per_s_no_capture", n / best.cache_only},
                             {"gflops", gflops},
                             {"peak_gflops", best.peak_gflops},
                             {"share_of_peak", gflops / best.peak_gflops},
                             {"share_of_peak_no_capture", flops / best.cache_only * 1e-9 / best.peak_gflops}};
    if (options.json)
        fmt::print("{}\n", out.dump(2));
    else
        fmt::print("{:.0f} tokens/s with everything kept, {:.0f} without; {:.1f} of {:.1f} GFLOP/s: {:.3f} "
                   "of the peak\n",
                   n / best.all_sites, n / best.cache_only, gflops, best.peak_gflops,
                   gflops / best.peak_gflops);
    return 0;
}

} // namespace

void add_bench(CLI::App& app, int& exit_code) {
    auto* bench = app.add_subcommand("bench", "measure");
    bench->require_subcommand(1);
    auto* command = bench->add_subcommand(
        "decode", "greedy decoding, token by token, with and without keeping every activation");
    auto options = std::make_shared<DecodeOptions>();
    options->model.add_to(*command);
    command->add_option("-n", options->n, "tokens")->capture_default_str();
    command->add_option("--threads", options->threads)->capture_default_str();
    command->add_option("--repeats", options->repeats, "the best one counts")->capture_default_str();
    command->add_flag("--json", options->json);
    command->callback([options, &exit_code] { exit_code = run(*options); });
    add_bench_train(*bench, exit_code);
}

} // namespace gf
