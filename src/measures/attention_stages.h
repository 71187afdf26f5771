#pragma once
// The steps from queries and keys to the weights of attention, those between the sites included: what Head
// shows unrolled. Each stage is computed from what the run holds, so an edit of a query is seen in all of
// them, and one of a score from there on.

#include "core/run_view.h"

#include <span>
#include <vector>

namespace gf {

enum class AttentionStage {
    product,   ///< q · k (Vaswani et al. 2017, 3.2.1), of normalised ones where the model normalises them
    turned,    ///< the same of queries and keys that RoPE has turned (Su et al. 2021)
    scaled,    ///< divided by sqrt(d_head), or what the model does instead
    penalised, ///< minus slope * distance: ALiBi (Press et al. 2022)
    biased,    ///< plus the number of the distance's bucket (T5, Raffel et al. 2020)
    capped,    ///< cap * tanh(s / cap) (Gemma 2, Team Gemma 2024)
    scores,    ///< without the keys that the mask hides: hook_attn_scores
    alone,     ///< with a learned sink: the softmax of the keys alone, each row of which adds up to 1
    weights,   ///< their softmax, of which a sink takes its part (Agarwal et al. 2025): hook_pattern
};
/// Whether a stage's values are shares of a row, 0 to 1.
constexpr bool are_weights(AttentionStage stage) { return stage >= AttentionStage::alone; }
inline constexpr std::size_t k_n_attention_stages = static_cast<std::size_t>(AttentionStage::weights) + 1;

/// The stages of a layer's attention, in the order of the computation. Where position has a stage depends on
/// the model: RoPE turns before the division, ALiBi and buckets add to the score behind it, and positions
/// that are added to the embeddings have none. Attention to a source knows no positions.
std::span<const AttentionStage> attention_stages(const ModelConfig& config, int layer, Attention attention);

/// One head's attention in a run. Lives no longer than the view.
class UnrolledAttention {
  public:
    /// Values are those of the run, whatever the view's quantity.
    UnrolledAttention(const RunView& view, Attention attention, int layer, int head);

    /// Why there are no values; empty if there are some.
    std::string_view missing() const { return missing_; }
    /// See attention_stages().
    std::span<const AttentionStage> stages() const { return stages_; }
    int n_queries() const { return n_queries_; }
    /// Keys that are there in the row's segment, or in that of the source which it reads; the mask hides none
    /// of them.
    int n_keys(int query) const;

    /// A block of cells: half-open ranges of queries, which are rows, and of columns of the key axis.
    struct Block {
        int query_begin = 0, query_end = 0, column_begin = 0, column_end = 0;
        bool operator==(const Block&) const = default;
        std::size_t columns() const { return static_cast<std::size_t>(column_end - column_begin); }
        std::size_t size() const { return static_cast<std::size_t>(query_end - query_begin) * columns(); }
    };
    /// Fills `out`, (queries, columns), with the stage's values; k_not_visible where there is no such key, or
    /// from the scores on where the mask hides it. `scratch` is working memory.
    void values(AttentionStage stage, const Block& block, std::vector<real>& out,
                std::vector<real>& scratch) const;

    /// The vectors whose products the stage is made of, (d_head) each: before RoPE in
    /// AttentionStage::product, behind it in all others.
    struct Pair {
        std::span<const real> query, key;
    };
    Pair vectors(AttentionStage stage, int query, int column) const;

  private:
    int first_key(int query) const;
    void products(AttentionStage stage, const Block& block, std::vector<real>& out,
                  std::vector<real>& keys) const;
    /// What the distance of the two adds to their score.
    real of_distance(int query, int column) const;

    RunView view_;
    Attention attention_;
    int layer_, head_;
    std::span<const AttentionStage> stages_;
    std::string_view missing_;
    int n_queries_ = 0, d_head_;
};

} // namespace gf
