// Colours one pixel of a heat map by the cell under it. Where cells are smaller than a pixel, the strongest
// of those under the pixel stands for all. Used by HeatMaps::draw().
uniform highp sampler2DArray cells; // one layer per map
uniform sampler2D colours;          // one row per colour map
uniform int colour_map;
uniform int diverging;
uniform vec3 range; // vmin, vmax, gamma
uniform int pool_largest;
uniform vec2 pool;    // columns, rows of cells that one stored cell stands for
uniform vec2 n_cells; // columns, rows that exist
uniform vec4 visible; // range of cells in view: col0, row0, col1, row1
uniform vec2 gap;     // pixels left free to the right of and below a cell
uniform float hatch_period; // pixels; 0: no lines
uniform vec3 masked_fill, masked_line, nan_colour, infinity_colour;

in vec2 cell;                 // column, row; whole numbers at the cells' corners
flat in vec2 cells_per_pixel; // columns, rows
flat in float map_layer;      // of the array texture
out vec4 colour;

const uint k_infinity = 0x7f800000u;
const uint k_masked = 0xff800000u; // -inf
const float k_last_colour = 254.0; // index in the table
const float k_min_range = 1e-30;   // an empty range must not divide by zero

// Tests the bits, because compilers may assume that there are no NaNs and drop isnan().
bool is_nan(uint bits) { return (bits & 0x7fffffffu) > k_infinity; }

// When cells are pooled the highest rank wins. The same rules as pool_cells() of render/heat_cells.cpp.
uint pool_rank(uint bits) {
    if (is_nan(bits)) return 0xffffffffu;
    if (pool_largest == 1) return (bits >> 31) == 1u ? ~bits : bits | 0x80000000u;
    return bits == k_masked ? 0u : (bits & 0x7fffffffu) + 1u;
}

// The stored cells [x, y) that this pixel shows along one axis. Where a pixel covers more than one cell, it
// shows those whose middles it covers, with a little overlap so that no cell is lost to rounding. The
// outermost pixels also show what is left to the ends of the view.
ivec2 covered_cells(float at, float per_pixel, float view_from, float view_to, int n) {
    if (per_pixel <= 1.0) {
        int only = clamp(int(floor(at)), 0, n - 1);
        return ivec2(only, only + 1);
    }
    float from = at - per_pixel < view_from ? floor(view_from) : ceil(at - 0.5 * per_pixel - 0.51);
    float to = at + per_pixel > view_to ? ceil(view_to) : ceil(at + 0.5 * per_pixel - 0.49);
    int first = clamp(int(from), 0, n - 1);
    return ivec2(first, clamp(int(to), first + 1, n));
}

// Value of the cell that stands for all stored cells under this pixel.
float strongest_cell() {
    vec2 at = cell / pool, per_pixel = cells_per_pixel / pool;
    vec4 view = visible / pool.xyxy;
    ivec2 n = ivec2(ceil(n_cells / pool));
    ivec2 cols = covered_cells(at.x, per_pixel.x, view.x, view.z, n.x);
    ivec2 rows = covered_cells(at.y, per_pixel.y, view.y, view.w, n.y);
    float winner = uintBitsToFloat(k_masked); // every other cell ranks above it
    uint best = pool_rank(k_masked);
    for (int y = rows.x; y < rows.y; ++y) {
        for (int x = cols.x; x < cols.y; ++x) {
            float v = texelFetch(cells, ivec3(x, y, int(map_layer)), 0).r;
            uint rank = pool_rank(floatBitsToUint(v));
            if (rank > best) {
                winner = v;
                best = rank;
            }
        }
    }
    return winner;
}

// Place of a value in its colour map, 0 to 1. The same arithmetic as colour_index() of render/colour_map.cpp.
float place_in_map(float v) {
    if (diverging == 1) {
        float magnitude = pow(min(abs(v) / max(range.y, k_min_range), 1.0), range.z);
        return v < 0.0 ? 0.5 - 0.5 * magnitude : 0.5 + 0.5 * magnitude;
    }
    return pow(clamp((v - range.x) / max(range.y - range.x, k_min_range), 0.0, 1.0), range.z);
}

// Colour of a masked cell: thin diagonals in screen space, so that they run on from cell to cell.
vec3 hatch_colour() {
    if (hatch_period <= 0.0) return masked_fill;
    float across = mod(gl_FragCoord.x - gl_FragCoord.y, hatch_period) - 0.5 * hatch_period;
    return mix(masked_fill, masked_line, clamp(1.0 - abs(across) * 0.70711, 0.0, 1.0));
}

// 1 on a cell, 0 on the gap after it. Small cells have no gaps, which would leave nothing of them.
float cell_alpha() {
    vec2 cell_pixels = 1.0 / cells_per_pixel;
    vec2 to_end = (1.0 - fract(cell)) * cell_pixels;
    vec2 before_gap = clamp(to_end - gap + 0.5, 0.0, 1.0);
    vec2 wanted = vec2(greaterThan(cell_pixels, 3.0 * gap)) * vec2(greaterThan(gap, vec2(0.0)));
    vec2 alpha = mix(vec2(1.0), before_gap, wanted);
    return alpha.x * alpha.y;
}

void main() {
    if (any(lessThan(cell, vec2(0.0))) || any(greaterThanEqual(cell, n_cells))) discard;
    float v = strongest_cell();
    uint bits = floatBitsToUint(v);
    vec3 rgb;
    if (is_nan(bits)) rgb = nan_colour;
    else if (bits == k_masked) rgb = hatch_colour();
    else if (bits == k_infinity) rgb = infinity_colour;
    else {
        int index = int(floor(place_in_map(v) * k_last_colour + 0.5));
        rgb = texelFetch(colours, ivec2(index, colour_map), 0).rgb;
    }
    colour = vec4(rgb, cell_alpha());
}
