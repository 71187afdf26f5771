#pragma once
// Remembers every item of a frame by name and rectangle, through the hooks that Dear ImGui has for its test
// engine, and what was written where.

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
    UiRect rect, clip;          ///< clip: what of the window can be seen
    std::string window;         ///< name of the root window, see window_key()
    std::string label;          ///< as given, with ##suffix; empty for items that were scrolled out of sight
    int status = 0;             ///< ImGuiItemStatusFlags
    std::vector<ImGuiID> stack; ///< the ID stack where the item was made, window first
    ImGuiWindow* owner = nullptr; ///< the child or root window; valid until the next frame

    /// The part of rect that can be clicked; may be empty.
    UiRect visible() const;
    bool is_visible() const { return visible().width() > 0 && visible().height() > 0; }
};

/// A text that a widget or a panel wrote.
struct UiText {
    std::string window; ///< as of an item
    std::string text;
    UiRect rect, clip;
};

/// "Sampling" of "Sampling##2"; unnamed ones by kind: "Popup", "Menu", "Combo", "Tooltip".
std::string window_key(const char* name);
/// The part before "##"; what stands behind it when that is empty.
std::string visible_label(std::string_view label);

class ItemRecorder {
  public:
    /// Hooks report to this recorder while `context` lives. Costs nothing until switched on.
    void attach(ImGuiContext& context);
    void switch_on(bool on);
    bool is_on() const;

    /// Forgets the last frame; called before each.
    void begin_frame();
    /// In the order in which they were made; complete after the frame.
    std::span<const UiItem> items() const { return items_; }
    std::span<const UiText> texts() const { return texts_; }

    // Called by the hooks.
    void add(const ImGuiWindow* window, ImGuiID id, const UiRect& rect);
    void describe(const ImGuiWindow* window, ImGuiID id, const char* label, int status);
    void add_text(const ImGuiWindow* window, std::string_view text, const UiRect& rect);

  private:
    UiItem& item(const ImGuiWindow* window, ImGuiID id);

    ImGuiContext* context_ = nullptr;
    std::vector<UiItem> items_;
    std::vector<UiText> texts_;
    std::unordered_map<ImGuiID, std::size_t> by_id_; // some widgets add first, some describe first
};

/// Tells the recorder what stands at `at` in the current window, cut off after `room` pixels. Costs nothing
/// while it is off.
void record_text(ImFont* font, ImVec2 at, std::string_view text, float room = FLT_MAX);

} // namespace gf::ui
