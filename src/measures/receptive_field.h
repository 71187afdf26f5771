#pragma once
// How far information can travel under masks: which tokens can have told a row something, layer by layer.
// A window of 4 that is used in 5 layers lets a row know of 15 tokens before it. Used by Mask demos and
// MaskEffects.

#include "core/plan.h"

#include <vector>

namespace gf {

/// [0, n_layers] levels of [0, n_rows) tokens: whether what stands at the token before layer l (at level
/// n_layers: after the last one) can reach the row's output. The residual stream leads from a token to
/// itself, attention from each key that some head sees to its query.
using ReceptiveField = std::vector<std::vector<bool>>;
ReceptiveField receptive_field(const Plan& plan, const ModelConfig& config, int n_rows, int row);

/// The same the other way: [0, n_layers] levels of tokens, whether what stands at `token` before layer 0 can
/// have come there.
ReceptiveField spread_of(const Plan& plan, const ModelConfig& config, int n_rows, int token);

/// Whether some head of the layer shows the key to the query.
bool some_head_sees(const Plan& plan, int layer, int query, int key);

/// How many tokens of a level can reach the row.
int n_reached(const ReceptiveField& field, int level);

/// Which of the first n_rows rows can have other values under the one plan than under the other: those that
/// see other keys in some layer, and those that read such a row.
std::vector<bool> rows_reached(const Plan& a, const Plan& b, const ModelConfig& config, int n_rows);

/// What a head's mask costs in the first n_rows rows. Counted in cells of the n_rows x n_rows matrix.
struct MaskCost {
    long long allowed = 0;  ///< that queries may read
    long long computed = 0; ///< scores that are computed: each row's from its first to its last allowed key
    long long all = 0;
};
MaskCost mask_cost(const Plan& plan, int layer, int head, int n_rows);

} // namespace gf
