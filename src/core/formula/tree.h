#pragma once
// A formula as a tree: parsed once from its text, then reduced to the parts that a model has. Internal to
// core; callers outside use core/formula/formula.h.

#include "core/params.h"
#include "core/site.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {
class Trace;
}

namespace gf::formula {

/// What a node of the tree does.
enum class Op {
    number,
    quantity,
    ref, ///< reads a cell of a site or a parameter
    add,
    subtract,
    multiply,
    divide,
    power,
    sqrt,
    exp,
    sin,
    cos,
    tanh,
    act,
    sum,
    mean,
    max,
    rank,
    choose,  ///< x if condition else y
    first_of ///< x or y
};
/// Numbers that are neither cells nor parameters: taken from the config, or from the place of the cell.
enum class Quantity {
    d_head,
    d_model,
    d_rotary,
    eps,
    position,
    theta,
    pair,
    stretch,
    embed_scale,
    attn_scale,
    gain_offset,
    score_cap,
    logit_cap,
    logit_scale,
    attention_factor,
    slope,
    distance,
    source_output,
    shared_expert
};
/// All are decided by the model, except those from `visible` on, which the cell decides.
enum class Condition {
    pre_norm,
    post_norm,
    output_norm,
    shared_norm,
    parallel,
    norm_by_heads,
    scores_capped,
    logits_capped,
    logits_scaled,
    layer_norm,
    learned,
    alibi,
    stretched,
    amplified,
    embed_scaled,
    sqrt_scaled,
    attn_scaled,
    gain_offset,
    attention_only,
    embed_norm,
    masked_tokens,
    encoder_decoder,
    sigmoid_router,
    renormalised,
    visible,
    leads,
    turned,
    on,
    forced,
    counted,
    shared
};
constexpr bool cell_decides(Condition c) { return c >= Condition::visible; }
/// What a variable of a sum, mean, max or rank runs through.
enum class Domain {
    d_model,
    d_head,
    d_mlp,
    heads,
    kv_heads,
    keys,
    experts,
    slots,
    chosen,
    pooled_rows,
    source_keys
};

/// How deep sums, means, maxima and ranks may be nested. Their variables are numbered by depth, from 0.
inline constexpr int k_max_bound_variables = 3;

/// One index of a reference: `t` or `partner` in q[t, h, partner].
struct Index {
    enum class Kind { row, head, column, kv_head, partner, token, position, bucket, bound };
    Kind kind = Kind::column;
    int variable = 0;            ///< number of the variable, if kind is bound
    bool through_expert = false; ///< written as expert(index)
    bool operator==(const Index&) const = default;
};

/// "i in d_model"
struct Loop {
    int variable = 0;
    Domain domain{};
};

/// How a parameter's indices give its row and column in memory.
enum class ParamIndices {
    matrix,        ///< [row, column]
    vector,        ///< [column], or one for each head: [head]
    into_heads,    ///< [row, head, column]: W_Q
    head_vector,   ///< [head, column]: b_Q
    from_heads,    ///< [head, row, column]: W_O
    expert_matrix, ///< [expert, row, column]
    expert_vector, ///< [expert, column]
};
struct ParamName {
    std::string_view name;       ///< in the language of formulas, unique: "ln1_gain"
    std::string_view short_name; ///< in the formula bar: "gain"
    Role role;
    Role joint_role; ///< the role under which some families keep it side by side with others; else the same
    ParamIndices indices;
    bool per_layer = true;
};

struct Expr {
    Op op = Op::number;
    double number = 0;
    Quantity quantity{};
    Condition condition{};

    // Op::ref only:
    const ParamName* param = nullptr; ///< null: the reference is to a site
    Site site{};
    bool before = false; ///< reads the layer before
    /// The parameter's index in Weights::table; the first expert's where there are several. specialise() sets
    /// it.
    int table_index = -1;
    std::vector<Index> indices; ///< as written

    std::vector<Loop> loops; ///< sum, mean, max and rank only
    std::vector<Expr> args;  ///< for choose: the value if the condition holds, then the other one if any
};

/// The formula of a site as it is written.
const Expr& tree_of(Site site);

/// The part of a formula that applies to this model and layer: only alternatives that a cell decides remain,
/// and operands that the model does not have are gone. Empty if nothing remains. If `run` is null, all
/// parameters are taken to exist.
std::optional<Expr> specialise(const Expr& expr, const ModelConfig& config, int layer, const Trace* run);

/// The layer that a reference means in the formula of a site of `layer`. A site of a block means the same
/// layer or the one before; after the blocks (`layer` -1) it means the last layer. -1 for sites and
/// parameters outside the blocks.
int layer_of(const Expr& ref, const ModelConfig& config, int layer);

/// The parameter's index in Weights::table of the run's model; -1 if the run's stack does not have it. An
/// `expert` of -1 finds the first expert's.
int find_param(const Trace& run, const ParamName& name, int layer, int expert);

/// The column at which a parameter begins inside `stored`, the row of the table that holds it. It is 0 unless
/// several are kept side by side (Q, K and V of GPT-2).
int joint_offset(const ModelConfig& config, const ParamName& name, const ParamRow& stored);

/// The parameter with this name in the language of formulas; null if there is none.
const ParamName* param_named(std::string_view word);

/// A parameter's name in the language of formulas; "W_Q, W_K, W_V" where these are kept side by side.
std::string_view param_symbol(Role role);

} // namespace gf::formula
