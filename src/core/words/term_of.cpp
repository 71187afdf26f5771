#include "core/words/term_of.h"

namespace gf {
namespace {

/// The name of the term; parameters of the two kinds of attention share theirs.
std::string_view term_name(Role role) {
    switch (role) {
    case Role::embed: return "token embedding";
    case Role::pos_embed: return "position vector";
    case Role::qkv: return "joint attention weights";
    case Role::q:
    case Role::cross_q: return "query weights";
    case Role::k:
    case Role::cross_k: return "key weights";
    case Role::v:
    case Role::cross_v: return "value weights";
    case Role::attn_out:
    case Role::cross_attn_out: return "output weights";
    case Role::router: return "router weights";
    case Role::router_bias: return "router bias";
    case Role::mlp_in:
    case Role::mlp_in_up: return "MLP input weights";
    case Role::mlp_up: return "MLP up weights";
    case Role::mlp_out: return "MLP output weights";
    case Role::mlm_dense: return "masked-token head";
    case Role::unembed: return "unembedding";
    case Role::classifier: return "classifier weights";
    case Role::position_bias: return "position bucket";
    case Role::sink: return "learned sink";
    case Role::q_norm_gain:
    case Role::k_norm_gain:
    case Role::ln1_post_gain:
    case Role::ln2_post_gain:
    case Role::embed_ln_gain:
    case Role::ln1_gain:
    case Role::ln_cross_gain:
    case Role::ln2_gain:
    case Role::ln_final_gain:
    case Role::mlm_ln_gain: return "gain";
    case Role::ln1_post_bias:
    case Role::ln2_post_bias:
    case Role::embed_ln_bias:
    case Role::ln1_bias:
    case Role::qkv_bias:
    case Role::q_bias:
    case Role::k_bias:
    case Role::v_bias:
    case Role::attn_out_bias:
    case Role::ln_cross_bias:
    case Role::cross_q_bias:
    case Role::cross_k_bias:
    case Role::cross_v_bias:
    case Role::cross_attn_out_bias:
    case Role::ln2_bias:
    case Role::mlp_in_bias:
    case Role::mlp_up_bias:
    case Role::mlp_out_bias:
    case Role::ln_final_bias:
    case Role::mlm_dense_bias:
    case Role::mlm_ln_bias:
    case Role::unembed_bias:
    case Role::classifier_bias: return "bias";
    }
    return "";
}

} // namespace

const Term& term_of(Role parameter) { return term(term_name(parameter)); }

} // namespace gf
