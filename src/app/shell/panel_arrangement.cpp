#include "app/shell/panel_arrangement.h"

#include "app/host/frame_request.h"
#include "app/widgets/docks.h"
#include "app/widgets/panel_frame.h"
#include "core/name_matching.h"
#include "platform/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_dock_margin = 8;                         // around the area of panel_dock()
constexpr float k_low_height = 560;                        // below this, layouts use Layout::low
constexpr float k_small_width = 880, k_small_height = 430; // below one of these, Layout::small
constexpr float k_tiny_height = 280;                       // below this, all panels are one stack

constexpr int k_settling_frames = 3;

bool contains(const std::vector<std::string>& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// The tree with a place for every panel: those that it does not hold become further tabs of its largest
/// part.
DockTree with_all_panels(DockTree tree, const std::vector<std::string>& panels) {
    DockTree* largest = &tree;
    while (!largest->parts.empty()) {
        const float size = largest->size; // see DockTree::size
        const bool first_is_larger = size < 0 || (size >= 0.5f && size < 1);
        largest = &largest->parts[first_is_larger ? 0 : 1];
    }
    for (const std::string& panel : panels)
        if (!tree.holds(panel)) largest->panels.push_back(panel);
    return tree;
}

/// All panels of the tree as tabs of one stack.
DockTree one_stack(const DockTree& tree) {
    DockTree stack;
    stack.panels = tree.panels;
    for (const DockTree& part : tree.parts)
        for (std::string& panel : one_stack(part).panels) stack.panels.push_back(std::move(panel));
    return stack;
}

} // namespace

PanelArrangement::PanelArrangement(std::vector<std::string> panels) : panels_(std::move(panels)) {}

void PanelArrangement::restore(LayoutBook book) {
    book_ = std::move(book);
    rebuild_ = book_.is_untouched;
}

LayoutBook PanelArrangement::book_to_save() const {
    LayoutBook book = book_;
    book.is_untouched = is_untouched();
    return book;
}

const Layout& PanelArrangement::current_layout() const {
    const Layout* layout = book_.find(book_.current);
    return layout ? *layout : standard_layouts().front();
}

/// The current layout's tree that fits the space.
DockTree PanelArrangement::tree_for_space() const {
    if (arranged_) return *arranged_;
    const Layout& layout = current_layout();
    if (space_ == Space::tiny) return one_stack(layout.small.parts.empty() ? layout.root : layout.small);
    if (space_ == Space::small && !layout.small.parts.empty()) return layout.small;
    return space_ == Space::low && !layout.low.parts.empty() ? layout.low : layout.root;
}

/// Whether the layout itself shows the panel. One that its tree does not name waits to be asked for.
bool PanelArrangement::layout_shows(std::string_view panel) const {
    const Layout& layout = current_layout();
    return layout.root.holds(panel) && !contains(layout.closed, panel);
}

bool PanelArrangement::is_open(std::string_view panel) const {
    if (contains(book_.closed, panel)) return false;
    return contains(book_.opened, panel) || current_layout().root.holds(panel) ||
           (arranged_ && arranged_->holds(panel));
}

/// Whether nobody moved anything since the layout was chosen.
bool PanelArrangement::is_untouched() const {
    if (rebuild_ || dock_ == 0) return book_.is_untouched;
    return built_fingerprint_ != 0 && fingerprint_of_docks(dock_, panels_) == built_fingerprint_;
}

std::string PanelArrangement::choose(std::string_view name) {
    const Layout* layout = book_.find(name);
    if (!layout)
        throw Error({"layout", "one of the layouts; nearest: " + nearest_names(name, book_.names()),
                     "'" + std::string(name) + "'", ""});
    arranged_.reset();
    book_.current = layout->name;
    book_.closed = layout->closed;
    book_.opened.clear();
    rebuild_ = book_.is_untouched = true;
    request_frame();
    return layout->inspected;
}

void PanelArrangement::arrange(DockTree tree) {
    arranged_ = std::move(tree);
    rebuild_ = true;
    book_.is_untouched = false;
    request_frame();
}

std::vector<ViewCommand> PanelArrangement::state() const {
    std::vector<ViewCommand> commands{command::SetLayout{book_.current}};
    if (arranged_ || (dock_exists(dock_) && !rebuild_ && !is_untouched()))
        commands.emplace_back(command::Arrange{dock_exists(dock_) ? read_docks(dock_, panels_) : *arranged_});
    for (const std::string& panel : panels_)
        if (is_open(panel) != layout_shows(panel))
            commands.emplace_back(command::ShowPanel{panel, is_open(panel)});
    return commands;
}

void PanelArrangement::save_as(const std::string& name) {
    const auto has_name = [&](const Layout& layout) { return layout.name == name; };
    if (std::any_of(standard_layouts().begin(), standard_layouts().end(), has_name))
        throw Error(
            {"save-layout", "a name that is not the program's own", "'" + name + "'", "choose another name"});
    if (name.empty() || name.size() > k_max_layout_name_length)
        throw Error({"save-layout", fmt::format("a name of 1 to {} bytes", k_max_layout_name_length),
                     "'" + name + "'", ""});
    const bool was_moved = dock_exists(dock_) && !rebuild_ && !is_untouched();
    // A panel that floats has no place in the tree that is read.
    DockTree tree = was_moved ? read_docks(dock_, panels_) : current_layout().root;
    std::vector<std::string> closed;
    std::copy_if(panels_.begin(), panels_.end(), std::back_inserter(closed),
                 [&](const std::string& panel) { return !is_open(panel); });
    Layout layout{name, with_all_panels(std::move(tree), panels_), closed, {}, {}, ""};
    book_.closed = std::move(closed);
    book_.opened.clear();
    const auto place = std::find_if(book_.saved.begin(), book_.saved.end(), has_name);
    if (place != book_.saved.end())
        *place = std::move(layout);
    else if (book_.saved.size() < k_max_saved_layouts)
        book_.saved.push_back(std::move(layout));
    else
        throw Error({"save-layout", fmt::format("at most {} layouts", k_max_saved_layouts), "one more",
                     "delete one first"});
    book_.current = name;
    built_fingerprint_ = dock_ ? fingerprint_of_docks(dock_, panels_) : 0;
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
    if (!contains(panels_, panel))
        throw Error({"show-panel", "a panel; nearest: " + nearest_names(panel, panels_),
                     "'" + std::string(panel) + "'", ""});
    std::erase(book_.closed, panel);
    std::erase(book_.opened, panel);
    if (on) {
        focus_ = panel;
        if (!is_open(panel)) book_.opened.emplace_back(panel);
    } else {
        book_.closed.emplace_back(panel);
    }
    request_frame();
}

bool PanelArrangement::take_focus(std::string_view panel) {
    if (focus_.empty() || focus_ != panel) return false;
    if (settling_frames_ > 0) { // a stack that is still being made brings its first tab to the front
        request_frame();
        return false;
    }
    focus_.clear();
    return true;
}

PanelArrangement::Space PanelArrangement::space_in(ImVec2 size) {
    if (size.y < px(k_tiny_height)) return Space::tiny;
    if (size.x < px(k_small_width) || size.y < px(k_small_height)) return Space::small;
    return size.y < px(k_low_height) ? Space::low : Space::plenty;
}

/// Gives the docks the layout's lengths in an area of another size, unless somebody moved them.
void PanelArrangement::keep_to_layout(ImVec2 size) {
    if (!dock_exists(dock_)) return;
    if (settling_frames_ > 0) { // still being made: they take this size
        settling_frames_ = k_settling_frames;
        resize_docks(dock_, tree_for_space(), size);
    } else if (is_untouched()) {
        resize_docks(dock_, tree_for_space(), size);
        built_fingerprint_ = fingerprint_of_docks(dock_, panels_);
    }
}

void PanelArrangement::dock(float top, float bottom) {
    const ImVec2 size{std::max(ImGui::GetIO().DisplaySize.x - 2 * px(k_dock_margin), 1.0f),
                      std::max(bottom - top - 2 * px(k_dock_margin), 1.0f)};
    const float scale = ImGuiHost::current().scale();
    const bool size_changed = size.x != size_.x || size.y != size_.y || scale != scale_;
    if (dock_ && size_changed && !rebuild_) keep_to_layout(size);
    size_ = size;
    scale_ = scale;
    const Space space = space_in(size);
    if (space != space_ && (dock_ == 0 || is_untouched() || settling_frames_ > 0)) {
        rebuild_ |= dock_ != 0;
        space_ = space;
    }
    dock_ = panel_dock("Workbench", top, bottom);
    if (std::exchange(rebuild_, false) || dock_is_empty(dock_)) {
        build_docks(dock_, with_all_panels(tree_for_space(), panels_), size, panels_);
        settling_frames_ = k_settling_frames;
    }
    if (settling_frames_ > 0) {
        request_frame();
        if (--settling_frames_ == 0) built_fingerprint_ = fingerprint_of_docks(dock_, panels_);
    }
}

} // namespace gf::ui
