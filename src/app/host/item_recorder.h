#pragma once
// Remembers the name and rectangle of every item of a frame, through the hooks that Dear ImGui has for its
// test engine, and what was written where. Used by UiDriver, and through it by tests.

#include "app/host/ui_rect.h"

#include <imgui.h>

#include <cfloat>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct ImGuiWindow;

namespace gf::ui {

struct UiItem {
    ImGuiID id = 0;
    UiRect rect;
    UiRect clip;                  ///< the part of the window that can be seen
    std::string window;           ///< name of the root window, see window_key()
    std::string label;            ///< with its ##suffix; empty for items that were scrolled out of sight
    int status = 0;               ///< ImGuiItemStatusFlags
    std::vector<ImGuiID> stack;   ///< the ID stack where the item was made, window first
    ImGuiWindow* owner = nullptr; ///< the child or root window; valid until the next frame

    /// The part of rect that can be clicked; may be empty.
    UiRect visible() const;
    bool is_visible() const { return visible().width() > 0 && visible().height() > 0; }
};

/// A text that a widget or a panel wrote.
struct UiText {
    std::string window; ///< name of the root window, see window_key()
    std::string text;
    UiRect rect, clip;
};

/// The name under which UiDriver knows a window: "Sampling" for "Sampling##2". Windows without a name of
/// their own have that of their kind: "Popup", "Menu", "Combo", "Tooltip".
std::string window_key(const char* name);
/// The name under which UiDriver knows an item: the part of its label before "##", or what stands behind "##"
/// if nothing stands before.
std::string label_name(std::string_view label);

class ItemRecorder {
  public:
    /// From now on the hooks of `context` report to this recorder. While it is off, that costs nothing.
    void attach(ImGuiContext& context);
    void switch_on(bool on);

    /// Forgets the last frame; called before each.
    void begin_frame();
    /// Items and texts of the frame, in the order in which they were made; complete after the frame.
    std::span<const UiItem> items() const { return items_; }
    std::span<const UiText> texts() const { return texts_; }

    // Called by the hooks.
    void add(const ImGuiWindow* window, ImGuiID id, const UiRect& rect);
    void describe(const ImGuiWindow* window, ImGuiID id, const char* label, int status);
    void add_text(const ImGuiWindow* window, std::string_view text, const UiRect& rect);

  private:
    /// The item with this id; it is made if it is not there. Some widgets call add() first, some describe().
    UiItem& find_or_make(const ImGuiWindow* window, ImGuiID id);

    ImGuiContext* context_ = nullptr;
    std::vector<UiItem> items_;
    std::vector<UiText> texts_;
    std::unordered_map<ImGuiID, std::size_t> by_id_; // index into items_
};

/// Tells the recorder of the current context that a text was written at `at` in the current window, and cut
/// off after `max_width` pixels. Costs nothing while the recorder is off.
void record_text(ImFont* font, ImVec2 at, std::string_view text, float max_width = FLT_MAX);

} // namespace gf::ui
