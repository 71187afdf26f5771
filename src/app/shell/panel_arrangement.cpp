#include "app/shell/panel_arrangement.h"

#include "app/host/frame_request.h"
#include "app/shell/settings.h"
#include "app/widgets/panel_frame.h"
#include "core/names.h"
#include "platform/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_margin = 8;                              // of panel_dock
constexpr float k_small_width = 880, k_small_height = 430; // below, layouts stack their panels
constexpr float k_tiny_height = 280;                       // below, all are one stack
constexpr float k_low_height = 560;                        // below, they put fewer above each other
constexpr int k_settling_frames = 3;

bool has(const std::vector<std::string>& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// Every panel has a place: those that the layout does not know, as further tabs of its largest part.
DockTree with_all(DockTree root, const std::vector<std::string>& panels) {
    DockTree* largest = &root;
    while (!largest->parts.empty()) {
        const float size = largest->size;
        largest = &largest->parts[size >= 0.5f && size < 1 ? 0 : size < 0 ? 0 : 1];
    }
    for (const std::string& panel : panels)
        if (!root.holds(panel)) largest->panels.push_back(panel);
    return root;
}

/// All panels as tabs.
DockTree one_stack(const DockTree& root) {
    DockTree stack;
    stack.panels = root.panels;
    for (const DockTree& part : root.parts)
        for (std::string& panel : one_stack(part).panels) stack.panels.push_back(std::move(panel));
    return stack;
}

} // namespace

PanelArrangement::PanelArrangement(std::vector<std::string> panels) : panels_(std::move(panels)) {
    rebuild_ = true;
}

const Layout& PanelArrangement::current() const {
    const Layout* layout = book_.find(book_.current);
    return layout ? *layout : standard_layouts().front();
}

/// The tree that fits the room.
DockTree PanelArrangement::root() const {
    const Layout& layout = current();
    if (room_ == Room::tiny) return one_stack(layout.small.parts.empty() ? layout.root : layout.small);
    if (room_ == Room::small && !layout.small.parts.empty()) return layout.small;
    return room_ == Room::low && !layout.low.parts.empty() ? layout.low : layout.root;
}

bool PanelArrangement::is_open(std::string_view panel) const { return !has(book_.closed, panel); }

void PanelArrangement::load(const SettingsFile& file, std::string& note) {
    book_ = file.load_layouts(note);
    rebuild_ = book_.as_made;
}

void PanelArrangement::save(const SettingsFile& file) const {
    LayoutBook book = book_;
    book.as_made = as_made();
    file.save_layouts(book);
}

/// Whether nobody moved anything since the layout was chosen.
bool PanelArrangement::as_made() const {
    return rebuild_ || dock_ == 0 ? book_.as_made
                                  : made_print_ != 0 && fingerprint_of_docks(dock_, panels_) == made_print_;
}

std::string PanelArrangement::choose(std::string_view name) {
    const Layout* layout = book_.find(name);
    if (!layout)
        throw Error({"layout", "one of the layouts; nearest: " + nearest_names(name, book_.names()),
                     "'" + std::string(name) + "'", ""});
    book_.current = layout->name;
    book_.closed = layout->closed;
    rebuild_ = book_.as_made = true;
    request_frame();
    return layout->inspected;
}

void PanelArrangement::save_as(const std::string& name) {
    const auto is_own = [&](const Layout& l) { return l.name == name; };
    if (std::any_of(standard_layouts().begin(), standard_layouts().end(), is_own))
        throw Error(
            {"save-layout", "a name that is not the program's own", "'" + name + "'", "choose another name"});
    if (name.empty() || name.size() > k_longest_layout_name)
        throw Error({"save-layout", fmt::format("a name of 1 to {} bytes", k_longest_layout_name),
                     "'" + name + "'", ""});
    DockTree root =
        dock_exists(dock_) && !rebuild_ && !as_made() ? tree_of_docks(dock_, panels_) : current().root;
    Layout layout{name, with_all(std::move(root), panels_), book_.closed, {}, {},
                  ""}; // one that floats has no place in the tree
    const auto place = std::find_if(book_.saved.begin(), book_.saved.end(), is_own);
    if (place != book_.saved.end())
        *place = std::move(layout);
    else if (book_.saved.size() < k_most_saved_layouts)
        book_.saved.push_back(std::move(layout));
    else
        throw Error({"save-layout", fmt::format("at most {} layouts", k_most_saved_layouts), "one more",
                     "delete one first"});
    book_.current = name;
    made_print_ = dock_ ? fingerprint_of_docks(dock_, panels_) : 0;
}

void PanelArrangement::remove(std::string_view name) {
    const auto at =
        std::find_if(book_.saved.begin(), book_.saved.end(), [&](const Layout& l) { return l.name == name; });
    if (at == book_.saved.end()) {
        std::vector<std::string> saved;
        for (const Layout& l : book_.saved) saved.push_back(l.name);
        const std::string nearest =
            saved.empty() ? "there are none" : "nearest: " + nearest_names(name, saved);
        throw Error(
            {"delete-layout", "a layout that you saved; " + nearest, "'" + std::string(name) + "'", ""});
    }
    const bool was_current = book_.current == name;
    book_.saved.erase(at);
    if (was_current) choose(standard_layouts().front().name);
}

void PanelArrangement::show(std::string_view panel, bool on) {
    if (!has(panels_, panel))
        throw Error({"show-panel", "a panel; nearest: " + nearest_names(panel, panels_),
                     "'" + std::string(panel) + "'", ""});
    std::erase(book_.closed, panel);
    if (on)
        focus_ = panel;
    else
        book_.closed.emplace_back(panel);
    request_frame();
}

bool PanelArrangement::take_focus(std::string_view panel) {
    if (focus_.empty() || focus_ != panel) return false;
    focus_.clear();
    return true;
}

void PanelArrangement::dock(float top, float bottom) {
    const ImVec2 size{std::max(ImGui::GetIO().DisplaySize.x - 2 * px(k_margin), 1.0f),
                      std::max(bottom - top - 2 * px(k_margin), 1.0f)};
    const float scale = ImGuiHost::current().scale();
    if (dock_ && (size.x != size_.x || size.y != size_.y || scale != scale_) && !rebuild_) {
        if (dock_exists(dock_) && settling_ > 0) {
            settling_ = k_settling_frames; // still being made: take this size
            resize_docks(dock_, root(), size);
        } else if (dock_exists(dock_) && as_made()) { // nobody moved anything: keep to the layout's lengths
            resize_docks(dock_, root(), size);
            made_print_ = fingerprint_of_docks(dock_, panels_);
        }
    }
    size_ = size;
    scale_ = scale;
    const Room room = size.y < px(k_tiny_height)                                  ? Room::tiny
                      : size.x < px(k_small_width) || size.y < px(k_small_height) ? Room::small
                      : size.y < px(k_low_height)                                 ? Room::low
                                                                                  : Room::plenty;
    if (room != room_ && (dock_ == 0 || as_made() || settling_ > 0)) rebuild_ |= dock_ != 0, room_ = room;
    dock_ = panel_dock("Workbench", top, bottom);
    if (std::exchange(rebuild_, false) || dock_is_empty(dock_)) {
        build_docks(dock_, with_all(root(), panels_), size, panels_);
        settling_ = k_settling_frames;
    }
    if (settling_ > 0) {
        request_frame();
        if (--settling_ == 0) made_print_ = fingerprint_of_docks(dock_, panels_);
    }
}

} // namespace gf::ui
