#pragma once
// What stands above Flow's rows: the heads of the unfolded layer, the names of the columns with a plain
// phrase below each, and the keys' tokens along the matrix. Drawn by FlowPanel.

#include "app/panels/flow/flow_columns.h"
#include "app/view/panel.h"
#include "app/widgets/motion.h"

#include <fmt/format.h>

namespace gf::ui {

/// Height in pixels of what stands above the rows.
float height_of(FlowHeaders headers);
/// The most of it that leaves `n_rows` rows a comfortable height within `height` pixels.
FlowHeaders headers_that_fit(float height, int n_rows);

class FlowHeaderRow {
  public:
    /// A click on a column's name shows its site in the Inspector, one on a head's square pins the head.
    void draw(const View& view, const FlowLayout& layout, Selection& selection, Commands& commands);

  private:
    void draw_labels_header(const FlowLayout& layout, float& free_from) const;
    void draw_header(const FlowLayout& layout, const FlowColumn& column, bool stepped,
                     float& free_from) const;
    void draw_phrase(const FlowLayout& layout, const FlowColumn& column, float& free_from) const;
    float draw_keys(const View& view, const FlowLayout& layout) const;
    void draw_columns(const View& view, const FlowLayout& layout, const Selection& selection, float keys_end,
                      Commands& commands);
    void draw_heads(const View& view, const FlowLayout& layout, Selection& selection, Commands& commands);
    float draw_head_squares(const View& view, const FlowLayout& layout, float left, float y,
                            Selection& selection, Commands& commands);
    std::string_view text() const { return {text_.data(), text_.size()}; }

    Glide head_mark_;
    fmt::memory_buffer text_;
};

} // namespace gf::ui
