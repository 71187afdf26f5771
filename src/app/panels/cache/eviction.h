#pragma once
// Keys leaving and entering the key-value cache by a click. Used by the Cache panel.

#include "core/run_setup.h"
#include "session/run.h"

namespace gf::ui {

/// The setup of the text's run with this key evicted from a row on, or kept again if it was evicted.
RunSetup with_eviction_toggled(const Run& text, int key, int from_row);
/// The same without any eviction.
RunSetup without_evictions(const Run& text);

} // namespace gf::ui
