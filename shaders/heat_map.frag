// Colours one pixel of a heat map: the cell under it, or where cells are smaller than a pixel what is strongest there.
uniform highp sampler2DArray cells;
uniform sampler2D colours; // one row per colour map
uniform int colour_map;
uniform int diverging;
uniform vec3 range; // vmin, vmax, gamma
uniform int pool_largest;
uniform vec2 pool;    // cells that one stored cell stands for: columns, rows
uniform vec2 valid;   // cells that exist: columns, rows
uniform vec4 window;  // visible cells: col0, row0, col1, row1
uniform vec2 gap;     // pixels to the right of and below a cell
uniform float hatch_period;
uniform vec3 masked_fill, masked_line, nan_colour, infinity_colour;

in vec2 cell;
flat in vec2 cells_per_pixel;
flat in float map;
out vec4 colour;

const uint k_infinity = 0x7f800000u;
const uint k_masked = 0xff800000u; // -inf
const float k_last_colour = 254.0;
const float k_least_range = 1e-30;

// The bits are asked, not isnan(): compilers may assume that there are no NaNs.
bool is_nan(uint bits) { return (bits & 0x7fffffffu) > k_infinity; }

// The order in which cells win when they are pooled, the rules of pool_cells() of render/heat_cells.cpp.
uint rank(uint bits) {
    if (is_nan(bits)) return 0xffffffffu;
    if (pool_largest == 1) return (bits >> 31) == 1u ? ~bits : bits | 0x80000000u;
    return bits == k_masked ? 0u : (bits & 0x7fffffffu) + 1u;
}

// The stored cells [from, to) that this pixel shows, along one axis. Where a pixel covers more than one cell, those whose
// middles it covers, a little overlapping, so that no cell is lost to rounding; the outermost pixels take what is left to
// the view's ends.
ivec2 covered(float at, float per_pixel, float view_from, float view_to, int n) {
    if (per_pixel <= 1.0) {
        int only = clamp(int(floor(at)), 0, n - 1);
        return ivec2(only, only + 1);
    }
    float from = at - per_pixel < view_from ? floor(view_from) : ceil(at - 0.5 * per_pixel - 0.51);
    float to = at + per_pixel > view_to ? ceil(view_to) : ceil(at + 0.5 * per_pixel - 0.49);
    int first = clamp(int(from), 0, n - 1);
    return ivec2(first, clamp(int(to), first + 1, n));
}

float strongest() {
    vec2 at = cell / pool, per_pixel = cells_per_pixel / pool;
    vec4 view = window / pool.xyxy;
    ivec2 n = ivec2(ceil(valid / pool));
    ivec2 cols = covered(at.x, per_pixel.x, view.x, view.z, n.x), rows = covered(at.y, per_pixel.y, view.y, view.w, n.y);
    float winner = uintBitsToFloat(k_masked); // every other cell ranks above it
    uint best = rank(k_masked);
    for (int y = rows.x; y < rows.y; ++y) {
        for (int x = cols.x; x < cols.y; ++x) {
            float v = texelFetch(cells, ivec3(x, y, int(map)), 0).r;
            uint r = rank(floatBitsToUint(v));
            if (r > best) {
                winner = v;
                best = r;
            }
        }
    }
    return winner;
}

// The same arithmetic as colour_index() of render/colour_map.cpp.
float place_in_map(float v) {
    if (diverging == 1) {
        float magnitude = pow(min(abs(v) / max(range.y, k_least_range), 1.0), range.z);
        return v < 0.0 ? 0.5 - 0.5 * magnitude : 0.5 + 0.5 * magnitude;
    }
    return pow(clamp((v - range.x) / max(range.y - range.x, k_least_range), 0.0, 1.0), range.z);
}

// Thin diagonals in screen space, so that they run on from cell to cell.
vec3 hatch() {
    if (hatch_period <= 0.0) return masked_fill;
    float across = mod(gl_FragCoord.x - gl_FragCoord.y, hatch_period) - 0.5 * hatch_period;
    return mix(masked_fill, masked_line, clamp(1.0 - abs(across) * 0.70711, 0.0, 1.0));
}

// 1 on a cell, 0 on the gap after it; gaps vanish before they would eat the cells.
float on_cell() {
    vec2 cell_pixels = 1.0 / cells_per_pixel;
    vec2 to_end = (1.0 - fract(cell)) * cell_pixels;
    vec2 before_gap = clamp(to_end - gap + 0.5, 0.0, 1.0);
    vec2 wanted = vec2(greaterThan(cell_pixels, 3.0 * gap)) * vec2(greaterThan(gap, vec2(0.0)));
    vec2 alpha = mix(vec2(1.0), before_gap, wanted);
    return alpha.x * alpha.y;
}

void main() {
    if (any(lessThan(cell, vec2(0.0))) || any(greaterThanEqual(cell, valid))) discard;
    float v = strongest();
    uint bits = floatBitsToUint(v);
    vec3 rgb;
    if (is_nan(bits)) rgb = nan_colour;
    else if (bits == k_masked) rgb = hatch();
    else if (bits == k_infinity) rgb = infinity_colour;
    else rgb = texelFetch(colours, ivec2(int(floor(place_in_map(v) * k_last_colour + 0.5)), colour_map), 0).rgb;
    colour = vec4(rgb, on_cell());
}
