#include "render/heat_map.h"

#include "shaders.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace gf {
namespace {

int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// Makes the bound texture one whose cells are read exactly, without mipmaps.
void sample_nearest(GLenum target) {
    for (const GLenum filter : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
        glTexParameteri(target, filter, GL_NEAREST);
    for (const GLenum wrap : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T})
        glTexParameteri(target, wrap, GL_CLAMP_TO_EDGE);
    glTexParameteri(target, GL_TEXTURE_MAX_LEVEL, 0);
}

/// One map to draw; the attributes of heat_map.vert.
struct Instance {
    PixelRect rect;
    float layer; ///< in the array texture
};

} // namespace

HeatMapLimits HeatMapLimits::of_current_context() {
    HeatMapLimits limits;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &limits.max_size);
    glGetIntegerv(GL_MAX_ARRAY_TEXTURE_LAYERS, &limits.max_layers);
    return limits;
}

/// The GL objects that all heat maps of a context share: program, colour tables, instance buffer.
struct HeatMaps::Painter {
    Program program{"heat_map", shaders::heat_map_vert, shaders::heat_map_frag};
    Texture colours;
    VertexArray vertices;
    Buffer instances;
    std::vector<Instance> page_instances;

    Painter() {
        std::array<Rgb8, std::size_t{k_colour_map_count} * k_colour_table_size> table;
        for (int map = 0; map < k_colour_map_count; ++map)
            std::ranges::copy(colour_table(static_cast<ColourMap>(map)).colours,
                              table.begin() + map * k_colour_table_size);
        glBindTexture(GL_TEXTURE_2D, colours.name());
        glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, k_colour_table_size, k_colour_map_count, 0, GL_RGB,
                     GL_UNSIGNED_BYTE, table.data());
        sample_nearest(GL_TEXTURE_2D);

        glBindVertexArray(vertices.name());
        glBindBuffer(GL_ARRAY_BUFFER, instances.name());
        glEnableVertexAttribArray(0);
        glVertexAttribPointer(0, 4, GL_FLOAT, GL_FALSE, sizeof(Instance), nullptr);
        glVertexAttribDivisor(0, 1);
        glEnableVertexAttribArray(1);
        glVertexAttribPointer(1, 1, GL_FLOAT, GL_FALSE, sizeof(Instance),
                              reinterpret_cast<void*>(offsetof(Instance, layer)));
        glVertexAttribDivisor(1, 1);
        glBindVertexArray(0);
    }

    void set_uniforms(const HeatMapView& view, const DrawTarget& target, const HeatMaps& maps) const {
        const auto uniform = [this](const char* name) { return program.uniform(name); };
        const auto set_rgb = [&uniform](const char* name, Rgb8 c) {
            glUniform3f(uniform(name), static_cast<float>(c.r) / 255.0f, static_cast<float>(c.g) / 255.0f,
                        static_cast<float>(c.b) / 255.0f);
        };
        glUniform2f(uniform("framebuffer"), static_cast<float>(target.width),
                    static_cast<float>(target.height));
        glUniform4f(uniform("visible"), view.col0, view.row0, view.col1, view.row1);
        glUniform1i(uniform("cells"), 0);
        glUniform1i(uniform("colours"), 1);
        glUniform1i(uniform("colour_map"), static_cast<int>(view.scale.map));
        glUniform1i(uniform("diverging"), colour_table(view.scale.map).diverging);
        glUniform3f(uniform("range"), view.scale.vmin, view.scale.vmax, view.scale.gamma);
        glUniform1i(uniform("pool_largest"), maps.shape_.pool == PoolRule::largest);
        glUniform2f(uniform("pool"), static_cast<float>(maps.col_pool_), static_cast<float>(maps.row_pool_));
        glUniform2f(uniform("n_cells"), static_cast<float>(std::min(view.cols, maps.shape_.cols)),
                    static_cast<float>(std::min(view.rows, maps.rows_held_)));
        glUniform2f(uniform("gap"), view.look.gap_x, view.look.gap_y);
        glUniform1f(uniform("hatch_period"), view.look.hatch_period);
        set_rgb("masked_fill", view.look.masked_fill);
        set_rgb("masked_line", view.look.masked_line);
        set_rgb("nan_colour", view.look.nan);
        set_rgb("infinity_colour", view.look.infinity);
    }
};

HeatMaps::HeatMaps(const HeatMapLimits& limits) : limits_(limits), painter_(shared_painter()) {}

std::shared_ptr<HeatMaps::Painter> HeatMaps::shared_painter() {
    static std::weak_ptr<Painter> current; // the painter dies with the last heat maps of its context
    auto painter = current.lock();
    if (!painter) current = painter = std::make_shared<Painter>();
    return painter;
}

void HeatMaps::reserve(const HeatMapShape& shape) {
    assert(shape.maps > 0 && shape.rows > 0 && shape.cols > 0);
    if (shape.maps == shape_.maps && shape.rows <= shape_.rows && shape.cols <= shape_.cols &&
        shape.pool == shape_.pool)
        return;
    // A sequence that outgrew its room will grow on. Half as much again spares the next reallocations.
    const bool grows = shape.maps == shape_.maps && shape.pool == shape_.pool;
    const auto room = [grows](int wanted, int old) {
        return grows && wanted > old ? std::max(wanted, old + old / 2) : wanted;
    };
    shape_ = {shape.maps, room(shape.rows, shape_.rows), room(shape.cols, shape_.cols), shape.pool};
    allocate();
}

/// Makes textures for shape_, pooling as much as the limits need.
void HeatMaps::allocate() {
    row_pool_ = ceil_div(shape_.rows, limits_.max_size);
    col_pool_ = ceil_div(shape_.cols, limits_.max_size);
    const auto stored_bytes = [this] {
        stored_rows_ = ceil_div(shape_.rows, row_pool_);
        stored_cols_ = ceil_div(shape_.cols, col_pool_);
        return sizeof(float) * static_cast<std::size_t>(shape_.maps) *
               static_cast<std::size_t>(stored_rows_) * static_cast<std::size_t>(stored_cols_);
    };
    while (stored_bytes() > limits_.max_bytes && stored_rows_ * stored_cols_ > 1)
        ++(stored_rows_ >= stored_cols_ ? row_pool_ : col_pool_);

    rows_held_ = 0;
    pages_.clear();
    for (int first = 0; first < shape_.maps; first += limits_.max_layers) {
        Page& page = pages_.emplace_back();
        page.maps = std::min(limits_.max_layers, shape_.maps - first);
        glBindTexture(GL_TEXTURE_2D_ARRAY, page.texture.name());
        glTexImage3D(GL_TEXTURE_2D_ARRAY, 0, GL_R32F, stored_cols_, stored_rows_, page.maps, 0, GL_RED,
                     GL_FLOAT, nullptr);
        sample_nearest(GL_TEXTURE_2D_ARRAY);
    }
    check_gl("heat maps: " + std::to_string(shape_.maps) + " of " + std::to_string(stored_rows_) + " x " +
             std::to_string(stored_cols_));
}

/// Fills staging_ with n_stored stored rows of every map. Rows of the values from rows_end on do not exist.
void HeatMaps::fill_staging(int first_stored, int n_stored, int rows_end, const HeatMapRows& source) {
    const auto cols = static_cast<std::size_t>(stored_cols_);
    staging_.assign(static_cast<std::size_t>(shape_.maps) * static_cast<std::size_t>(n_stored) * cols,
                    k_masked_cell);
    float* out = staging_.data();
    for (int map = 0; map < shape_.maps; ++map) {
        for (int stored = first_stored; stored < first_stored + n_stored; ++stored, out += cols) {
            const int end = std::min((stored + 1) * row_pool_, rows_end);
            for (int row = stored * row_pool_; row < end; ++row) {
                const auto cells = source(map, row);
                if (pooled())
                    pool_row(shape_.pool, col_pool_, cells, {out, cols});
                else
                    std::copy_n(cells.data(), std::min(cells.size(), cols), out);
            }
        }
    }
}

void HeatMaps::upload_rows(int first_row, int n_rows, const HeatMapRows& source) {
    assert(first_row >= 0 && first_row <= rows_held_ && first_row + n_rows <= shape_.rows);
    if (n_rows <= 0) return;
    const int rows_end = std::max(rows_held_, first_row + n_rows);
    const int first_stored = first_row / row_pool_;
    const int n_stored = ceil_div(first_row + n_rows, row_pool_) - first_stored;
    fill_staging(first_stored, n_stored, rows_end, source);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    const float* cells = staging_.data();
    for (const Page& page : pages_) {
        glBindTexture(GL_TEXTURE_2D_ARRAY, page.texture.name());
        glTexSubImage3D(GL_TEXTURE_2D_ARRAY, 0, 0, first_stored, 0, stored_cols_, n_stored, page.maps, GL_RED,
                        GL_FLOAT, cells);
        cells += static_cast<std::size_t>(page.maps) * static_cast<std::size_t>(n_stored) *
                 static_cast<std::size_t>(stored_cols_);
    }
    rows_held_ = rows_end;
}

void HeatMaps::draw(std::span<const HeatMapPlacement> placements, const HeatMapView& view,
                    const DrawTarget& target) {
    const PixelRect& clip = target.clip;
    const int x0 = std::max(static_cast<int>(clip.x0), 0), y0 = std::max(static_cast<int>(clip.y0), 0);
    const int x1 = std::min(static_cast<int>(clip.x1), target.width);
    const int y1 = std::min(static_cast<int>(clip.y1), target.height);
    if (x1 <= x0 || y1 <= y0 || rows_held_ == 0 || placements.empty()) return;
    glEnable(GL_SCISSOR_TEST);
    glScissor(x0, target.height - y1, x1 - x0, y1 - y0);
    glEnable(GL_BLEND);
    glBlendEquation(GL_FUNC_ADD);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);

    painter_->program.use();
    painter_->set_uniforms(view, target, *this);
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_2D, painter_->colours.name());
    glActiveTexture(GL_TEXTURE0);
    glBindVertexArray(painter_->vertices.name());
    glBindBuffer(GL_ARRAY_BUFFER, painter_->instances.name());
    auto& instances = painter_->page_instances;
    int first_map = 0;
    for (const Page& page : pages_) {
        instances.clear();
        for (const auto& p : placements)
            if (p.map >= first_map && p.map < first_map + page.maps)
                instances.push_back({p.rect, static_cast<float>(p.map - first_map)});
        first_map += page.maps;
        if (instances.empty()) continue;
        glBindTexture(GL_TEXTURE_2D_ARRAY, page.texture.name());
        glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(instances.size() * sizeof(Instance)),
                     instances.data(), GL_STREAM_DRAW);
        glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(instances.size()));
    }
}

} // namespace gf
