#pragma once
// The formulas of the sites (SiteRow::formula) put to work: a cell recomputed, what it is computed from, and
// what it feeds.
//
// The language. A cell of a site has the indices t (row), h (head, key-value head or expert slot) and c (its
// last axis). A name is that of a site or parameter; its indices follow the site's axes ([t, c], [t, h, c],
// of scores and patterns [h, t, c]) and are the cell's own where none are written. Further indices: token and
// position (of row t), kv (the key-value head of head h), partner (the other dimension of a RoPE pair),
// expert(s) (the expert in slot s of row t). A key as the row of a site means that key's row. `x.before` is x
// one layer earlier. The row t of a pooled site is a segment, that of a site of the source one of its tokens.
// source_output is the cell that the encoder's run ends with.
//     sum, mean, max (i in d_model: ...)    over all i; the domains are d_model, d_head, d_mlp, heads, keys,
//     experts, slots,
//                                           keys being those that row t may read (source_keys: of the
//                                           source); pooled_rows, the rows that segment t's pooled vector is
//                                           the mean of
//     rank(e in experts: ...)               the e of the c-th largest value
//     sqrt exp sin cos act + - * / ^        act is the model's activation function
//     x or y                                the first that the model has
//     x if condition else y                 by the model (pre_norm, layer_norm, learned, alibi,
//     attention_only,
//                                           embed_norm, masked_tokens, encoder_decoder) or the cell
//                                           (visible: the row may read the key; leads: the first of a pair)
// What a model does not have (a bias, a position embedding) drops out of sums and products. 0 / 0 is 0: what
// everything is masked for gets nothing.

#include "core/trace.h"

#include <vector>

namespace gf {

/// What the cell's formula gives in double precision, from the cells and parameters that it names; of a
/// parameter its value. NaN where the Trace does not keep what is needed. The cell must be one of a row that
/// is computed.
double evaluate(const Trace& trace, const CellRef& cell);

/// The cells and parameters that its formula reads: ranges that do not overlap. Empty for a parameter.
std::vector<CellRange> precedents(const Trace& trace, const CellRef& cell);

/// The cells of rows [0, rows) whose formulas read this cell or parameter.
std::vector<CellRange> dependents(const Trace& trace, int rows, const CellRef& cell);

/// Whether an edit of the Trace sets this cell.
bool is_edited(const Trace& trace, const CellRef& cell);

} // namespace gf
