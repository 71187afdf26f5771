#pragma once
// The record of a run: every site of every layer and token, in one arena. A pure function of (weights,
// tokens, edits). Row t of a site is written once, so the key-value cache is just the sites rot_k (or k) and
// v, prefill and decode are the same pass, and a reader that stays below the published number of rows needs
// no lock.

#include "core/cell_ref.h"
#include "core/edit.h"
#include "core/expert_visits.h"
#include "core/params.h"
#include "core/regularise.h"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace gf {

namespace detail {
class Pass;
class BackwardPass;
} // namespace detail

/// A sequence laid end to end with others along the rows; attention stays inside it.
struct Segment {
    int begin = 0, end = 0;
    int pad_left = 0, pad_right = 0; ///< rows at its ends that no query may read and that count no position
    int n_prefix = 0; ///< MaskKind::prefix: that many real tokens see each other in both directions
    bool operator==(const Segment&) const = default;
};

/// What a Trace keeps. What is not kept lives in scratch rows that every layer and pass overwrites.
enum class Keep {
    all,
    residual, ///< residual stream, keys, values, output
    layers, ///< what enters each layer and what comes after the last; of the inside, one layer at a time: for
            ///< training
    cache,  ///< keys and values; output of the last row computed
};

struct TraceShape {
    int capacity = 0;              ///< rows
    std::vector<Segment> segments; ///< empty: one segment over all rows
    Keep keep = Keep::all;
    Regularise regularise{}; ///< training only
    Stack stack = Stack::decoder;
    int layer = -1; ///< Keep::all: the sites of this layer only, and none outside the layers; -1: everything
};

/// Rows that a pass over a Trace with scratch rows computes at most (unless its mask looks ahead).
inline constexpr int k_scratch_rows = 64;

/// Whether queries read later tokens, so that a segment must be computed in one pass.
constexpr bool looks_ahead(MaskKind mask) {
    return mask == MaskKind::bidirectional || mask == MaskKind::prefix;
}

/// Whether a segment must be computed in one pass: its experts can be full, or it is pooled.
bool needs_whole_segments(const ModelConfig& config, const TraceShape& shape);

/// Bytes of the arena of such a Trace (saturates); `source`: of the run that an encoder-decoder reads.
std::size_t trace_bytes(const ModelConfig& config, const TraceShape& shape,
                        const TraceShape* source = nullptr);

class Trace {
  public:
    /// Allocates and touches the arena. Throws Error if capacity is more than the model's context (for
    /// learned positions, which have no row beyond it), or if an edit names cells that are not there. An
    /// encoder-decoder's decoder reads `source`, a run of the same weights' encoder, segment by segment; it
    /// must be complete when row 0 is computed.
    Trace(std::shared_ptr<const Weights> weights, TraceShape shape, std::vector<Edit> edits = {},
          std::shared_ptr<const Trace> source = nullptr);
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;

    const Weights& weights() const { return *weights_; }
    std::shared_ptr<const Weights> shared_weights() const { return weights_; }
    const StackWeights& stack() const { return weights_->stack(shape_.stack); }
    /// Of the stack that is run.
    const ModelConfig& config() const { return weights_->config_of(shape_.stack); }
    const Trace* source() const { return source_.get(); } ///< null: not a decoder with an encoder
    const std::vector<Edit>& edits() const { return edits_; }
    const TraceShape& shape() const { return shape_; }
    int capacity() const { return shape_.capacity; }
    int n_keys() const { return n_keys_; } ///< length of the key axis: the longest segment
    int n_keys(Site site) const { return by_source(site) ? source_->n_keys() : n_keys_; }
    /// Rows of a site: as many as there are tokens, segments, or tokens of the source.
    int row_capacity(Site site) const;
    /// Those of them that the first n_tokens tokens give: a segment's when it is whole, all of the source
    /// with the first.
    int n_rows(Site site, int n_tokens) const;
    int n_rows(Site site) const { return n_rows(site, n_tokens_); }
    /// Values in a row of the site.
    int width(Site site) const { return site_width(config(), site, n_keys(site)); }
    std::size_t bytes() const { return bytes_; }

    /// Adds tokens after those present; throws Error for an id outside the vocabulary or if they do not fit.
    void append(std::span<const int> tokens);
    int n_tokens() const { return n_tokens_; } ///< for the writing thread; readers use their snapshot's rows
    const int* tokens() const { return tokens_.data(); }

    /// Row `row` of a site: width(site) values.
    const real* row(Site site, int layer, int row) const {
        return const_cast<Trace*>(this)->row(site, layer, row);
    }
    real* row(Site site, int layer, int row) {
        const Store& s = stores_[static_cast<std::size_t>(site)];
        return s.base + static_cast<std::size_t>(layer < 0 ? 0 : layer) * s.layer_stride +
               static_cast<std::size_t>(row - (s.kept ? 0 : pass_begin_)) * s.row_stride;
    }
    std::size_t row_stride(Site site) const { return stores_[static_cast<std::size_t>(site)].row_stride; }
    bool has(Site site) const { return stores_[static_cast<std::size_t>(site)].base != nullptr; }
    /// Whether the values of all layers are there; of one layer.
    bool kept(Site site) const { return has(site) && stores_[static_cast<std::size_t>(site)].keeps(-1); }
    bool kept(Site site, int layer) const {
        return has(site) && stores_[static_cast<std::size_t>(site)].keeps(layer);
    }
    /// One value; the reference must name a cell of a kept site.
    real value(const CellRef& cell) const;

    /// What row `row` may attend to, as rows of this Trace, and its place in its segment.
    struct RowPlan {
        int key_begin = 0, key_end = 0; ///< half-open; empty: everything is masked
        int segment = 0;                ///< which
        int segment_begin = 0, segment_end = 0;
        int position = 0; ///< for position embeddings; 0 for padding
        bool padding = false;
    };
    const RowPlan& plan(int row) const { return plans_[static_cast<std::size_t>(row)]; }

    /// The rows of keys that a row may read, of this Trace or of its source; `first` is that of key 0 of the
    /// site's key axis.
    struct Keys {
        int begin = 0, end = 0; ///< half-open
        int first = 0;
        int size() const { return end - begin; }
        /// Whether this column of the key axis is one of them.
        bool holds(int column) const { return first + column >= begin && first + column < end; }
    };
    Keys keys(int row) const { return {plan(row).key_begin, plan(row).key_end, plan(row).segment_begin}; }
    Keys source_keys(int row) const;
    Keys keys(Site site, int row) const { return by_source(site) ? source_keys(row) : keys(row); }

    /// Forgets the tokens and begins anew with these, as append() does; the segments stay. `seed` renews
    /// Regularise::seed.
    void restart(std::span<const int> tokens, std::uint64_t seed = 0);

    /// A Trace of the same weights and shape for what belongs to this one's sites, all zero: gradients.
    std::unique_ptr<Trace> zeros(Keep keep) const;

    /// Rows that a segment's pooled vector is the mean of; none where all is padding.
    struct PooledRows {
        int begin = 0, end = 0;
    };
    PooledRows pooled_rows(int segment) const;

    /// A Trace of its own with the first `rows` rows of this one. Other edits must leave those rows as they
    /// are.
    std::unique_ptr<Trace> branch(int rows, int capacity) const { return branch(rows, capacity, edits_); }
    std::unique_ptr<Trace> branch(int rows, int capacity, std::vector<Edit> edits) const;

  private:
    friend class detail::Pass;
    friend class LayerView;
    friend class Backward;
    friend class detail::BackwardPass;
    struct Store {
        real* base = nullptr;
        std::size_t layer_stride = 0, row_stride = 0;
        bool kept = true;
        int only_layer = -1; ///< -1: all of them
        bool keeps(int layer) const { return kept && (only_layer < 0 || only_layer == layer); }
    };
    struct Free {
        void operator()(real* p) const;
    };

    Trace(const std::shared_ptr<const Trace>& run,
          const std::shared_ptr<const Trace>& inside); ///< see LayerView

    void make_plans();
    void check_source() const;
    void check_edits() const;
    bool edits_site(const Edit& edit, Site site, int layer) const;
    /// f(row, cell within the row, value) for each cell that the edit changes.
    template <class F>
    void each_edited_cell(const Edit& edit, Site site, int row_begin, int row_end, F f) const;
    void apply_edits(Site site, int layer, int row_begin, int row_end);
    /// From the gradients of edited values to those of the values before the edits.
    void edit_gradients(Site site, int layer, Trace& gradients) const;

    std::shared_ptr<const Weights> weights_;
    TraceShape shape_;
    std::vector<Edit> edits_;
    std::shared_ptr<const Trace> source_;
    int n_keys_ = 0, n_tokens_ = 0;
    int pass_begin_ = 0; ///< first row of the running pass: scratch rows are counted from it
    std::size_t bytes_ = 0;
    std::vector<int> tokens_;
    std::vector<RowPlan> plans_;
    std::unique_ptr<real[], Free> arena_;
    std::array<Store, k_n_sites> stores_{};
    std::array<std::shared_ptr<const Trace>, 2>
        parts_; ///< whose values these are, where it has none of its own

    // Derived, for speed only.
    std::array<real*, k_n_sites>
        stages_{}; ///< one row of each site, together small enough for the cache; see Pass::staged
    /// [layer, kv_head, d_head, row]: rotated keys as the score product reads them
    struct TransposedKeys {
        real* data = nullptr;
        std::size_t stride = 0; ///< between its rows
    };
    TransposedKeys keys_transposed_, cross_keys_transposed_;
    real* normed_ = nullptr;  ///< [row, d_model]: normalised with gain and bias
    real* scratch_ = nullptr; ///< one row of d_model, or one head
    real* mixed_ =
        nullptr; ///< of experts: rows for products, twice [row, d_model or d_mlp], [row, slot, d_model]
    detail::ExpertVisits visits_;           ///< of the layer being computed
    std::vector<real> rope_cos_, rope_sin_; ///< [position, d_head / 2]
    std::vector<real> alibi_slopes_;        ///< [head]
    std::vector<int> expert_load_;          ///< [expert]: choices of a segment so far; with a capacity factor
};

} // namespace gf
