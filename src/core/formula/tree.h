#pragma once
// A formula as a tree: read once from its text, then cut down to what a model has. Internal to core.

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

enum class Op {
    number,
    quantity,
    ref,
    add,
    subtract,
    multiply,
    divide,
    power,
    sqrt,
    exp,
    sin,
    cos,
    act,
    sum,
    mean,
    max,
    rank,
    choose,
    first_of
};
enum class Quantity { d_head, d_model, eps, position, theta, pair, slope, distance, source_output };
enum class Condition {
    pre_norm,
    layer_norm,
    learned,
    alibi,
    attention_only,
    embed_norm,
    masked_tokens,
    encoder_decoder,
    visible,
    leads
};
enum class Domain { d_model, d_head, d_mlp, heads, keys, experts, slots, pooled_rows, source_keys };

/// Bound variables are counted by how deep they are nested.
inline constexpr int k_most_bound = 3;

struct Index {
    enum class Kind { row, head, column, kv_head, partner, token, position, bound };
    Kind kind = Kind::column;
    int variable = 0;            ///< bound
    bool through_expert = false; ///< expert(index)
    bool operator==(const Index&) const = default;
};

struct Loop {
    int variable = 0;
    Domain domain{};
};

/// How a parameter's indices give its row and column in memory.
enum class ParamIndices {
    matrix,        ///< [row, column]
    vector,        ///< [column]
    into_heads,    ///< [row, head, column]: W_Q
    head_vector,   ///< [head, column]: b_Q
    from_heads,    ///< [head, row, column]: W_O
    expert_matrix, ///< [expert, row, column]
    expert_vector, ///< [expert, column]
};
struct ParamName {
    std::string_view name, shown;
    Role role;
    Role joint; ///< GPT-2 keeps three side by side; else the same as role
    ParamIndices indices;
};

struct Expr {
    Op op = Op::number;
    double number = 0;
    Quantity quantity{};
    Condition condition{};
    // Of a reference
    const ParamName* param = nullptr; ///< null: a site
    Site site{};
    bool before = false; ///< of the layer before
    int param_row =
        -1; ///< in the model's table, of the first expert where there are several; set by specialise()
    std::vector<Index> indices; ///< as written
    std::vector<Loop> loops;    ///< sum, mean, max, rank
    std::vector<Expr> args;     ///< choose: then, else (if there is one)
};

/// The formula of a site as it is written.
const Expr& tree_of(Site site);

/// What of it holds for a site of this model: without alternatives (except those that a cell decides) and
/// missing operands. Nothing if nothing is left. Without a run all parameters are taken to be there.
std::optional<Expr> specialise(const Expr& expr, const ModelConfig& config, int layer, const Trace* run);

/// The layer that a reference to a site means in the formula of a site of `layer`: of a block the same one or
/// the one before; after the blocks the last one.
int layer_of(const Expr& ref, const ModelConfig& config, int layer);

/// The parameter in the table of a run's model, of a certain expert where there are several; -1 if its stack
/// does not have it.
int find_param(const Trace& run, const ParamName& name, int layer, int expert);

/// How the formula language calls a site: "attn_scores".
std::string_view symbol(Site site);
/// The parameter that the formula language calls so; null if there is none.
const ParamName* param_named(std::string_view word);

/// How the formula language calls a parameter; "W_Q, W_K, W_V" of those that stand side by side.
std::string_view param_of(Role role);

} // namespace gf::formula
