#pragma once
// A site or parameter as a matrix: what the Inspector shows, whatever shape it has.

#include "app/view/selection.h"
#include "session/snapshot.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// Which values: a site of a layer, or a parameter.
struct InspectedName {
    Site site = Site::resid_post;
    int layer = -1, param = -1;
    bool operator==(const InspectedName&) const = default;
};

/// What the Inspector shows now: what was chosen by name, else the cell in focus, else the residual stream
/// after the layer in focus. Names that this model does not have count as none.
InspectedName inspected_name(const Snapshot& snapshot, const Selection& selection);

class InspectedMatrix {
  public:
    /// `head`: one head alone where there are several; -1: side by side. Scores and patterns always show one
    /// head. True when other values are seen than before (more rows of the same do not count).
    bool show(const Snapshot& snapshot, const InspectedName& name, int head);

    const InspectedName& name() const { return name_; }
    const std::string& label() const { return label_; }
    const std::string& shape() const {
        return shape_;
    } ///< "20 × 64", of all heads together; of scores and patterns of the one head
    int rows() const { return rows_; }
    int cols() const { return cols_; }
    int capacity() const { return capacity_; } ///< rows that it will have at most
    int heads() const { return heads_; }       ///< of the site, experts' slots too; 1 where there are none
    int head() const { return head_; }         ///< shown alone; -1: all side by side
    /// Of heads() the one that belongs to a query head: itself, or the key-value head that it reads; of slots
    /// that of its number.
    int head_for(const ModelConfig& config, int query_head) const;
    std::string_view head_word() const; ///< "head", "kv head", or "slot"
    int head_width() const { return head_width_; }
    bool masks() const { return masks_; }            ///< -inf means masked
    bool kept() const { return kept_; }              ///< false: this run does not keep the site
    bool of_site() const { return name_.param < 0; } ///< not a parameter
    /// Whether rows are positions of the text in view.
    bool positions() const { return of_site() && row_axis(name_.site) == Axis::pos; }

    /// Valid until the next call.
    std::span<const float> row(int row) const;
    CellRef cell(int row, int col) const;
    /// Rows and columns of it that a range covers; nullopt: none.
    struct Part {
        int row0, row1, col0, col1; ///< half-open
    };
    std::optional<Part> part(const CellRange& range) const;
    std::optional<Part> part(const CellRef& cell) const;

  private:
    void show_param(const Snapshot& snapshot);
    void show_site(const Snapshot& snapshot, int head);
    bool has_axis(Axis axis) const;

    InspectedName name_;
    std::shared_ptr<const Trace> trace_;
    std::shared_ptr<const Weights> weights_;
    std::string label_, shape_;
    int rows_ = 0, cols_ = 0, capacity_ = 0, heads_ = 1, head_ = -1, head_width_ = 0, shaped_rows_ = -1,
        shaped_cols_ = -1;
    bool masks_ = false, kept_ = true;
    mutable std::vector<float> marked_; ///< a row with what is masked marked
};

} // namespace gf::ui
