#pragma once
// The brush of the Masks panel: what a stroke covers, from where it began to where it is. Without any
// drawing, so that mouse and keys paint the same.

#include "app/view/attention_rows.h"
#include "core/mask_painting.h"

#include <string_view>
#include <vector>

namespace gf::ui {

enum class BrushShape { cell, row, column, block };
std::string_view name(BrushShape shape);

class MaskBrush {
  public:
    /// Begins a stroke that shows or hides cells, or gives them back.
    void begin(BrushShape shape, const AttentionCell& at, bool visible, bool erase);
    /// Goes on to a cell; a brush for single cells covers those on the line between.
    void move_to(const AttentionCell& to);
    bool is_down() const { return is_down_; }
    bool erases() const { return erases_; }
    bool shows() const { return visible_; }
    /// What the stroke covers so far, as rectangles.
    std::vector<PaintedCells> cells() const;
    /// Ends the stroke and returns it.
    MaskStroke lift();

  private:
    bool is_down_ = false, visible_ = false, erases_ = false;
    BrushShape shape_ = BrushShape::cell;
    AttentionCell from_, to_;
    std::vector<AttentionCell> path_; ///< of single cells
};

} // namespace gf::ui
