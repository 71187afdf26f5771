// glassformer bench: the figures of docs/performance.md, as ratios to a peak measured in the same run.

#include "cli/bench.h"
#include "core/error.h"
#include "core/forward.h"
#include "core/peak.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace gf {
namespace {

struct DecodeOptions {
    ModelOptions model;
    int n = 256, threads = 1, repeats = 40;
    bool json = false;
};

/// Greedy decoding of n tokens from the first one, into a Trace that was used before (its pages are there).
double decode_seconds(Trace& trace, std::vector<int>& tokens) {
    const int d_vocab = trace.config().d_vocab;
    const auto begin = std::chrono::steady_clock::now();
    for (int t = 0; t < static_cast<int>(tokens.size()); ++t) {
        forward(trace, t, t + 1);
        const real* logits = trace.row(Site::logits, -1, t);
        const int next = static_cast<int>(std::max_element(logits, logits + d_vocab) - logits);
        if (t + 1 < static_cast<int>(tokens.size())) tokens[static_cast<std::size_t>(t) + 1] = next;
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int run(const DecodeOptions& o) {
    if (o.threads != 1)
        throw Error(
            {"--threads", "1 (decoding one sequence uses one thread)", std::to_string(o.threads), ""});
    if (o.repeats < 1) throw Error({"--repeats", "1 or more", std::to_string(o.repeats), ""});
    const auto model = o.model.open();
    const ModelConfig& c = model->config();
    if (o.n < 1 || o.n > c.n_ctx)
        throw Error({"-n", fmt::format("1 to n_ctx = {}", c.n_ctx), std::to_string(o.n), ""});
    if (!c.continues_text())
        throw Error(
            {o.model.model, "a model that continues text", fmt::format("one that {}", other_purpose(c)), ""});

    // The greedy text is found once; the timed runs compute it again, token by token.
    const int bos = std::max(bos_id(*model), 0); // without BOS any token serves
    std::vector<int> tokens(static_cast<std::size_t>(o.n), bos);
    std::shared_ptr<Trace> source; // as long as the text
    if (c.has_encoder()) {
        source =
            std::make_shared<Trace>(model->weights, TraceShape{o.n, {}, Keep::cache, {}, Stack::encoder});
        extend(*source, tokens);
    }
    Trace all(model->weights, {o.n, {}, Keep::all}, {}, source),
        cache(model->weights, {o.n, {}, Keep::cache}, {}, source);
    for (Trace* t : {&all, &cache}) {
        const int first = bos;
        extend(*t, {&first, 1});
        for (int i = 1; i < o.n; ++i) {
            const real* logits = t->row(Site::logits, -1, i - 1);
            const int next = static_cast<int>(std::max_element(logits, logits + c.d_vocab) - logits);
            extend(*t, {&next, 1});
        }
    }
    // Interleaved, so that a busy machine slows all three alike; the best run of each counts.
    double kept = 1e30, unkept = 1e30, peak = 0;
    for (int r = 0; r < o.repeats; ++r) {
        kept = std::min(kept, decode_seconds(all, tokens));
        unkept = std::min(unkept, decode_seconds(cache, tokens));
        peak = std::max(peak, peak_gflops(1));
    }
    double flops = 0;
    for (int t = 0; t < o.n; ++t) flops += flops_per_token(c, t + 1);
    const nlohmann::json out{{"model", model->name},
                             {"n", o.n},
                             {"threads", o.threads},
                             {"tokens_per_s", o.n / kept},
                             {"tokens_per_s_no_capture", o.n / unkept},
                             {"gflops", flops / kept * 1e-9},
                             {"peak_gflops", peak},
                             {"share_of_peak", flops / kept * 1e-9 / peak},
                             {"share_of_peak_no_capture", flops / unkept * 1e-9 / peak}};
    if (o.json)
        fmt::print("{}\n", out.dump(2));
    else
        fmt::print("{:.0f} tokens/s with everything kept, {:.0f} without; {:.1f} of {:.1f} GFLOP/s: {:.3f} "
                   "of the peak\n",
                   o.n / kept, o.n / unkept, flops / kept * 1e-9, peak, flops / kept * 1e-9 / peak);
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
