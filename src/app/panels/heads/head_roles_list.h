#pragma once
// The list of roles in the panel Heads: for each the head that plays it best, its score, and on how many
// cases that rests. Its title says of which text, and changes to the probe text and back.

#include "app/host/item_recorder.h"
#include "app/panels/heads/shown_roles.h"
#include "app/view/panel.h"

#include <fmt/format.h>

namespace gf::ui {

class HeadRolesList {
  public:
    static float width();
    static float height(); ///< height of the whole list; in a lower area the last rows are left out
    void draw(const View& view, const ShownRoles& roles, Selection& selection, Commands& commands,
              const UiRect& area);

  private:
    void draw_title(const View& view, const ShownRoles& roles, Commands& commands, const UiRect& line);
    void draw_row(const View& view, const ShownRoles& roles, HeadRole role, Selection& selection,
                  Commands& commands, float height, float width);
    void draw_tooltip(const ShownRoles& roles, HeadRole role);

    fmt::memory_buffer text_;
};

} // namespace gf::ui
