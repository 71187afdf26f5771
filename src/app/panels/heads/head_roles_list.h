#pragma once
// The list "roles found" of the panel Heads: for each role the head that plays it best on the text in view.

#include "app/host/item_recorder.h"
#include "app/view/panel.h"
#include "measures/head_roles.h"

#include <fmt/format.h>

namespace gf::ui {

class HeadRolesList {
  public:
    static float width();
    static float height(); ///< height of the whole list; in a lower area the last rows are left out
    void draw(const View& view, const HeadRoles& roles, Selection& selection, Commands& commands,
              const UiRect& area);

  private:
    void draw_row(const View& view, const HeadRoles& roles, HeadRole role, Selection& selection,
                  Commands& commands, float height, float width);
    void draw_tooltip(const View& view, const HeadRoles& roles, HeadRole role);

    fmt::memory_buffer text_;
};

} // namespace gf::ui
