#pragma once
// Flow's columns, left to right in the order of the computation: which site each shows, and where it is.

#include "app/host/theme.h"
#include "app/widgets/motion.h"
#include "core/trace.h"

#include <string>
#include <vector>

namespace gf::ui {

enum class FlowKind {
    strip,   ///< a vector for each token
    matrix,  ///< [query, key] of the head in focus
    gather,  ///< ribbons from the values to z
    folded,  ///< a whole layer
    next,    ///< the token that comes next, or fits in the place
    classes, ///< of a classifier: how likely each is
    pooled,  ///< of a model of embeddings: the vector of the text
};

/// Of strips with a head axis: the query heads', or the key-value heads'.
enum class FlowHead { none, query, key_value };

struct FlowColumn {
    FlowKind kind = FlowKind::strip;
    Site site = Site::embed;
    int layer = -1;
    const char* header = "";
    ColourRole role = ColourRole::residual;
    FlowHead head = FlowHead::none;
    float x0 = 0, x1 = 0; ///< on screen

    float middle() const { return (x0 + x1) / 2; }
};

/// Where everything of the panel is on screen.
struct FlowLayout {
    std::vector<FlowColumn> columns;
    float labels_end = 0;           ///< token labels stand left of it
    float top = 0, bottom = 0;      ///< of the rows
    float lowest = 0;               ///< where they would end if they were many
    float below = 0;                ///< height of the labels of source tokens below a matrix
    float well_x0 = 0, well_x1 = 0; ///< the unfolded layer
    float row0 = 0, row1 = 1;       ///< rows between top and bottom
    float opened = 1;               ///< how far it is, 0 to 1
    int left_out = 0;               ///< columns of the unfolded layer that have no room
    int layer = 0, head = 0, kv_head = 0;

    float row_height() const { return (bottom - top) / (row1 - row0); }
    float y_of(float row) const { return top + (row - row0) * row_height(); }
    float middle_of(int row) const { return y_of(static_cast<float>(row) + 0.5f); }
    /// What the model ends with, at the right; nullptr: with the stream.
    const FlowColumn* end() const {
        return columns.back().kind >= FlowKind::next ? &columns.back() : nullptr;
    }
    const FlowColumn*
    find(Site site) const; ///< of the layer in focus or outside the layers; nullptr: not shown
};

/// Lays the columns out and animates folding: each layer's openness glides.
class FlowColumns {
  public:
    /// Fills layout.columns and the well for the room [x0, x1]; layout.layer is the one in focus.
    void lay_out(const Trace& trace, float x0, float x1, FlowLayout& layout);

  private:
    struct Size {
        float width, gap; ///< pixels; the gap before it
        float flex;       ///< part of the room that is left
    };
    void add(FlowLayout& layout, const FlowColumn& column, Size size);
    void add_unfolded(const Trace& trace, FlowLayout& layout);
    void add_end(const Trace& trace, FlowLayout& layout);

    std::vector<Glide> open_; ///< by layer: 0 folded, 1 unfolded
    std::vector<std::string> numbers_;
    std::vector<Size> sizes_; ///< of layout.columns
    float shrink_ = 1;        ///< of all lengths, where there is little room
};

} // namespace gf::ui
