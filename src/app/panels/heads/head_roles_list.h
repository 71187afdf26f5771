#pragma once
// "roles found": for each role the head that plays it best on the text in view.

#include "app/host/item_recorder.h"
#include "app/view/panel.h"
#include "core/head_roles.h"

#include <fmt/format.h>

namespace gf::ui {

class HeadRolesList {
  public:
    static float width();
    static float height(); ///< of all of it; less leaves rows out
    void draw(const Snapshot& snapshot, const HeadRoles& roles, Selection& selection, Commands& commands,
              const UiRect& area);

  private:
    void draw_row(const Snapshot& snapshot, const HeadRoles& roles, HeadRole role, Selection& selection,
                  Commands& commands, float height, float width);
    void explain(const Snapshot& snapshot, const HeadRoles& roles, HeadRole role);
    fmt::memory_buffer text_;
};

} // namespace gf::ui
