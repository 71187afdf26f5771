#pragma once
// The record of a run: every site of every layer and token, in one arena. It is a pure function of (weights,
// tokens, setup). Row t of a site is written once, so the key-value cache is just the sites rot_k (or k) and
// v, prefill and decode are the same pass, and a reader that stays below the published number of rows needs
// no lock. forward() writes it; everything that shows, measures or edits a run reads it.

#include "core/cell_ref.h"
#include "core/expert_visits.h"
#include "core/params.h"
#include "core/plan.h"
#include "core/position_tables.h"
#include "core/run_setup.h"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace gf {

namespace detail {
class ForwardPass;
class BackwardPass;
} // namespace detail

/// What a Trace keeps. What is not kept lives in scratch rows that every layer and pass overwrites.
enum class Keep {
    all,
    residual, ///< residual stream, keys, values, output
    layers, ///< for training: what enters each layer, what comes after the last, and the inside of one layer
    cache,  ///< keys and values; output of the last row computed
};

/// What a Trace has room for.
struct TraceShape {
    int capacity = 0; ///< how many rows
    Keep keep = Keep::all;
    Stack stack = Stack::decoder;
    /// With Keep::all: the sites of this layer only, and none outside the layers; -1: everything.
    int layer = -1;
    bool operator==(const TraceShape&) const = default;
};

/// How many rows one pass over a Trace with scratch rows computes at most, unless its mask looks ahead.
inline constexpr int k_scratch_rows = 64;

/// The size of the run that the decoder of an encoder-decoder reads.
struct SourceSize {
    int n_rows = 0;
    int n_keys = 0; ///< length of its longest segment
};

/// Size in bytes of the arena of such a Trace; saturates instead of overflowing.
/// @throws Error if the setup does not fit the model
std::size_t trace_bytes(const ModelConfig& config, const TraceShape& shape, const RunSetup& setup = {},
                        const SourceSize& source = {});

class Trace {
  public:
    /// Allocates and touches the arena. The decoder of an encoder-decoder reads `source`, a run of the same
    /// weights' encoder, segment by segment; it must be complete when row 0 is computed.
    /// @throws Error if shape or setup make no sense, if segments are longer than the context of a model with
    /// learned positions, if an edit names cells that are not there, or if the source does not fit
    Trace(std::shared_ptr<const Weights> weights, TraceShape shape, RunSetup setup = {},
          std::shared_ptr<const Trace> source = nullptr);
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;

    const Weights& weights() const { return *weights_; }
    std::shared_ptr<const Weights> shared_weights() const { return weights_; }
    const StackWeights& stack() const { return weights_->stack(shape_.stack); }
    /// The shape of the stack as it is run, see config_under().
    const ModelConfig& config() const { return config_; }
    /// Null unless this is the run of an encoder-decoder's decoder.
    const Trace* source() const { return source_.get(); }
    const std::shared_ptr<const Trace>& shared_source() const { return source_; }
    const TraceShape& shape() const { return shape_; }
    const RunSetup& setup() const { return setup_; }
    const std::vector<Edit>& edits() const { return setup_.edits; }
    const Plan& plan() const { return *plan_; }
    const PositionTables& positions() const { return *positions_; }
    /// Those of the setup, or one over all rows.
    const std::vector<Segment>& segments() const { return plan_->segments(); }
    int capacity() const { return shape_.capacity; }
    SourceSize size() const { return {capacity(), n_keys()}; } ///< of this run, for a decoder that reads it
    /// Length of the key axis: of the longest segment of this Trace, or of its source.
    int n_keys() const { return plan_->n_keys(); }
    int n_keys(Site site) const { return has_source_keys(site) ? source_->n_keys() : n_keys(); }
    /// How many rows of a site there is room for: one for each token, segment, or token of the source.
    int row_capacity(Site site) const;
    /// How many of these the first n_tokens tokens give. A segment's row is there when the segment is whole,
    /// those of the source come with the first token.
    int n_rows(Site site, int n_tokens) const;
    int n_rows(Site site) const { return n_rows(site, n_tokens_); }
    /// How many values a row of the site has.
    int width(Site site) const { return site_width(config(), site, n_keys(site)); }
    /// What the arena and the masks take.
    std::size_t bytes() const { return bytes_ + plan_->bytes(); }

    /// Adds tokens after those present. @throws Error for an id outside the vocabulary, or if they do not fit
    void append(std::span<const int> tokens);
    /// Forgets the tokens from position n on.
    void truncate(int n) { n_tokens_ = n; }
    /// For the writing thread only; readers use the number of rows in their snapshot.
    int n_tokens() const { return n_tokens_; }
    const int* tokens() const { return tokens_.data(); }

    /// Row `row` of a site: width(site) values.
    const real* row(Site site, int layer, int row) const {
        return const_cast<Trace*>(this)->row(site, layer, row);
    }
    real* row(Site site, int layer, int row) {
        const SiteStorage& s = storage_[static_cast<std::size_t>(site)];
        return s.base + static_cast<std::size_t>(layer < 0 ? 0 : layer) * s.layer_stride +
               static_cast<std::size_t>(row - (s.kept ? 0 : pass_begin_)) * s.row_stride;
    }
    std::size_t row_stride(Site site) const { return storage_[static_cast<std::size_t>(site)].row_stride; }
    bool has(Site site) const { return storage_[static_cast<std::size_t>(site)].base != nullptr; }
    /// Whether the values of all layers are kept, or those of one layer.
    bool kept(Site site) const { return has(site) && storage_[static_cast<std::size_t>(site)].keeps(-1); }
    bool kept(Site site, int layer) const {
        return has(site) && storage_[static_cast<std::size_t>(site)].keeps(layer);
    }
    /// One value; the reference must name a cell of a kept site.
    real value(const CellRef& cell) const;

    using RowPlan = gf::RowPlan;
    const RowPlan& plan(int row) const { return plan_->row(row); }

    using KeyRange = gf::KeyRange;
    /// The keys that a row may read in some head of some layer, as rows of this Trace or of its source.
    KeyRange keys(int row) const { return {plan(row).key_begin, plan(row).key_end, plan(row).segment_begin}; }
    KeyRange source_keys(int row) const { return plan_->mask(Site::cross_attn_scores, 0, 0).keys(row); }
    KeyRange keys(Site site, int row) const { return has_source_keys(site) ? source_keys(row) : keys(row); }
    /// Whether a row may read the key in this column of the site's key axis.
    bool visible(Site site, int layer, int head, int row, int column) const {
        const KeyMask& mask = plan_->mask(site, layer, head);
        return mask.visible(row, mask.keys(row).first + column);
    }

    /// Forgets the tokens and begins anew with these, as append() does; the segments stay. `seed` replaces
    /// Regularise::seed. @throws Error as append() does
    void restart(std::span<const int> tokens, std::uint64_t seed = 0);

    /// A Trace of the same weights and shape, with all values 0: for the gradients of this one's sites, or of
    /// one layer's.
    std::unique_ptr<Trace> zeros(Keep keep, int layer = -1) const;

    /// The expert that computes in a slot of the row; that of the index there, unless the setup swaps it.
    int visited_expert(int layer, int row, int slot) const {
        return plan()
            .experts(layer, row)
            .visited(static_cast<int>(this->row(Site::expert_indices, layer, row)[slot]));
    }

    /// The rows that a segment's pooled vector is the mean of; none if all of it is padding.
    struct PooledRows {
        int begin = 0, end = 0;
    };
    PooledRows pooled_rows(int segment) const;

    /// A new Trace with copies of the first `rows` rows of this one. If it gets another setup, this must
    /// leave those rows as they are. @throws Error unless the run is one sequence without padding
    std::unique_ptr<Trace> branch(int rows, int capacity) const { return branch(rows, capacity, setup_); }
    std::unique_ptr<Trace> branch(int rows, int capacity, RunSetup setup) const;

  private:
    friend class detail::ForwardPass;
    friend class LayerView;
    friend class Backward;
    friend class detail::BackwardPass;
    /// Where a site lies in the arena; strides count values.
    struct SiteStorage {
        real* base = nullptr; ///< null: the model has no such site, or it is not wanted
        std::size_t layer_stride = 0, row_stride = 0;
        bool kept = true;    ///< false: scratch rows, the first one being that of the running pass
        int only_layer = -1; ///< -1: all layers
        bool keeps(int layer) const { return kept && (only_layer < 0 || only_layer == layer); }
    };
    struct Free {
        void operator()(real* p) const;
    };

    /// A Trace without an arena of its own. It has the first `rows` tokens of `run` and reads the sites that
    /// `run` keeps from there, the others from `layer_sites`, a Trace of one layer; null: there are none.
    Trace(const std::shared_ptr<const Trace>& run, const std::shared_ptr<const Trace>& layer_sites, int rows);

    void check_source() const;
    void check_edits() const;
    bool edits_site(const Edit& edit, Site site, int layer) const;
    /// Calls f(row, cell within the row, value of the edit) for each cell of the rows that the edit changes.
    template <class F>
    void for_each_edited_cell(const Edit& edit, Site site, int row_begin, int row_end, F f) const;
    void apply_edits(Site site, int layer, int row_begin, int row_end);
    /// Turns the gradient of the edited values of a site into that of the values before the edits.
    void edit_gradients(Site site, int layer, Trace& gradients) const;

    std::shared_ptr<const Weights> weights_;
    TraceShape shape_;
    RunSetup setup_;
    ModelConfig config_;
    std::shared_ptr<const Trace> source_;
    std::shared_ptr<const Plan> plan_;
    std::shared_ptr<const PositionTables> positions_;
    int n_tokens_ = 0;
    int pass_begin_ = 0;    ///< first row of the running pass: scratch rows are counted from it
    std::size_t bytes_ = 0; ///< of the arena
    std::vector<int> tokens_;
    std::unique_ptr<real[], Free> arena_;
    std::array<SiteStorage, k_n_sites> storage_{};
    /// Keeps alive the Traces whose values this one reads if it has no arena of its own.
    std::array<std::shared_ptr<const Trace>, 2> parts_;

    // What follows is derived from the above, or working memory of the passes.

    /// One row of each site, all of them together small enough for the cache; see ForwardPass::staged.
    std::array<real*, k_n_sites> staged_rows_{};
    /// [layer, kv_head, d_head, row]: the keys as the product with a query reads them. `stride` is from one
    /// dimension to the next.
    struct TransposedKeys {
        real* data = nullptr;
        std::size_t stride = 0;
    };
    TransposedKeys transposed_keys_, transposed_cross_keys_;
    real* norm_output_ = nullptr;   ///< [row, d_model]: normalised, with gain and bias
    real* query_scratch_ = nullptr; ///< a query of one head, scaled
    /// With experts only: twice [row, d_model or d_mlp], what an expert reads and writes, and [row, slot,
    /// d_model].
    real* expert_scratch_ = nullptr;
    detail::ExpertVisits visits_;  ///< while a layer with experts is computed
    std::vector<int> expert_load_; ///< [expert]: choices of a segment so far, if there is a capacity factor
};

} // namespace gf
