#pragma once
// The forward pass: one for prefill, decode, patching, scripts, window and training.

#include "core/trace.h"

namespace gf {

/// Computes rows [row_begin, row_end) of `trace` from its tokens, writing every site; earlier rows of the
/// same segment must have been computed. With first_layer > 0 it starts from the stored resid_pre of that
/// layer. Masks that look ahead (bidirectional, prefix) need a whole segment (or its prefix) in one call.
/// After each site is written the Trace's edits to it are applied, and what follows reads the edited values.
/// Allocates nothing.
void forward(Trace& trace, int row_begin, int row_end, int first_layer = 0);

/// Appends `tokens` and computes their rows.
void extend(Trace& trace, std::span<const int> tokens);

/// Multiplications and additions (2 per multiply-add) of one token that attends to n_keys keys: products and
/// attention. Of an encoder-decoder that of a decoder's token, with a source of n_keys tokens that has been
/// read.
double flops_per_token(const ModelConfig& config, double n_keys);

/// Bytes that one more token adds to the key-value cache.
std::size_t kv_bytes_per_token(const ModelConfig& config);

} // namespace gf
