#include "app/view/own_setup.h"

namespace gf::ui {

RunSetup own_setup(const Run& text) {
    RunSetup setup = text.trace->setup();
    setup.edits.clear();
    setup.segments.clear();
    setup.n_prefix = 0;
    setup.regularise = {};
    return setup;
}

} // namespace gf::ui
