#pragma once
// Many heat maps in one texture. Rows are uploaded as they are computed, and all maps are drawn with a few GL
// calls. Used by the window's heat-map widget.

#include "render/colour_map.h"
#include "render/gl_objects.h"
#include "render/heat_cells.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace gf {

/// A rectangle in framebuffer pixels, y down.
struct PixelRect {
    float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

/// Where one map is drawn.
struct HeatMapPlacement {
    int map = 0;
    PixelRect rect;
};

/// Colours and lines that do not depend on the values; the theme sets them.
struct HeatMapLook {
    Rgb8 masked_fill{241, 242, 244};
    Rgb8 masked_line{222, 224, 228};
    Rgb8 nan{255, 0, 255};
    Rgb8 infinity{0, 255, 255};
    float hatch_period = 10; ///< pixels between the lines of masked cells; 0: no lines
    /// Pixels left free to the right of and below each cell, where cells are large enough.
    float gap_x = 0, gap_y = 0;
};

/// Which cells a call of draw() shows of each map, and how.
struct HeatMapView {
    float row0 = 0, row1 = 1, col0 = 0, col1 = 1; ///< the range of cells that fills a placement's rectangle
    int rows = 0, cols = 0;                       ///< cells that exist; others are transparent
    ColourScale scale;
    HeatMapLook look;
};

/// The framebuffer that is bound, and the part of it that may be drawn to.
struct DrawTarget {
    int width = 0, height = 0;
    PixelRect clip;
};

struct HeatMapShape {
    int maps = 0, rows = 0, cols = 0;
    PoolRule pool = PoolRule::magnitude;
};

/// What the graphics card allows, or less.
struct HeatMapLimits {
    int max_size = 0;                               ///< rows or columns of a texture
    int max_layers = 0;                             ///< maps in a texture; more maps use more textures
    std::size_t max_bytes = std::size_t{128} << 20; ///< all maps together; larger ones are pooled

    static HeatMapLimits of_current_context();
};

/// Gives the cells of one row of one map, from column 0 on. Columns beyond the span's end are masked.
using HeatMapRows = std::function<std::span<const float>(int map, int row)>;

class HeatMaps {
  public:
    explicit HeatMaps(const HeatMapLimits& limits = HeatMapLimits::of_current_context());

    /// Makes room. Rows that were uploaded stay if they have room; otherwise rows_held() becomes 0, and all
    /// must be uploaded again.
    /// @throws Error when the card has no memory for it
    void reserve(const HeatMapShape& shape);
    /// Rows 0 to rows_held() - 1 are on the card. A panel therefore does in each frame:
    ///   maps.reserve({n_maps, capacity, capacity});
    ///   maps.upload_rows(maps.rows_held(), rows - maps.rows_held(), source);
    int rows_held() const { return rows_held_; }
    /// Forgets all rows, because other values will be uploaded (of another Trace).
    void clear() { rows_held_ = 0; }
    /// Uploads rows first_row to first_row + n_rows - 1 of every map, in one transfer per texture.
    /// `first_row` is at most rows_held().
    void upload_rows(int first_row, int n_rows, const HeatMapRows& source);

    /// Rows and columns of the values that one stored cell stands for: above 1 where the maps were too large.
    int pooled_rows() const { return row_pool_; }
    int pooled_cols() const { return col_pool_; }
    bool pooled() const { return row_pool_ > 1 || col_pool_ > 1; }

    /// Draws maps into the framebuffer that is bound. Changes program, blending, scissor, texture units 0 and
    /// 1 and vertex array; leaves texture unit 0 active.
    void draw(std::span<const HeatMapPlacement> placements, const HeatMapView& view,
              const DrawTarget& target);

  private:
    struct Painter;
    struct Page {
        Texture texture; ///< array texture, one layer per map
        int maps = 0;
    };
    static std::shared_ptr<Painter> shared_painter();
    void allocate();
    void fill_staging(int first_stored, int n_stored, int rows_end, const HeatMapRows& source);

    HeatMapLimits limits_;
    std::shared_ptr<Painter> painter_;
    HeatMapShape shape_;
    int row_pool_ = 1, col_pool_ = 1;
    int stored_rows_ = 0, stored_cols_ = 0; ///< size of a map in its texture
    int rows_held_ = 0;
    std::vector<Page> pages_;
    std::vector<float> staging_; ///< (maps, stored rows of one upload, stored_cols_)
};

} // namespace gf
