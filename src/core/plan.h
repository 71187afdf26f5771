#pragma once
// Which keys a query sees, the place of each row in its segment, and which experts a layer chooses from: all
// that a RunSetup decides before anything is computed. Made with each Trace; both passes, the formulas and
// everything that shows a run read it.

#include "core/run_setup.h"
#include "core/site.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gf {

/// Keys that follow each other, as rows of the run or of its source.
struct KeyRange {
    int begin = 0, end = 0; ///< half-open
    int first = 0;          ///< the row that is column 0 of the site's key axis
    bool operator==(const KeyRange&) const = default;
    int size() const { return end - begin; }
    /// Whether this column of the key axis is one of them.
    bool holds(int column) const { return first + column >= begin && first + column < end; }
};

/// The keys that each row sees, for the heads that share a mask: one interval for each row, and bits only
/// where keys inside such an interval are hidden.
class KeyMask {
  public:
    /// The same intervals without gaps.
    explicit KeyMask(std::vector<KeyRange> hulls) : hulls_(std::move(hulls)) {}
    /// Row r sees key hulls[r].first + j if bit j of its words is set; the intervals are computed.
    KeyMask(std::vector<KeyRange> hulls, std::vector<std::uint64_t> bits, std::size_t words_per_row);
    bool operator==(const KeyMask&) const = default;

    /// The smallest interval that holds all keys that the row sees; empty if it sees none.
    const KeyRange& keys(int row) const { return hulls_[static_cast<std::size_t>(row)]; }
    /// Whether keys inside the interval of some row are hidden.
    bool has_gaps() const { return !bits_.empty(); }
    bool visible(int row, int key) const {
        const KeyRange& k = keys(row);
        return key >= k.begin && key < k.end && (bits_.empty() || bit(row, key - k.first));
    }
    /// Calls f(key) for each hidden key inside the row's interval.
    template <class F>
    void for_each_hidden(int row, F f) const {
        if (bits_.empty()) return;
        const KeyRange& k = keys(row);
        for (int key = k.begin; key < k.end; ++key)
            if (!bit(row, key - k.first)) f(key);
    }
    /// Calls f(begin, end) for the longest ranges of keys that the row sees, in ascending order.
    template <class F>
    void for_each_run(int row, F f) const {
        const KeyRange& k = keys(row);
        for (int begin = k.begin, end; begin < k.end; begin = end) {
            const bool seen = visible(row, begin);
            for (end = begin + 1; end < k.end && (bits_.empty() || visible(row, end) == seen);)
                end = bits_.empty() ? k.end : end + 1;
            if (seen) f(begin, end);
        }
    }
    std::size_t bytes() const {
        return hulls_.size() * sizeof(KeyRange) + bits_.size() * sizeof(std::uint64_t);
    }

  private:
    bool bit(int row, int column) const {
        const auto j = static_cast<std::size_t>(column);
        return bits_[static_cast<std::size_t>(row) * words_per_row_ + j / 64] >> (j % 64) & 1;
    }
    std::vector<KeyRange> hulls_;
    std::vector<std::uint64_t> bits_;
    std::size_t words_per_row_ = 0;
};

/// Heads of a layer that see the same keys.
struct HeadGroup {
    const KeyMask* mask;
    std::vector<int> heads;
};

/// A row's place in its segment, and the keys that it sees in any head of any layer.
struct RowPlan {
    int key_begin = 0, key_end = 0; ///< half-open, rows of the run; empty if everything is masked
    int segment = 0;                ///< index into Plan::segments()
    int segment_begin = 0, segment_end = 0;
    int position = 0; ///< 0 for padding
    bool padding = false;
};

class Plan {
  public:
    /// For a run of up to `n_rows` rows. `source` are the segments of the run that its cross-attention reads.
    /// @throws Error if the setup does not fit the model, or its segments the rows
    Plan(const ModelConfig& config, int n_rows, const RunSetup& setup, std::span<const Segment> source = {});
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    /// Those of the setup, or one over all rows.
    const std::vector<Segment>& segments() const { return segments_; }
    /// The length of the longest segment.
    int n_keys() const { return n_keys_; }
    const RowPlan& row(int row) const { return rows_[static_cast<std::size_t>(row)]; }

    /// Whether a query sees a key; both are rows of the run.
    bool visible(int layer, int head, int row, int key) const {
        return mask(Site::attn_scores, layer, head).visible(row, key);
    }
    /// The mask of a head, in attention to the run itself or, for sites with keys of the source, to that.
    const KeyMask& mask(Site site, int layer, int head) const {
        return masks_[static_cast<std::size_t>(
            has_source_keys(site) ? source_mask_
                                  : mask_of_head_[static_cast<std::size_t>(layer * n_heads_ + head)])];
    }
    /// The heads of a layer by what they see, in ascending order of their first one.
    std::span<const HeadGroup> groups(Site site, int layer) const {
        return groups_[static_cast<std::size_t>(
            has_source_keys(site) ? 0 : groups_of_layer_[static_cast<std::size_t>(layer)])];
    }

    bool looks_ahead() const { return looks_ahead_; }
    /// Whether the first `n_rows` rows see keys behind them, so that they change when a token is appended.
    bool reads_beyond(int n_rows) const {
        return n_rows > 0 && reach_[static_cast<std::size_t>(n_rows - 1)] > n_rows;
    }
    bool needs_whole_segments() const { return needs_whole_segments_; }
    /// What a row's router chooses from.
    const ExpertChoice& experts(int layer, int row) const {
        const std::vector<ExpertChoice>& choices = experts_[static_cast<std::size_t>(layer)];
        std::size_t i = choices.size() - 1;
        while (choices[i].begin_row > row) --i;
        return choices[i];
    }
    /// What the masks take, each distinct one counted once.
    std::size_t bytes() const;

  private:
    void place_rows(const ModelConfig& config, const RunSetup& setup, int n_rows);
    void make_masks(const ModelConfig& config, const RunSetup& setup);
    void group_heads(int n_layers, bool has_source);

    std::vector<Segment> segments_;
    std::vector<RowPlan> rows_;
    std::vector<KeyMask> masks_;    ///< distinct
    std::vector<int> mask_of_head_; ///< [layer, head], index into masks_
    int source_mask_ = -1;
    /// The first one is that of attention to the source, if there is one.
    std::vector<std::vector<HeadGroup>> groups_;
    std::vector<int> groups_of_layer_;
    std::vector<int> reach_; ///< [row]: the end of the keys that this row or an earlier one sees
    std::vector<std::vector<ExpertChoice>> experts_; ///< [layer], see expert_choices()
    int n_keys_ = 0, n_heads_ = 0;
    bool looks_ahead_ = false, needs_whole_segments_ = false;
};

/// Whether a token that is appended to a text of n_tokens or more, of at most `capacity`, changes the rows
/// before it. Then a run has exactly the capacity of the text shown, and is computed from the start for each
/// token.
bool appending_changes_rows(const ModelConfig& config, const RunSetup& setup, int n_tokens, int capacity);

} // namespace gf
