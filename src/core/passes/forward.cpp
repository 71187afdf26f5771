#include "core/passes/forward.h"

#include "core/passes/forward_pass.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {

namespace {

/// How many rows one pass may compute: all of them, unless they share scratch rows.
int max_rows_per_pass(const Trace& trace, int n_rows) {
    const Keep keep = trace.shape().keep;
    const bool all = keep == Keep::all || keep == Keep::layers || trace.plan().looks_ahead() ||
                     trace.plan().needs_whole_segments();
    return all ? n_rows : k_scratch_rows;
}

void check_range(const Trace& trace, int row_begin, int row_end, int first_layer) {
    if (row_begin < 0 || row_begin > row_end || row_end > trace.n_tokens() || first_layer < 0 ||
        first_layer >= trace.config().n_layers)
        throw Error(
            {"forward",
             "rows within the " + std::to_string(trace.n_tokens()) + " tokens given, a layer of the model",
             "rows " + std::to_string(row_begin) + " to " + std::to_string(row_end) + ", layer " +
                 std::to_string(first_layer),
             ""});
    if (first_layer > 0 && !trace.kept(Site::resid_pre))
        throw Error({"forward",
                     "a Trace that keeps hook_resid_pre, to start at layer " + std::to_string(first_layer),
                     "one that does not", ""});
    const Trace* source = trace.source();
    if (source && row_begin == 0 && source->n_tokens() < source->capacity())
        throw Error({"forward",
                     "a source of which all " + std::to_string(source->capacity()) + " tokens are computed",
                     std::to_string(source->n_tokens()), ""});
}

/// Checks that the pass has everything that must be computed together.
void check_is_whole(const Trace& trace, int row_begin, int row_end) {
    for (int r = row_begin; trace.plan().looks_ahead() && r < row_end; ++r)
        if (trace.plan(r).key_end > row_end)
            throw Error({"forward",
                         "all tokens that row " + std::to_string(r) + " looks ahead at in the same pass",
                         "the pass ends at row " + std::to_string(row_end), ""});
    if (trace.plan().needs_whole_segments() && row_begin < row_end &&
        (trace.plan(row_begin).segment_begin != row_begin || trace.plan(row_end - 1).segment_end != row_end))
        throw Error({"forward", "whole segments in one pass",
                     "rows " + std::to_string(row_begin) + " to " + std::to_string(row_end),
                     "compute a segment at once"});
    if (trace.shape().keep == Keep::layers && row_begin > 0)
        throw Error({"forward", "all rows of a Trace that keeps layers in one pass",
                     "rows from " + std::to_string(row_begin), ""});
}

} // namespace

void forward(Trace& trace, int row_begin, int row_end, int first_layer) {
    check_range(trace, row_begin, row_end, first_layer);
    check_is_whole(trace, row_begin, row_end);
    const int max_rows = max_rows_per_pass(trace, row_end - row_begin);
    for (int r = row_begin; r < row_end; r += max_rows)
        detail::ForwardPass(trace, r, std::min(r + max_rows, row_end)).run(first_layer);
}

void extend(Trace& trace, std::span<const int> tokens) {
    const int begin = trace.n_tokens();
    trace.append(tokens);
    forward(trace, begin, trace.n_tokens());
}

double flops_per_token(const ModelConfig& c, double n_keys) {
    double block = 2.0 * c.d_model * (c.d_q() + 2.0 * c.d_kv()) + 2.0 * c.d_q() * c.d_model; // Q, K, V, O
    block += 4.0 * c.d_q() * n_keys; // scores, weighted values
    if (c.mlp != MlpKind::none)
        block += c.expert_slots() * 2.0 * c.d_model * c.d_mlp * (c.mlp == MlpKind::gated ? 3 : 2);
    if (c.is_moe()) block += 2.0 * c.d_model * c.n_experts; // router
    if (c.has_encoder())
        block += 4.0 * c.d_model * c.d_q() + 4.0 * c.d_q() * n_keys; // attention to the source
    // A pooled vector and its classes cost once per segment and are not counted.
    double head = c.has_logits() ? 2.0 * c.d_model * c.d_vocab : 0;
    if (c.head == OutputHead::masked_tokens) head += 2.0 * c.d_model * c.d_model;
    return c.n_layers * block + head;
}

std::size_t kv_bytes_per_token(const ModelConfig& c) {
    return 2 * static_cast<std::size_t>(c.n_layers) * static_cast<std::size_t>(c.d_kv()) * sizeof(real);
}

} // namespace gf
