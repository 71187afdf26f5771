#pragma once
// The forward pass. There is one for all uses: prefill, decoding, edits, the window, the command line and
// training call forward() or extend().

#include "core/trace.h"

namespace gf {

/// Computes rows [row_begin, row_end) of `trace` from its tokens and writes every site. Earlier rows of the
/// same segment must have been computed. With first_layer > 0 it starts from the stored resid_pre of that
/// layer. After a site is written the Trace's edits to it are applied, and what follows reads the edited
/// values. Allocates nothing.
/// @throws Error if the rows or the layer are not there, if the source is not complete, or if the rows end
/// before what they read: masks that look ahead (bidirectional, prefix) need all tokens that a row reads in
/// one call, pooling and full experts whole segments, Keep::layers all rows
void forward(Trace& trace, int row_begin, int row_end, int first_layer = 0);

/// Appends `tokens` and computes their rows. @throws Error as Trace::append() and forward() do
void extend(Trace& trace, std::span<const int> tokens);

/// Floating-point operations (2 per multiply-add) for one token that attends to n_keys keys, in products and
/// attention. For an encoder-decoder: one token of the decoder, with a source of n_keys tokens whose keys and
/// values are there already.
double flops_per_token(const ModelConfig& config, double n_keys);

/// How many bytes one more token adds to the key-value cache.
std::size_t kv_bytes_per_token(const ModelConfig& config);

} // namespace gf
