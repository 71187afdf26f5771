#include "app/widgets/docks.h"

#include "app/host/imgui_host.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_design_width = 1584; // of the area in a window of 1600 x 900
// How much a length may shrink in narrower windows and grow in wider ones.
constexpr float k_least_growth = 0.95f, k_most_growth = 1.6f;
constexpr float k_largest_share = 0.4f; // of a part with a length of its own

bool has(std::span<const std::string> list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// Pixels of a split's first part. `whole`: width of the whole area.
float first_length(const DockTree& tree, float available, float whole) {
    const float length = std::abs(tree.size);
    if (length < 1) return std::floor(available * (tree.size > 0 ? length : 1 - length));
    const float growth =
        tree.side_by_side ? std::clamp(whole / px(k_design_width), k_least_growth, k_most_growth) : 1;
    const float own = std::floor(std::min(px(length) * growth, available * k_largest_share));
    return tree.size > 0 ? own : available - own;
}

void resize(ImGuiDockNode* at, const DockTree& tree, ImVec2 size, float whole) {
    at->Size = at->SizeRef = size;
    if (tree.parts.empty() || !at->IsSplitNode()) return;
    const int axis = at->SplitAxis;
    const float available = std::max(size[axis] - ImGui::GetStyle().DockingSeparatorSize, 2.0f);
    ImVec2 first = size, second = size;
    first[axis] = std::clamp(first_length(tree, available, whole), 1.0f, available - 1);
    second[axis] = available - first[axis];
    resize(at->ChildNodes[0], tree.parts[0], first, whole);
    resize(at->ChildNodes[1], tree.parts[1], second, whole);
}

/// The part that holds the first open panel of most weight inherits what is left over when the window grows:
/// the split is made towards the other one.
void build(ImGuiID dock, const DockTree& tree, ImVec2 size, std::span<const std::string> panels) {
    if (tree.parts.empty()) {
        for (const std::string& panel : tree.panels)
            if (has(panels, panel)) ImGui::DockBuilderDockWindow(panel.c_str(), dock);
        if (ImGuiDockNode* leaf = ImGui::DockBuilderGetNode(dock); leaf && !tree.panels.empty())
            leaf->SelectedTabId = ImHashStr("#TAB", 0, ImHashStr(tree.panels.front().c_str()));
        return;
    }
    const int axis = tree.side_by_side ? 0 : 1;
    ImVec2 first = size, second = size;
    first[axis] = first_length(tree, size[axis], size.x);
    second[axis] = size[axis] - first[axis];
    const bool first_stays = first[axis] >= second[axis]; // the larger one
    const ImGuiDir towards_second = tree.side_by_side ? ImGuiDir_Right : ImGuiDir_Down,
                   towards_first = tree.side_by_side ? ImGuiDir_Left : ImGuiDir_Up;
    const float share = std::clamp((first_stays ? second : first)[axis] / size[axis], 0.02f, 0.98f);
    ImGuiID split_off = 0, rest = 0;
    ImGui::DockBuilderSplitNode(dock, first_stays ? towards_second : towards_first, share, &split_off, &rest);
    build(first_stays ? rest : split_off, tree.parts[0], first, panels);
    build(first_stays ? split_off : rest, tree.parts[1], second, panels);
}

ImGuiID dock_of(const std::string& panel) {
    if (const ImGuiWindow* window = ImGui::FindWindowByName(panel.c_str())) return window->DockId;
    const ImGuiWindowSettings* settings = ImGui::FindWindowSettingsByID(ImHashStr(panel.c_str()));
    return settings ? settings->DockId : 0;
}

DockTree tree_of(const ImGuiDockNode& at, std::span<const std::string> panels) {
    DockTree tree;
    if (!at.IsSplitNode()) {
        for (const std::string& panel : panels)
            if (dock_of(panel) == at.ID) tree.panels.push_back(panel);
        if (at.VisibleWindow)
            std::stable_partition(tree.panels.begin(), tree.panels.end(),
                                  [&](const std::string& panel) { return panel == at.VisibleWindow->Name; });
        return tree;
    }
    const auto axis = static_cast<int>(at.SplitAxis);
    DockTree first = tree_of(*at.ChildNodes[0], panels), second = tree_of(*at.ChildNodes[1], panels);
    if (first.is_empty()) return second;
    if (second.is_empty()) return first;
    const bool both = at.ChildNodes[0]->IsVisible && at.ChildNodes[1]->IsVisible;
    const float a = both ? at.ChildNodes[0]->Size[axis] : at.ChildNodes[0]->SizeRef[axis],
                b = both ? at.ChildNodes[1]->Size[axis] : at.ChildNodes[1]->SizeRef[axis];
    tree.side_by_side = axis == 0;
    tree.size = a + b > 0 ? std::clamp(a / (a + b), 0.02f, 0.98f) : 0.5f;
    tree.parts = {std::move(first), std::move(second)};
    return tree;
}

// The fingerprint is FNV-1a's step over identities and lengths.
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

bool DockTree::holds(std::string_view panel) const {
    return has(panels, panel) ||
           std::any_of(parts.begin(), parts.end(), [&](const DockTree& part) { return part.holds(panel); });
}

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

DockTree tree_of_docks(ImGuiID dock, std::span<const std::string> panels) {
    const ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock);
    return node ? tree_of(*node, panels) : DockTree{};
}

std::size_t fingerprint_of_docks(ImGuiID dock, std::span<const std::string> panels) {
    const ImGuiDockNode* node = ImGui::DockBuilderGetNode(dock);
    std::size_t print = node ? fingerprint_of(*node, 0) : 0;
    for (const std::string& panel : panels) print = mix_in(print, dock_of(panel));
    return print;
}

} // namespace gf::ui
