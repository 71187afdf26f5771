#include "app/layouts.h"

#include "app/panel_frame.h"
#include "app/settings.h"
#include "app/window.h"
#include "core/error.h"
#include "core/names.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

constexpr float k_margin = 8;                                 // of panel_dock
constexpr float k_design_width = 1584;                        // of the area in a window of 1600 x 900
constexpr float k_least_growth = 0.95f, k_most_growth = 1.6f; // of a length in narrower and wider windows
constexpr float k_largest_share = 0.4f;                       // of a part with a length of its own
constexpr float k_small_width = 880, k_small_height = 430;    // below, layouts stack their panels
constexpr float k_tiny_height = 280;                          // below, all are one stack
constexpr float k_low_height = 560;                           // below, they put fewer above each other
constexpr int k_settling_frames = 3;

bool has(const std::vector<std::string>& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool holds(const LayoutNode& node, std::string_view panel) {
    return has(node.panels, panel) || std::any_of(node.parts.begin(), node.parts.end(),
                                                  [&](const LayoutNode& part) { return holds(part, panel); });
}

/// Every panel has a place: those that the layout does not know, as further tabs of its largest part.
LayoutNode with_all(LayoutNode root, const std::vector<std::string>& panels) {
    LayoutNode* largest = &root;
    while (!largest->parts.empty()) {
        const float size = largest->size;
        largest = &largest->parts[size >= 0.5f && size < 1 ? 0 : size < 0 ? 0 : 1];
    }
    for (const std::string& panel : panels)
        if (!holds(root, panel)) largest->panels.push_back(panel);
    return root;
}

/// All panels as tabs.
LayoutNode one_stack(const LayoutNode& root) {
    LayoutNode stack;
    stack.panels = root.panels;
    for (const LayoutNode& part : root.parts)
        for (std::string& panel : one_stack(part).panels) stack.panels.push_back(std::move(panel));
    return stack;
}

/// Pixels of a split's first part. `whole`: width of the whole area.
float first_length(const LayoutNode& node, float available, float whole) {
    const float length = std::abs(node.size);
    if (length < 1) return std::floor(available * (node.size > 0 ? length : 1 - length));
    const float growth =
        node.side_by_side ? std::clamp(whole / px(k_design_width), k_least_growth, k_most_growth) : 1;
    const float own = std::floor(std::min(px(length) * growth, available * k_largest_share));
    return node.size > 0 ? own : available - own;
}

/// Gives the nodes of the tree the sizes that the layout wants in an area of this size.
void resize(ImGuiDockNode* at, const LayoutNode& node, ImVec2 size, float whole) {
    at->Size = at->SizeRef = size;
    if (node.parts.empty() || !at->IsSplitNode()) return;
    const int axis = at->SplitAxis;
    const float available = std::max(size[axis] - ImGui::GetStyle().DockingSeparatorSize, 2.0f);
    ImVec2 first = size, second = size;
    first[axis] = std::clamp(first_length(node, available, whole), 1.0f, available - 1);
    second[axis] = available - first[axis];
    resize(at->ChildNodes[0], node.parts[0], first, whole);
    resize(at->ChildNodes[1], node.parts[1], second, whole);
}

ImGuiID dock_of(const std::string& panel) {
    if (const ImGuiWindow* window = ImGui::FindWindowByName(panel.c_str())) return window->DockId;
    const ImGuiWindowSettings* settings = ImGui::FindWindowSettingsByID(ImHashStr(panel.c_str()));
    return settings ? settings->DockId : 0;
}

std::size_t mix_in(std::size_t print, std::size_t value) { return (print ^ value) * 0x100000001B3; }

/// Of the tree and its sizes.
std::size_t print_of(const ImGuiDockNode& node, std::size_t print) {
    print = mix_in(print, node.ID);
    if (!node.IsSplitNode()) return print;
    const ImVec2 a = node.ChildNodes[0]->SizeRef, b = node.ChildNodes[1]->SizeRef;
    for (const float length : {a[node.SplitAxis], b[node.SplitAxis]})
        print = mix_in(print, static_cast<std::size_t>(length));
    return print_of(*node.ChildNodes[1], print_of(*node.ChildNodes[0], print));
}

std::size_t print_of(ImGuiID dock, const std::vector<std::string>& panels) {
    const ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock);
    std::size_t print = node ? print_of(*node, 0) : 0;
    for (const std::string& panel : panels) print = mix_in(print, dock_of(panel));
    return print;
}

} // namespace

Layouts::Layouts(std::vector<std::string> panels) : panels_(std::move(panels)) { rebuild_ = true; }

const Layout& Layouts::current() const {
    const Layout* layout = book_.find(book_.current);
    return layout ? *layout : standard_layouts().front();
}

/// The tree that fits the room.
LayoutNode Layouts::root() const {
    const Layout& layout = current();
    if (room_ == Room::tiny) return one_stack(layout.small.parts.empty() ? layout.root : layout.small);
    if (room_ == Room::small && !layout.small.parts.empty()) return layout.small;
    return room_ == Room::low && !layout.low.parts.empty() ? layout.low : layout.root;
}

bool Layouts::is_open(std::string_view panel) const { return !has(book_.closed, panel); }

void Layouts::load(const SettingsFile& file, std::string& note) {
    book_ = file.load_layouts(note);
    rebuild_ = book_.as_made;
}

void Layouts::save(const SettingsFile& file) const {
    LayoutBook book = book_;
    book.as_made = as_made();
    file.save_layouts(book);
}

/// Whether nobody moved anything since the layout was chosen.
bool Layouts::as_made() const {
    return rebuild_ || dock_ == 0 ? book_.as_made
                                  : made_print_ != 0 && print_of(dock_, panels_) == made_print_;
}

std::string Layouts::choose(std::string_view name) {
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

void Layouts::save_as(const std::string& name) {
    const auto is_own = [&](const Layout& l) { return l.name == name; };
    if (std::any_of(standard_layouts().begin(), standard_layouts().end(), is_own))
        throw Error(
            {"save-layout", "a name that is not the program's own", "'" + name + "'", "choose another name"});
    if (name.empty() || name.size() > k_longest_layout_name)
        throw Error({"save-layout", fmt::format("a name of 1 to {} bytes", k_longest_layout_name),
                     "'" + name + "'", ""});
    const ImGuiDockNode* node = dock_ ? ImGui::DockBuilderGetNode(dock_) : nullptr;
    LayoutNode root = node && !rebuild_ && !as_made() ? capture(*node) : current().root;
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
    made_print_ = dock_ ? print_of(dock_, panels_) : 0;
}

void Layouts::remove(std::string_view name) {
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

void Layouts::show(std::string_view panel, bool on) {
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

bool Layouts::take_focus(std::string_view panel) {
    if (focus_.empty() || focus_ != panel) return false;
    focus_.clear();
    return true;
}

void Layouts::dock(float top, float bottom) {
    const ImVec2 size{std::max(ImGui::GetIO().DisplaySize.x - 2 * px(k_margin), 1.0f),
                      std::max(bottom - top - 2 * px(k_margin), 1.0f)};
    const float scale = ImGuiHost::current().scale();
    if (dock_ && (size.x != size_.x || size.y != size_.y || scale != scale_) && !rebuild_) {
        ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock_);
        if (node && settling_ > 0) {
            settling_ = k_settling_frames; // still being made: take this size
            resize(node, root(), size, size.x);
        } else if (node && as_made()) { // nobody moved anything: keep to the layout's lengths
            resize(node, root(), size, size.x);
            made_print_ = print_of(dock_, panels_);
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
    const ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock_);
    if (std::exchange(rebuild_, false) || !node || node->IsEmpty()) build(size);
    if (settling_ > 0) {
        request_frame();
        if (--settling_ == 0) made_print_ = print_of(dock_, panels_);
    }
}

/// Makes the docks anew: nothing of before is left.
void Layouts::build(ImVec2 size) {
    // In this order: undocking first would merge the emptied nodes and leave the root with a pointer to a
    // central node that is gone.
    ImGui::DockBuilderRemoveNodeChildNodes(dock_);
    ImGui::DockBuilderRemoveNodeDockedWindows(dock_, true);
    ImGui::DockBuilderSetNodeSize(dock_, size);
    const LayoutNode tree = with_all(root(), panels_);
    build_node(dock_, tree, size);
    if (ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock_)) resize(node, tree, size, size.x);
    ImGui::DockBuilderFinish(dock_);
    settling_ = k_settling_frames;
}

/// The part that holds the first open panel of most weight inherits what is left over when the window grows:
/// the split is made towards the other one.
void Layouts::build_node(ImGuiID id, const LayoutNode& node, ImVec2 size) {
    if (node.parts.empty()) {
        for (const std::string& panel : node.panels)
            if (has(panels_, panel)) ImGui::DockBuilderDockWindow(panel.c_str(), id);
        if (ImGuiDockNode* leaf = ImGui::DockBuilderGetNode(id); leaf && !node.panels.empty())
            leaf->SelectedTabId = ImHashStr("#TAB", 0, ImHashStr(node.panels.front().c_str()));
        return;
    }
    const int axis = node.side_by_side ? 0 : 1;
    ImVec2 first = size, second = size;
    first[axis] = first_length(node, size[axis], size.x);
    second[axis] = size[axis] - first[axis];
    const bool first_stays = first[axis] >= second[axis]; // the larger one
    const ImGuiDir towards_second = node.side_by_side ? ImGuiDir_Right : ImGuiDir_Down,
                   towards_first = node.side_by_side ? ImGuiDir_Left : ImGuiDir_Up;
    const float share = std::clamp((first_stays ? second : first)[axis] / size[axis], 0.02f, 0.98f);
    ImGuiID at_dir = 0, rest = 0;
    ImGui::DockBuilderSplitNode(id, first_stays ? towards_second : towards_first, share, &at_dir, &rest);
    build_node(first_stays ? rest : at_dir, node.parts[0], first);
    build_node(first_stays ? at_dir : rest, node.parts[1], second);
}

/// What stands on screen now.
LayoutNode Layouts::capture(const ImGuiDockNode& at) const {
    LayoutNode node;
    if (!at.IsSplitNode()) {
        for (const std::string& panel : panels_)
            if (dock_of(panel) == at.ID) node.panels.push_back(panel);
        if (at.VisibleWindow)
            std::stable_partition(node.panels.begin(), node.panels.end(),
                                  [&](const std::string& panel) { return panel == at.VisibleWindow->Name; });
        return node;
    }
    const auto axis = static_cast<int>(at.SplitAxis);
    LayoutNode first = capture(*at.ChildNodes[0]), second = capture(*at.ChildNodes[1]);
    const auto is_empty = [](const LayoutNode& n) { return n.parts.empty() && n.panels.empty(); };
    if (is_empty(first)) return second;
    if (is_empty(second)) return first;
    const bool both = at.ChildNodes[0]->IsVisible && at.ChildNodes[1]->IsVisible;
    const float a = both ? at.ChildNodes[0]->Size[axis] : at.ChildNodes[0]->SizeRef[axis],
                b = both ? at.ChildNodes[1]->Size[axis] : at.ChildNodes[1]->SizeRef[axis];
    node.side_by_side = axis == 0;
    node.size = a + b > 0 ? std::clamp(a / (a + b), 0.02f, 0.98f) : 0.5f;
    node.parts = {std::move(first), std::move(second)};
    return node;
}

} // namespace gf
