#pragma once
// Evaluates the formulas of the sites (SiteRow::formula): computes a cell again, and finds the cells that it
// is computed from and the cells that it feeds. Used by the formula bar, and by the tests, which compare
// every cell of a run with its formula.
//
// The language of the formulas:
//
// A cell of a site has the indices t (row), h (head, key-value head or expert slot) and c (last axis). A word
// names a site or a parameter. Its indices follow the site's axes: [t, c] or [t, h, c], and [h, t, c] for
// scores and patterns. A site without written indices has the cell's own. More indices:
//     token, position                   the token id and the position of row t
//     kv                                the key-value head of head h
//     bucket                            the bucket of the distance from row t to the key in column c
//     partner                           the other dimension of a RoPE pair
//     expert(s)                         the expert in slot s of row t
// A key that is used as the row of a site means that key's row. `x.before` is x one layer earlier. The row t
// of a pooled site is a segment; the row t of a site of the source is one of the source's tokens.
// `source_output` is the cell with which the encoder's run ends.
//     sum, mean, max (i in d_model: ...)
//                                       over all i. The domains are d_model, d_head, d_mlp, heads, kv_heads,
//                                       experts, slots; chosen, the slots that count in the run's setup; keys
//                                       and source_keys, which row t may read; pooled_rows, whose mean is the
//                                       pooled vector of segment t
//     rank(e in experts: ...)           the e that is the c-th in ExpertChoice's order, by these values
//     sqrt exp sin cos tanh act + - * / ^
//                                       act is the model's activation function
//     x or y                            the first one that the model has
//     x if condition else y             the model decides (pre_norm, post_norm, output_norm, shared_norm,
//                                       parallel, norm_by_heads, scores_capped, logits_capped, logits_scaled,
//                                       layer_norm, gain_offset, learned, alibi,
//                                       stretched and amplified by a scaling of RoPE, embed_norm,
//                                       embed_scaled, sqrt_scaled, attn_scaled, attention_only,
//                                       masked_tokens, encoder_decoder, sigmoid_router, renormalised) or the
//                                       cell does (visible: the row may read the key; leads: the first of a
//                                       pair; turned: RoPE turns it; on: the setup does not turn expert c
//                                       off; forced: it forces one expert alone; counted: slot c counts and
//                                       did not find its expert full; shared: slot c is that of a shared
//                                       expert, the shared_expert)
// An operand that a model does not have (a bias, a position embedding) drops out of sums and products. 0 / 0
// is 0, so a row all of whose keys are masked has the weights 0.

#include "core/trace.h"

#include <vector>

namespace gf {

/// The result of the cell's formula in double precision, from the cells and parameters that the formula
/// names. For a parameter, its value. NaN where the Trace does not keep a needed site. The cell's row must be
/// computed already.
double evaluate(const Trace& trace, const CellRef& cell);

/// The score that a masked query and key would have had in this run, from its own queries and keys. `cell` is
/// one of attn_scores; both rows must be computed. NaN where the Trace does not keep a needed site.
double score_without_mask(const Trace& trace, const CellRef& cell);

/// The cells and parameters that the cell's formula reads, as ranges that do not overlap. Empty for a
/// parameter.
std::vector<CellRange> precedents(const Trace& trace, const CellRef& cell);

/// The cells of rows [0, rows) whose formulas read this cell or parameter.
std::vector<CellRange> dependents(const Trace& trace, int rows, const CellRef& cell);

/// Whether an edit of the Trace sets this cell.
bool is_edited(const Trace& trace, const CellRef& cell);

} // namespace gf
