// Draws one instance per map: a quad over the map's rectangle. Used by HeatMaps::draw().
layout(location = 0) in vec4 rect;   // x0, y0, x1, y1 in framebuffer pixels, y down
layout(location = 1) in float layer; // of the array texture

uniform vec2 framebuffer; // size in pixels
uniform vec4 visible;     // range of cells in view: col0, row0, col1, row1

out vec2 cell;                 // column, row; whole numbers at the cells' corners
flat out vec2 cells_per_pixel; // columns, rows
flat out float map_layer;      // of the array texture

void main() {
    vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
    vec2 pixel = mix(rect.xy, rect.zw, corner);
    cell = mix(visible.xy, visible.zw, corner);
    cells_per_pixel = (visible.zw - visible.xy) / (rect.zw - rect.xy);
    map_layer = layer;
    vec2 unit = pixel / framebuffer;
    gl_Position = vec4(unit.x * 2.0 - 1.0, 1.0 - unit.y * 2.0, 0.0, 1.0);
}
