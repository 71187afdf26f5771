// Colours one pixel of a heat map: the cell under it, or where cells are smaller than a pixel what is strongest there.
uniform highp sampler2DArray cells;
uniform sampler2D colours; // one row per colour map
uniform int colour_map;
uniform int diverging;
uniform vec3 range; // vmin, vmax, gamma
uniform int pool_largest;
uniform vec2 pool;    // cells that one stored cell stands for: columns, rows
uniform vec2 valid;   // cells that exist: columns, rows
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
bool is_nan(float v) { return (floatBitsToUint(v) & 0x7fffffffu) > k_infinity; }
bool is_masked(float v) { return floatBitsToUint(v) == k_masked; }

// The same rules as pool_cells() of render/heat_cells.cpp.
float pool_cells(float a, float b) {
    if (is_nan(a) || is_masked(b)) return a;
    if (is_nan(b) || is_masked(a)) return b;
    if (pool_largest == 1) return max(a, b);
    return abs(b) > abs(a) ? b : a;
}

float fetch(ivec2 at) { return texelFetch(cells, ivec3(at, int(map)), 0).r; }

float strongest() {
    vec2 at = cell / pool, per_pixel = cells_per_pixel / pool;
    ivec2 last = ivec2(ceil(valid / pool)) - 1;
    ivec2 from = clamp(ivec2(floor(at)), ivec2(0), last), to = from;
    // Only in directions where a pixel covers more than one cell.
    if (per_pixel.x > 1.0) {
        from.x = clamp(int(floor(at.x - 0.5 * per_pixel.x + 0.01)), 0, last.x);
        to.x = clamp(int(ceil(at.x + 0.5 * per_pixel.x - 0.01)) - 1, 0, last.x);
    }
    if (per_pixel.y > 1.0) {
        from.y = clamp(int(floor(at.y - 0.5 * per_pixel.y + 0.01)), 0, last.y);
        to.y = clamp(int(ceil(at.y + 0.5 * per_pixel.y - 0.01)) - 1, 0, last.y);
    }
    float v = fetch(from);
    for (int y = from.y; y <= to.y; ++y)
        for (int x = from.x; x <= to.x; ++x) v = pool_cells(v, fetch(ivec2(x, y)));
    return v;
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
    vec2 covered = clamp(to_end - gap + 0.5, 0.0, 1.0);
    vec2 wanted = vec2(greaterThan(cell_pixels, 3.0 * gap)) * vec2(greaterThan(gap, vec2(0.0)));
    vec2 alpha = mix(vec2(1.0), covered, wanted);
    return alpha.x * alpha.y;
}

void main() {
    if (any(lessThan(cell, vec2(0.0))) || any(greaterThanEqual(cell, valid))) discard;
    float v = strongest();
    vec3 rgb;
    if (is_nan(v)) rgb = nan_colour;
    else if (is_masked(v)) rgb = hatch();
    else if (floatBitsToUint(v) == k_infinity) rgb = infinity_colour;
    else rgb = texelFetch(colours, ivec2(int(floor(place_in_map(v) * k_last_colour + 0.5)), colour_map), 0).rgb;
    colour = vec4(rgb, on_cell());
}
