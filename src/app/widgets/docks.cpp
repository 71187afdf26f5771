#include "app/widgets/docks.h"

#include "app/host/imgui_host.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Width of the docks' area in a window of 1600 x 900, in design lengths.
constexpr float k_design_width = 1584;
// How much a length may shrink in narrower windows and grow in wider ones.
constexpr float k_min_growth = 0.95f, k_max_growth = 1.6f;
// A part with a length of its own takes at most this fraction of its split.
constexpr float k_max_share = 0.4f;

bool contains(std::span<const std::string> list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// Pixels of a split's first part. `available`: length of the split; `area_width`: width of the whole area.
float first_length(const DockTree& tree, float available, float area_width) {
    const float length = std::abs(tree.size);
    if (length < 1) return std::floor(available * (tree.size > 0 ? length : 1 - length));
    const float growth =
        tree.side_by_side ? std::clamp(area_width / px(k_design_width), k_min_growth, k_max_growth) : 1;
    const float own = std::floor(std::min(px(length) * growth, available * k_max_share));
    return tree.size > 0 ? own : available - own;
}

void resize(ImGuiDockNode* node, const DockTree& tree, ImVec2 size, float area_width) {
    node->Size = node->SizeRef = size;
    if (tree.parts.empty() || !node->IsSplitNode()) return;
    const int axis = node->SplitAxis;
    const float available = std::max(size[axis] - ImGui::GetStyle().DockingSeparatorSize, 2.0f);
    ImVec2 first = size, second = size;
    first[axis] = std::clamp(first_length(tree, available, area_width), 1.0f, available - 1);
    second[axis] = available - first[axis];
    resize(node->ChildNodes[0], tree.parts[0], first, area_width);
    resize(node->ChildNodes[1], tree.parts[1], second, area_width);
}

/// Splits a dock as the tree says and docks its panels. When the window grows, Dear ImGui gives the new room
/// to the node that a split leaves over, so the smaller part is the one that is split off.
void build(ImGuiID dock, const DockTree& tree, ImVec2 size, std::span<const std::string> panels) {
    if (tree.parts.empty()) {
        for (const std::string& panel : tree.panels)
            if (contains(panels, panel)) ImGui::DockBuilderDockWindow(panel.c_str(), dock);
        if (ImGuiDockNode* leaf = ImGui::DockBuilderGetNode(dock); leaf && !tree.panels.empty())
            leaf->SelectedTabId = ImHashStr("#TAB", 0, ImHashStr(tree.panels.front().c_str()));
        return;
    }
    const int axis = tree.side_by_side ? 0 : 1;
    ImVec2 first = size, second = size;
    first[axis] = first_length(tree, size[axis], size.x);
    second[axis] = size[axis] - first[axis];
    const bool first_is_rest = first[axis] >= second[axis];
    const ImGuiDir towards_second = tree.side_by_side ? ImGuiDir_Right : ImGuiDir_Down;
    const ImGuiDir towards_first = tree.side_by_side ? ImGuiDir_Left : ImGuiDir_Up;
    const ImGuiDir direction = first_is_rest ? towards_second : towards_first;
    const float share = std::clamp((first_is_rest ? second : first)[axis] / size[axis], 0.02f, 0.98f);
    ImGuiID split_off = 0, rest = 0;
    ImGui::DockBuilderSplitNode(dock, direction, share, &split_off, &rest);
    build(first_is_rest ? rest : split_off, tree.parts[0], first, panels);
    build(first_is_rest ? split_off : rest, tree.parts[1], second, panels);
}

/// The dock that a panel stands in, or will stand in when it is drawn for the first time; 0: none.
ImGuiID dock_of(const std::string& panel) {
    if (const ImGuiWindow* window = ImGui::FindWindowByName(panel.c_str())) return window->DockId;
    const ImGuiWindowSettings* settings = ImGui::FindWindowSettingsByID(ImHashStr(panel.c_str()));
    return settings ? settings->DockId : 0;
}

DockTree read_node(const ImGuiDockNode& node, std::span<const std::string> panels) {
    DockTree tree;
    if (!node.IsSplitNode()) {
        for (const std::string& panel : panels)
            if (dock_of(panel) == node.ID) tree.panels.push_back(panel);
        const ImGuiWindow* front = node.VisibleWindow;
        if (front)
            std::stable_partition(tree.panels.begin(), tree.panels.end(),
                                  [&](const std::string& panel) { return panel == front->Name; });
        return tree;
    }
    const auto axis = static_cast<int>(node.SplitAxis);
    const ImGuiDockNode &first_node = *node.ChildNodes[0], &second_node = *node.ChildNodes[1];
    DockTree first = read_node(first_node, panels), second = read_node(second_node, panels);
    if (first.is_empty()) return second;
    if (second.is_empty()) return first;
    const bool both = first_node.IsVisible && second_node.IsVisible;
    const float a = both ? first_node.Size[axis] : first_node.SizeRef[axis];
    const float b = both ? second_node.Size[axis] : second_node.SizeRef[axis];
    tree.side_by_side = axis == 0;
    tree.size = a + b > 0 ? std::clamp(a / (a + b), 0.02f, 0.98f) : 0.5f;
    tree.parts = {std::move(first), std::move(second)};
    return tree;
}

/// One step of the hash FNV-1a, with a whole number in place of a byte.
std::size_t mix_in(std::size_t print, std::size_t value) { return (print ^ value) * 0x100000001B3; }

std::size_t fingerprint_of(const ImGuiDockNode& node, std::size_t print) {
    print = mix_in(print, node.ID);
    if (!node.IsSplitNode()) return print;
    const ImVec2 a = node.ChildNodes[0]->SizeRef, b = node.ChildNodes[1]->SizeRef;
    for (const float length : {a[node.SplitAxis], b[node.SplitAxis]})
        print = mix_in(print, static_cast<std::size_t>(length));
    return fingerprint_of(*node.ChildNodes[1], fingerprint_of(*node.ChildNodes[0], print));
}

} // namespace

bool dock_exists(ImGuiID dock) { return dock != 0 && ImGui::DockBuilderGetNode(dock); }

bool dock_is_empty(ImGuiID dock) {
    const ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock);
    return !node || node->IsEmpty();
}

void build_docks(ImGuiID dock, const DockTree& tree, ImVec2 size, std::span<const std::string> panels) {
    // In this order: undocking first would merge the emptied nodes and leave the root with a pointer to a
    // central node that is gone.
    ImGui::DockBuilderRemoveNodeChildNodes(dock);
    ImGui::DockBuilderRemoveNodeDockedWindows(dock, true);
    ImGui::DockBuilderSetNodeSize(dock, size);
    build(dock, tree, size, panels);
    resize_docks(dock, tree, size);
    ImGui::DockBuilderFinish(dock);
}

void resize_docks(ImGuiID dock, const DockTree& tree, ImVec2 size) {
    if (ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock)) resize(node, tree, size, size.x);
}

DockTree read_docks(ImGuiID dock, std::span<const std::string> panels) {
    const ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock);
    return node ? read_node(*node, panels) : DockTree{};
}

std::size_t fingerprint_of_docks(ImGuiID dock, std::span<const std::string> panels) {
    const ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock);
    std::size_t print = node ? fingerprint_of(*node, 0) : 0;
    for (const std::string& panel : panels) print = mix_in(print, dock_of(panel));
    return print;
}

bool window_positions_changed() { return ImGui::GetCurrentContext()->SettingsDirtyTimer > 0; }

} // namespace gf::ui
