#pragma once
// Many heat maps in one texture: rows arrive as they are computed, all maps draw with a few GL calls.

#include "render/colour_map.h"
#include "render/gl_objects.h"
#include "render/heat_cells.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace gf {

/// Framebuffer pixels, y down.
struct PixelRect {
    float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

/// Where one map goes.
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
    float gap_x = 0,
          gap_y = 0; ///< pixels left free to the right of and below each cell, where cells are large enough
};

/// What a call of draw() shows of each map.
struct HeatMapView {
    float row0 = 0, row1 = 1, col0 = 0, col1 = 1; ///< the range of cells that fills a placement's rectangle
    int rows = 0, cols = 0;                       ///< cells that exist; the rest is transparent
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
    Pool pool = Pool::magnitude;
};

/// Of the graphics card, or smaller.
struct HeatMapLimits {
    int max_size = 0;                               ///< rows or columns of a texture
    int max_layers = 0;                             ///< maps in a texture; more maps use more textures
    std::size_t max_bytes = std::size_t{128} << 20; ///< all maps together; larger ones are pooled

    static HeatMapLimits of_current_context();
};

/// Cells of row `row` of map `map`, from column 0 on; columns beyond the span's end are masked.
using HeatMapRows = std::function<std::span<const float>(int map, int row)>;

class HeatMaps {
  public:
    explicit HeatMaps(const HeatMapLimits& limits = HeatMapLimits::of_current_context());

    /// Makes room. What was uploaded stays when it fits; otherwise rows_held() is 0 again and all must come
    /// again.
    void reserve(const HeatMapShape& shape);
    /// Rows 0 to rows_held() - 1 are on the card. So a panel's frame is:
    ///   maps.reserve({n_maps, capacity, capacity});
    ///   maps.upload_rows(maps.rows_held(), rows - maps.rows_held(), source);
    int rows_held() const { return rows_held_; }
    /// Other values will come (another Trace): nothing is held any more.
    void clear() { rows_held_ = 0; }
    /// Rows first_row .. first_row + n_rows - 1 of every map, in one transfer per texture. first_row <=
    /// rows_held().
    void upload_rows(int first_row, int n_rows, const HeatMapRows& source);

    /// Cells of the values that one stored cell stands for; above 1 the maps were too large and are pooled.
    int pooled_rows() const { return row_pool_; }
    int pooled_cols() const { return col_pool_; }
    bool pooled() const { return row_pool_ > 1 || col_pool_ > 1; }

    /// Changes program, blending, scissor, texture unit 0 and 1, vertex array; leaves texture unit 0 active.
    void draw(std::span<const HeatMapPlacement> placements, const HeatMapView& view,
              const DrawTarget& target);

  private:
    struct Painter;
    struct Page {
        Texture texture;
        int maps = 0;
    };
    static std::shared_ptr<Painter> shared_painter();
    void allocate();
    void gather(int first_stored, int n_stored, int rows_end, const HeatMapRows& source);

    HeatMapLimits limits_;
    std::shared_ptr<Painter> painter_;
    HeatMapShape shape_;
    int row_pool_ = 1, col_pool_ = 1;
    int stored_rows_ = 0, stored_cols_ = 0; // of the textures
    int rows_held_ = 0;
    std::vector<Page> pages_;
    std::vector<float> staging_; // (maps, rows of one upload, stored_cols_)
};

} // namespace gf
