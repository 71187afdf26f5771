#pragma once
// The heat map of the Inspector and the line of text below it.

#include "app/panels/inspector/inspected_matrix.h"
#include "app/panels/inspector/matrix_statistics.h"
#include "app/view/panel.h"
#include "app/widgets/heat_map_widget.h"

#include <fmt/format.h>

namespace gf::ui {

class InspectorMap {
  public:
    /// Forgets the values and the zoom, because other values will come.
    void clear();
    /// Uploads up to about `budget` more values (64 rows at least). True when all rows are uploaded.
    bool upload(const View& view, const InspectedMatrix& matrix, std::size_t budget);
    void show_all() { zoomed_ = false; }

    /// Fills `area`, the item "map": the mouse points at cells and pins them, zooms and pans.
    void draw(const View& view, const InspectedMatrix& matrix, const ValueStatistics& statistics,
              const UiRect& area, Selection& selection, Commands& commands);
    /// Draws the number under the mouse with its place in words, else what the colours mean.
    void draw_caption(const View& view, const InspectedMatrix& matrix, const UiRect& line);

  private:
    void choose_colours(const InspectedMatrix& matrix, const ValueStatistics& statistics);
    void choose_view(const InspectedMatrix& matrix, const UiRect& area);
    void handle_mouse(const View& view, const InspectedMatrix& matrix, const PlacedHeatMap& place,
                      Selection& selection, Commands& commands);
    void draw_outlines(const View& view, const InspectedMatrix& matrix, const PlacedHeatMap& place,
                       const Selection& selection) const;
    std::string_view write_hidden(const InspectedMatrix& matrix);
    void write_hovered_cell(const View& view, const InspectedMatrix& matrix);
    float draw_legend(const InspectedMatrix& matrix, const UiRect& line) const;
    void draw_view_note(const UiRect& line, float left);
    std::string_view text() const { return {text_.data(), text_.size()}; }

    HeatMapWidget map_;
    HeatMapView view_;
    int n_uploaded_rows_ = 0;
    bool zoomed_ = false;
    bool is_signed_ = false;
    bool clipped_ = false; ///< whether the colours end before the largest values
    std::optional<HeatMapCell> hovered_;
    fmt::memory_buffer text_, hidden_text_;
};

} // namespace gf::ui
