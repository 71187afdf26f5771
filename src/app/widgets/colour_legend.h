#pragma once
// The legend of a heat map, e.g. "weight 0 [ramp] 1". Used by the panels that show heat maps.

#include "render/colour_map.h"

#include <string_view>

namespace gf::ui {

struct LegendText {
    const char* name = ""; ///< what the colours show; also the name of the item
    const char* least = "";
    const char* greatest = "";
    bool masked = false;        ///< also show how masked cells look
    std::string_view term = {}; ///< the glossary's entry for the name, which is then underlined and opens it
};
void colour_legend(const LegendText& text, const ColourScale& scale);

} // namespace gf::ui
