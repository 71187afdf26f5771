#pragma once
// The caches of all runs in lock-step to one scale: a column for each token, a row for each layer and
// key-value head, so that areas are bytes. Used by the Cache panel.

#include "app/host/ui_rect.h"
#include "app/view/panel.h"
#include "app/view/token_row.h"

#include <fmt/format.h>

#include <vector>

namespace gf::ui {

class CachePicture {
  public:
    /// Draws into `area`. Returns the token of the text's run that was clicked, or -1.
    int draw(const View& view, Selection& selection, const UiRect& area);

  private:
    struct Scale {
        float column = 0, value = 0; ///< pixels: width of a token, height of one number of a key or value
    };
    void draw_run(const Run& run, const UiRect& band, const Scale& scale);
    void draw_layer(const Run& run, int layer, const UiRect& rows, const Scale& scale);
    int handle_text(const View& view, Selection& selection, const UiRect& cells, const Scale& scale);

    std::vector<const Run*> runs_; ///< the text and those compared with it
    std::vector<float> edges_;
    std::vector<ImU32> label_colours_;
    fmt::memory_buffer text_;
};

} // namespace gf::ui
