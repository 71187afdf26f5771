#pragma once
// A site or parameter as a matrix: what the Inspector shows, whatever shape it has.

#include "app/view/selection.h"
#include "app/view/view.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// Which values are inspected: a site of a layer, or a parameter.
struct InspectedName {
    Site site = Site::resid_post;
    int layer = -1, param = -1; ///< param: index in the weights' table; -1: it is a site
    bool operator==(const InspectedName&) const = default;
};

/// What the Inspector shows now: what was chosen by name, else the cell in focus, else the residual stream
/// after the layer in focus. A name that this model does not have counts as none.
InspectedName inspected_name(const View& view, const Selection& selection);

/// A site of several heads is the matrix of one of them, or of all side by side. Sites by key (attention
/// scores and patterns) are always those of one head; what their mask forbids is not part of the matrix.
class InspectedMatrix {
  public:
    /// Points at other values, or at more rows of the same. `head`: the one that is shown alone where there
    /// are several; -1: all side by side. True when the values are other ones than before (more rows of the
    /// same do not count).
    bool update(const View& view, const InspectedName& name, int head);

    const InspectedName& name() const { return name_; }
    const std::string& label() const { return label_; } ///< the name in words: "blocks.0.attn.hook_q"
    /// The shape in words: "20 × 4 × 16" counts all heads; of scores and patterns it is that of the one head.
    const std::string& shape() const { return shape_; }
    int n_rows() const { return n_rows_; }
    int n_cols() const { return n_cols_; }
    int row_capacity() const { return row_capacity_; } ///< how many rows it will have at most
    int n_heads() const { return n_heads_; } ///< heads or experts' slots of the site; 1 where there are none
    int head() const { return head_; }       ///< the one that is shown alone; -1: all side by side
    /// Which of n_heads() belongs to a query head: itself, or the key-value head that it reads. Slots of
    /// experts belong to none: then it is the slot of the same number.
    int head_for_query_head(const ModelConfig& config, int query_head) const;
    std::string_view head_word() const;         ///< "head", "kv head", or "slot"
    bool has_mask() const { return has_mask_; } ///< -inf means masked
    bool kept() const { return kept_; }         ///< false: this run does not keep the site
    bool is_site() const { return name_.param < 0; }
    /// Whether rows are positions of the text in view.
    bool rows_are_positions() const { return is_site() && row_axis(name_.site) == Axis::pos; }

    /// Valid until the next call. Behind its end all keys are masked.
    std::span<const float> row(int row) const;
    CellRef cell_ref(int row, int col) const;
    /// A rectangle of cells of this matrix.
    struct Part {
        int row_begin, row_end, col_begin, col_end;
    };
    /// The part that a range covers; nullopt: it covers none.
    std::optional<Part> part_in(const CellRange& range) const;
    std::optional<Part> part_in(const CellRef& cell) const;

  private:
    void update_param();
    void update_site(const View& view, int head);
    bool has_axis(Axis axis) const;

    InspectedName name_;
    int run_ = 0; ///< id
    RunView view_;
    std::shared_ptr<const Weights> weights_;
    std::string label_, shape_;
    int n_rows_ = 0, n_cols_ = 0, row_capacity_ = 0;
    int n_heads_ = 1, head_ = -1, head_width_ = 0;
    int shape_rows_ = -1, shape_cols_ = -1; ///< those that shape_ was written for; -1: for others
    bool has_mask_ = false, kept_ = true;
    mutable std::vector<real> row_; ///< working memory
};

} // namespace gf::ui
