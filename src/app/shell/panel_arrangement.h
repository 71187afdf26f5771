#pragma once
// The arrangement of the panels on screen: chosen by name, changed by hand, saved.

#include "app/shell/layout_book.h"

#include <imgui.h>

namespace gf::ui {

class SettingsFile;

class PanelArrangement {
  public:
    /// `panels`: the titles of all there are.
    explicit PanelArrangement(std::vector<std::string> panels);

    /// From the settings folder; `note` as in SettingsFile::load().
    void load(const SettingsFile& file, std::string& note);
    /// @throws Error when the folder cannot be written
    void save(const SettingsFile& file) const;

    const LayoutBook& book() const { return book_; }
    bool is_open(std::string_view panel) const;
    /// Whether there is room for one panel at a time: all are tabs, whose titles need the room of their
    /// crosses.
    bool is_one_stack() const { return room_ == Room::tiny; }

    /// Puts all panels where the layout wants them; also the way back to it. Returns what the Inspector is to
    /// show then, if anything. @throws Error with the nearest names
    std::string choose(std::string_view name);
    /// The present arrangement under a name of the person's. @throws Error for the program's own names, empty
    /// and long ones
    void save_as(const std::string& name);
    /// @throws Error where there is none of that name, or it is the program's own
    void remove(std::string_view name);
    /// Opens a panel and brings it to the front, or closes it. @throws Error with the nearest titles
    void show(std::string_view panel, bool on);

    /// Once a frame, before the panels are drawn: the area between `top` and `bottom`, in pixels.
    void dock(float top, float bottom);
    /// Whether this panel is to get the focus now, once.
    bool take_focus(std::string_view panel);

  private:
    bool as_made() const;
    const Layout& current() const;
    DockTree root() const;

    std::vector<std::string> panels_;
    LayoutBook book_;
    ImGuiID dock_ = 0; ///< 0: nothing was drawn yet
    enum class Room { plenty, low, small, tiny };
    Room room_ = Room::plenty;
    bool rebuild_ = false;
    ImVec2 size_;                ///< of the area in the last frame
    float scale_ = 0;            ///< ... of the interface
    int settling_ = 0;           ///< frames until the windows stand where build() put them
    std::size_t made_print_ = 0; ///< fingerprint of the docks as build() left them
    std::string focus_;
};

} // namespace gf::ui
