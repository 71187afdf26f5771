#pragma once
// The arrangement of the panels on screen: chosen by name, changed by hand, saved as a layout of the person's
// own. Used by the Workbench; menus and the palette read which layout and which panels are shown.

#include "app/shell/layout_book.h"
#include "session/commands/view_commands.h"

#include <imgui.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

class PanelArrangement {
  public:
    /// `panels`: the titles of all there are.
    explicit PanelArrangement(std::vector<std::string> panels);

    const LayoutBook& book() const { return book_; }
    /// Goes on from what the last start of the program saved. Called before the first frame.
    void restore(LayoutBook book);
    /// What the next start needs to go on from here.
    LayoutBook book_to_save() const;

    bool is_open(std::string_view panel) const;
    /// Whether the window is so small that all panels are tabs of one stack. Their titles then need the room
    /// of their crosses.
    bool is_one_stack() const { return space_ == Space::tiny; }

    /// Puts all panels where the layout wants them; also the way back to it. Returns what the Inspector is to
    /// show then; empty: it is left alone. @throws Error with the nearest names when there is no such layout
    std::string choose(std::string_view name);
    /// Puts all panels where the tree wants them, in place of the layout's.
    void arrange(DockTree tree);
    /// The commands that bring the present arrangement back.
    std::vector<ViewCommand> state() const;
    /// Saves the present arrangement under a name of the person's. @throws Error when the name is the
    /// program's own, empty or too long, or when there are k_max_saved_layouts already
    void save_as(const std::string& name);
    /// Deletes a layout of the person's. @throws Error when there is none of that name
    void remove(std::string_view name);
    /// Opens a panel and brings it to the front, or closes it. @throws Error with the nearest titles
    void show(std::string_view panel, bool on);

    /// Once a frame, before the panels are drawn: docks them between `top` and `bottom`, in pixels.
    void dock(float top, float bottom);
    /// Whether this panel is to come to the front now. True once after show().
    bool take_focus(std::string_view panel);

  private:
    /// How much space the window has for panels.
    enum class Space { plenty, low, small, tiny };
    static Space space_in(ImVec2 size);
    bool is_untouched() const;
    const Layout& current_layout() const;
    bool layout_shows(std::string_view panel) const;
    DockTree tree_for_space() const;
    void keep_to_layout(ImVec2 size);

    std::vector<std::string> panels_;
    LayoutBook book_;
    ImGuiID dock_ = 0; ///< 0: nothing was drawn yet
    Space space_ = Space::plenty;
    std::optional<DockTree> arranged_; ///< what arrange() was given, until another layout is chosen
    bool rebuild_ = true;              ///< whether the next frame puts all panels where the layout wants them
    ImVec2 size_;                      ///< of the docks' area in the last frame, in pixels
    float scale_ = 0;                  ///< of the interface in the last frame
    int settling_frames_ = 0;          ///< frames until the windows stand where build_docks() put them
    std::size_t built_fingerprint_ = 0; ///< fingerprint_of_docks() once they did
    std::string focus_;                 ///< the panel that show() brings to the front; empty: none
};

} // namespace gf::ui
