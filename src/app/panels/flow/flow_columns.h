#pragma once
// Flow's columns, left to right in the order of the computation: which site each one shows, and where it is
// on screen. FlowPanel lays them out in every frame; all other files of this folder read the layout.

#include "app/host/theme.h"
#include "app/widgets/motion.h"
#include "core/trace.h"

#include <algorithm>
#include <string>
#include <vector>

namespace gf::ui {

enum class FlowColumnKind {
    strip,  ///< a vector for each token
    matrix, ///< [query, key] of the head in focus
    seek,   ///< ribbons from the keys, and the query, to the matrix
    gather, ///< ribbons from the values to z
    folded, ///< a whole layer
    // What a model ends with.
    next,    ///< the token that comes next, or that fits in the place
    classes, ///< how likely each class is, in a classifier
    pooled,  ///< the vector of the text, in a model of embeddings
};

/// Whose head a column shows one at a time, if its site has heads: the query heads', or the key-value heads'.
enum class FlowHeadAxis { none, query, key_value };

struct FlowColumn {
    FlowColumnKind kind = FlowColumnKind::strip;
    Site site = Site::embed;
    int layer = -1;
    const char* header = "";
    ColourRole role = ColourRole::residual;
    FlowHeadAxis head = FlowHeadAxis::none;
    const char* phrase = "";       ///< what it is, in plain words below the header
    const char* short_phrase = ""; ///< the same in one word, where there is little room
    float x0 = 0, x1 = 0;          ///< left and right edge on screen

    float middle() const { return (x0 + x1) / 2; }
    bool has_map() const { return kind == FlowColumnKind::strip || kind == FlowColumnKind::matrix; }
    bool has_ribbons() const { return kind == FlowColumnKind::seek || kind == FlowColumnKind::gather; }
};

/// What stands above the rows: with less room, less of it.
enum class FlowHeaders { names, words, phrases };

/// The key that a query of the head in focus listens to most.
struct StrongestKey {
    int key = -1; ///< -1: there is none
    float weight = 0;
};

/// Where everything of the panel is on screen, in pixels, and what is in focus.
struct FlowLayout {
    std::vector<FlowColumn> columns;
    FlowHeaders headers = FlowHeaders::names;
    float left = 0, right = 0;            ///< edges of all
    float labels_end = 0;                 ///< right edge of the token labels
    float header_top = 0;                 ///< top of what stands above the rows
    float top = 0, bottom = 0;            ///< edges of the rows
    float lowest = 0;                     ///< bottom of the rows if there were many
    float source_labels_height = 0;       ///< the source's token labels below a matrix
    float well_x0 = 0, well_x1 = 0;       ///< left and right edge of the unfolded layer
    float row0 = 0, row1 = 1;             ///< rows at top and bottom; fractions of rows count
    int n_rows = 0;                       ///< tokens that are shown, those out of sight included
    int tall_row = -1;                    ///< the token that is followed has a taller row
    float extra = 0;                      ///< by so much; 0 where it is not wholly in sight
    bool shows_scores = false;            ///< the matrix shows scores in place of weights
    float opened = 1;                     ///< how far the unfolded layer has opened, 0 to 1
    int left_out = 0;                     ///< number of columns of the unfolded layer that have no room
    int layer = 0, head = 0, kv_head = 0; ///< in focus; the layer is the unfolded one
    StrongestKey strongest;               ///< of the row in view

    /// Of all rows but the tall one.
    float row_height() const { return (bottom - top - extra) / (row1 - row0); }
    float height_of(int row) const { return row_height() + (row == tall_row ? extra : 0); }
    float y_of(float row) const {
        return top + (row - row0) * row_height() +
               extra * std::clamp(row - static_cast<float>(tall_row), 0.0f, 1.0f);
    }
    float middle_of(int row) const { return y_of(static_cast<float>(row) + 0.5f); }
    /// The row at a height on screen, with its fraction; the inverse of y_of().
    float row_at(float y) const;
    /// The matrix of the layer's attention; null if it is not shown.
    const FlowColumn* matrix() const { return find(shows_scores ? Site::attn_scores : Site::pattern); }
    /// The last column if it shows what the model ends with; null if that is the residual stream.
    const FlowColumn* output_column() const {
        return columns.back().kind >= FlowColumnKind::next ? &columns.back() : nullptr;
    }
    /// The strip or matrix of a site that is in the unfolded layer or outside the layers; null if it is not
    /// shown.
    const FlowColumn* find(Site site) const;
};

/// Lays the columns out. Folding is animated: each layer opens and closes smoothly.
class FlowColumns {
  public:
    /// Fills the columns, the well, `opened` and `left_out` of a layout between the pixels x0 and x1, with
    /// layout.layer unfolded.
    void lay_out(const Trace& trace, float x0, float x1, FlowLayout& layout);

  private:
    struct Size {
        float width, gap; ///< pixels; the gap is before the column
        float flex;       ///< the column's share of the room that is left
    };
    void add(FlowLayout& layout, const FlowColumn& column, Size size);
    void add_layers(const Trace& trace, float room, FlowLayout& layout);
    void add_unfolded(const Trace& trace, FlowLayout& layout);
    void add_output(const Trace& trace, FlowLayout& layout);
    float left_over(float room) const;
    float fixed_width() const;
    void leave_out(Site site, FlowLayout& layout);
    void narrow(float factor);
    void fit_into(float room, const Trace& trace, FlowLayout& layout);
    void place(float x0, float x1, FlowLayout& layout) const;

    std::vector<Glide> openness_; ///< [n_layers]: 0 folded, 1 unfolded
    std::vector<std::string> layer_numbers_;
    std::string embed_phrase_;
    int d_model_ = 0;         ///< that embed_phrase_ tells
    std::vector<Size> sizes_; ///< [layout.columns]
    /// The unfolded layer's columns: indices into layout.columns, half-open.
    std::size_t unfolded_begin_ = 0, unfolded_end_ = 0;
    float stretch_ = 1; ///< factor of all lengths, so that the picture fills its room
};

} // namespace gf::ui
