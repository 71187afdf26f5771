#include "app/ui_driver.h"

#include "platform/error.h"

#include <imgui_internal.h>

#include <algorithm>
#include <charconv>

namespace gf::ui {
namespace {

/// An item's name in its parts.
struct ItemName {
    std::string_view window;
    std::vector<std::string_view> scopes;
    std::string_view label;
};

/// "Window/a/b": all behind the first slash is the label.
ItemName without_scopes(std::string_view name) {
    const std::size_t slash = std::min(name.find('/'), name.size());
    return {name.substr(0, slash), {}, name.substr(std::min(slash + 1, name.size()))};
}

/// "Window/a/b/Label": a and b are scopes. Tried only if no label holds the slashes itself.
ItemName with_scopes(std::string_view name) {
    ItemName result = without_scopes(name);
    for (std::size_t slash; (slash = result.label.find('/')) != std::string_view::npos;) {
        result.scopes.push_back(result.label.substr(0, slash));
        result.label.remove_prefix(slash + 1);
    }
    return result;
}

bool has_label(const UiItem& item, std::string_view label) {
    if (item.stack.empty() || label.empty()) return false; // the item of a window
    if (!item.label.empty()) return item.label == label || label_name(item.label) == label;
    // Items out of sight report no label, but their id is a hash of it.
    return item.id == ImHashStr(label.data(), label.size(), item.stack.back());
}

/// Whether PushID(scope), or a child window of that name, is around the item.
bool is_inside(const UiItem& item, std::string_view scope) {
    int number = 0;
    const bool is_number =
        std::from_chars(scope.data(), scope.data() + scope.size(), number).ptr == scope.data() + scope.size();
    for (std::size_t i = 1; i < item.stack.size(); ++i) {
        const ImGuiID seed = item.stack[i - 1];
        if (item.stack[i] == ImHashStr(scope.data(), scope.size(), seed)) return true;
        if (is_number && item.stack[i] == ImHashData(&number, sizeof number, seed)) return true;
    }
    // Child windows are named "Parent/child_1a2b3c4d".
    const std::string child = std::string(1, '/').append(scope).append("_");
    return item.owner && std::string_view(item.owner->Name).find(child) != std::string_view::npos;
}

bool is_named(const UiItem& item, const ItemName& name) {
    return item.window == name.window && has_label(item, name.label) &&
           std::ranges::all_of(name.scopes, [&](std::string_view scope) { return is_inside(item, scope); });
}

std::string full_name(const UiItem& item) { return item.window + "/" + label_name(item.label); }

/// The name of the item with this id, for error messages.
std::string name_of(const ItemRecorder& recorder, ImGuiID id) {
    for (const UiItem& item : recorder.items())
        if (item.id == id) return full_name(item);
    return "nothing";
}

} // namespace

UiDriver::UiDriver(ImGuiHost& host, std::function<void()> run_frame)
    : host_(host), hand_(std::move(run_frame)) {
    host_.record_items(true);
    frames(3); // windows need some frames to find their sizes and docks
}

std::vector<const UiItem*> UiDriver::find_all(std::string_view name) const {
    std::vector<const UiItem*> found;
    for (const ItemName& parts : {without_scopes(name), with_scopes(name)}) {
        for (const UiItem& item : host_.items().items())
            if (is_named(item, parts)) found.push_back(&item);
        if (!found.empty()) break;
    }
    return found;
}

const UiItem& UiDriver::find(std::string_view name) const {
    const auto found = find_all(name);
    if (found.size() == 1) return *found.front();
    Problem problem{std::string(name), "one item of the interface", "", ""};
    if (found.empty()) {
        const std::string window = std::string(without_scopes(name).window) + "/";
        problem.found = "none;";
        for (const std::string& other : list())
            if (other.starts_with(window)) problem.found += " " + other;
        problem.remedy = "check the name, and that its window is open and in front of its tabs";
    } else {
        problem.found = std::to_string(found.size()) + " of this name";
        problem.remedy = "name the scope too: Window/scope/Label";
    }
    throw Error(std::move(problem));
}

const UiItem& UiDriver::find_visible(std::string_view name) {
    const UiItem& item = find(name);
    if (item.is_visible() || !item.owner) return item;
    ImGui::ScrollToRectEx(item.owner, {item.rect.min, item.rect.max},
                          ImGuiScrollFlags_KeepVisibleCenterX | ImGuiScrollFlags_KeepVisibleCenterY);
    frames(2);
    const UiItem& scrolled = find(name);
    if (!scrolled.is_visible())
        throw Error({std::string(name), "an item that can be seen", "it is clipped away",
                     "make its window larger, or scroll"});
    return scrolled;
}

void UiDriver::move_to(std::string_view name, const ImVec2* offset) {
    const UiItem& item = find_visible(name);
    const ImGuiID id = item.id;
    const ImVec2 point =
        offset ? ImVec2(item.rect.min.x + offset->x, item.rect.min.y + offset->y) : item.visible().center();
    hand_.move_to(point);
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    if (g.HoveredId != id && g.HoveredIdPreviousFrame != id && g.ActiveId != id)
        throw Error({std::string(name), "the mouse over it",
                     "the mouse is over " + name_of(host_.items(), g.HoveredIdPreviousFrame),
                     "close what covers it, or enable it"});
}

void UiDriver::press(std::string_view name, ImGuiMouseButton button, int times) {
    hover(name);
    hand_.press(button, times);
}

void UiDriver::click_at(std::string_view name, ImVec2 offset) {
    hover(name, offset);
    hand_.press(ImGuiMouseButton_Left);
}

void UiDriver::drag(std::string_view name, ImVec2 distance) {
    hover(name);
    hand_.drag(distance);
}

void UiDriver::wheel(std::string_view name, float steps) {
    hover(name);
    hand_.wheel(steps);
}

void UiDriver::set(std::string_view name, std::string_view value) {
    hover(name);
    ImGuiIO& io = ImGui::GetIO();
    io.AddKeyEvent(ImGuiMod_Ctrl, true); // Ctrl+click turns a slider into a text field
    frames(1);
    hand_.press(ImGuiMouseButton_Left);
    io.AddKeyEvent(ImGuiMod_Ctrl, false);
    frames(1);
    if (!io.WantTextInput)
        throw Error(
            {std::string(name), "an item that takes a typed value", "none", "click or drag it instead"});
    key(ImGuiMod_Ctrl | ImGuiKey_A);
    type(value);
    key(ImGuiKey_Enter);
}

void UiDriver::set(std::string_view name, double value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    set(name, std::string_view(text, static_cast<std::size_t>(end - text)));
}

void UiDriver::select_tab(std::string_view window) {
    const ImGuiWindow* docked = ImGui::FindWindowByName(std::string(window).c_str());
    if (!docked || !docked->DockIsActive)
        throw Error({std::string(window), "a docked window", docked ? "a free one" : "none",
                     "check the window's name"});
    const ImVec2 tab = docked->DockTabItemRect.GetCenter();
    hand_.move_to(tab);
    hand_.press(ImGuiMouseButton_Left);
}

bool UiDriver::exists(std::string_view name) const { return !find_all(name).empty(); }

bool UiDriver::is_checked(std::string_view name) const {
    return find(name).status & ImGuiItemStatusFlags_Checked;
}

UiRect UiDriver::rect(std::string_view name) const { return find(name).rect; }

std::vector<std::string> UiDriver::list() const {
    std::vector<std::string> names;
    for (const UiItem& item : host_.items().items())
        if (!item.label.empty() && !item.stack.empty()) names.push_back(full_name(item));
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> UiDriver::texts(std::string_view window) const {
    std::vector<std::string> texts;
    for (const UiText& text : host_.items().texts())
        if (text.window == window) texts.push_back(text.text);
    return texts;
}

std::string UiDriver::wait_for_tooltip(std::string_view name, const ImVec2* offset) {
    leave(); // closes the tooltip of another item
    move_to(name, offset);
    constexpr int k_max_frames = 60; // one second
    for (int i = 0; i < k_max_frames; ++i) {
        frames(1);
        if (const auto lines = texts("Tooltip"); !lines.empty()) return lines.front();
    }
    return {};
}

} // namespace gf::ui
