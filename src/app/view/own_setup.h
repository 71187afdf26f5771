#pragma once
// The setup of the text's run as a person may change it. Used by panels that change a part of it.

#include "session/run.h"

namespace gf::ui {

/// Without what comes from elsewhere: edits, segments and regularisation.
RunSetup own_setup(const Run& text);

} // namespace gf::ui
