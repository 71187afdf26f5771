#include "app/start/file_browser.h"

#include "app/host/keyboard.h"
#include "app/start/display_text.h"
#include "app/view/shown_amounts.h"
#include "app/widgets/icons.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;

constexpr int k_max_entries = 50'000; // a longer list is of no use to anybody

/// What stands beside a name in the list.
std::string describe(PathKind kind, const fs::path& path) {
    if (kind == PathKind::model_folder) return "Hugging Face model";
    if (kind == PathKind::folder) return {};
    std::error_code failed;
    const std::uintmax_t size = fs::file_size(path, failed);
    const std::string what = kind == PathKind::tokenizer ? "tokenizer" : "llama2.c model";
    return failed ? what : what + ", " + shown_size(size);
}

FolderEntry folder_entry(const fs::path& path, PathKind kind) {
    FolderEntry entry{path, kind, shown_name(path.filename()), describe(kind, path), {}};
    if (kind == PathKind::folder || kind == PathKind::model_folder) entry.arrow = "enter " + entry.name;
    return entry;
}

/// Whether people expect name `a` before name `b`: upper and lower case are alike, and "checkpoint-500" comes
/// before "checkpoint-1000".
bool name_comes_before(std::string_view a, std::string_view b) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    // Takes the number off that the text begins with. Returns its digits without leading zeros.
    const auto take_number = [&](std::string_view& text) {
        const auto end = std::ranges::find_if_not(text, is_digit);
        std::string_view digits(text.begin(), end);
        text.remove_prefix(digits.size());
        return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
    };
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    std::string_view rest_a = a, rest_b = b;
    while (!rest_a.empty() && !rest_b.empty()) {
        if (is_digit(rest_a.front()) && is_digit(rest_b.front())) {
            const std::string_view x = take_number(rest_a), y = take_number(rest_b);
            if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
        } else {
            if (lower(rest_a.front()) != lower(rest_b.front()))
                return lower(rest_a.front()) < lower(rest_b.front());
            rest_a.remove_prefix(1);
            rest_b.remove_prefix(1);
        }
    }
    return rest_a.empty() == rest_b.empty() ? a < b : rest_a.empty();
}

/// The order of the list: models, tokenizers, folders, hidden folders.
bool comes_before(const FolderEntry& a, const FolderEntry& b) {
    const auto rank = [](const FolderEntry& e) {
        if (e.kind == PathKind::folder) return e.name.starts_with('.') ? 3 : 2;
        return e.kind == PathKind::tokenizer ? 1 : 0;
    };
    return rank(a) != rank(b) ? rank(a) < rank(b) : name_comes_before(a.name, b.name);
}

/// The small picture that a row begins with.
void draw_kind_icon(PathKind kind, ImVec2 centre) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto bar = [&](float x0, float y0, float x1, float y1, ImU32 colour, float rounding) {
        list.AddRectFilled({centre.x + px(x0), centre.y + px(y0)}, {centre.x + px(x1), centre.y + px(y1)},
                           colour, px(rounding));
    };
    if (kind == PathKind::folder) {
        bar(-7, -6, -1, -2, t.block, 1);
        bar(-7, -4, 7, 6, t.block, 2);
    } else if (kind == PathKind::tokenizer) { // tokens of different lengths
        bar(-7, -5, -1, -1, t.fill(ColourRole::token), 1);
        bar(1, -5, 7, -1, t.fill(ColourRole::token), 1);
        bar(-7, 1, 3, 5, t.fill(ColourRole::token), 1);
    } else { // queries, keys and values
        bar(-7, -6, 7, -3, t.fill(ColourRole::query), 1);
        bar(-7, -2, 7, 1, t.fill(ColourRole::key), 1);
        bar(-7, 2, 7, 5, t.fill(ColourRole::value), 1);
    }
}

} // namespace

void FileBrowser::show(fs::path folder) {
    std::error_code failed;
    if (const fs::path whole = fs::absolute(folder, failed); !failed) folder = whole;
    folder = folder.lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path(); // "models/" is "models"
    if (fs::is_regular_file(folder, failed)) folder = folder.parent_path();
    if (folder != folder_) scrolls_to_top_ = true;
    folder_ = folder;
    chosen_.clear();
    path_parts_.clear();
    fs::path path;
    for (const fs::path& name : folder_) path_parts_.push_back({path /= name, shown_name(name)});
    reload();
}

void FileBrowser::reload() {
    entries_.clear();
    problem_.clear();
    remark_.clear();
    int n = 0, n_other = 0;
    std::error_code failed;
    for (fs::directory_iterator at(folder_, failed), end; !failed && at != end && n < k_max_entries;
         at.increment(failed), ++n) {
        const PathKind kind = path_kind(at->path());
        if (kind == PathKind::other || kind == PathKind::missing)
            ++n_other;
        else
            entries_.push_back(folder_entry(at->path(), kind));
    }
    if (failed) problem_ = "This folder cannot be read: " + failed.message();
    std::ranges::sort(entries_, comes_before);
    if (path_kind(folder_) == PathKind::model_folder)
        entries_.insert(
            entries_.begin(),
            {folder_, PathKind::model_folder, "this folder", describe(PathKind::model_folder, folder_), {}});
    if (folder_.has_relative_path())
        entries_.insert(entries_.begin(), {folder_.parent_path(), PathKind::folder, "..", {}, {}});
    const auto can_be_opened = [](const FolderEntry& e) { return e.kind != PathKind::folder; };
    if (problem_.empty() && std::ranges::none_of(entries_, can_be_opened))
        remark_ = "No model or tokenizer in this folder. ";
    if (n_other > 0)
        remark_ += fmt::format("{} other file{} not shown.", n_other, n_other == 1 ? " is" : "s are");
    if (n == k_max_entries) remark_ += fmt::format(" Only the first {} entries were read.", k_max_entries);
}

std::optional<FileBrowser::Pick> FileBrowser::draw(float width, float least_height, float most_height) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_path(width);
    const float list_top = px(k_control_height + 4);
    ImGui::SetCursorScreenPos({at.x, at.y + list_top});
    ImGui::PushStyleColor(ImGuiCol_ChildBg, theme().well);
    ImGui::PushStyleVar(ImGuiStyleVar_ChildRounding, px(8));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(8), px(8)});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(4), 0});
    const float least_list = std::max(least_height - list_top, px(k_control_height));
    ImGui::SetNextWindowSizeConstraints({width, least_list},
                                        {width, std::max(most_height - list_top, least_list)});
    ImGui::BeginChild("files", {width, 0},
                      ImGuiChildFlags_AlwaysUseWindowPadding | ImGuiChildFlags_AutoResizeY,
                      ImGuiWindowFlags_NavFlattened);
    const std::optional<Pick> pick = draw_list();
    ImGui::EndChild();
    ImGui::PopStyleVar(3);
    ImGui::PopStyleColor();
    show_requested_folder();
    return pick;
}

/// Draws the end of the path that fits `width`, the folder's own name at least.
void FileBrowser::draw_path(float width) {
    const Theme& t = theme();
    ImFont *plain = font(TextSize::body), *bold = font(TextSize::body, Face::bold);
    const float gap = px(16); // between two parts, for the arrow
    const auto width_of = [&](std::size_t i) {
        return std::ceil(measure(i + 1 == path_parts_.size() ? bold : plain, path_parts_[i].name).x);
    };
    std::size_t first = path_parts_.size();
    float needed = 0;
    const auto has_room = [&](std::size_t i) { // and for the ellipsis, unless it is the root
        return needed + width_of(i) + gap + (i > 0 ? gap : 0) <= width;
    };
    while (first > 0 && (first == path_parts_.size() || has_room(first - 1)))
        needed += width_of(--first) + gap;
    ImVec2 at = ImGui::GetCursorScreenPos();
    const float right = at.x + width;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImGui::PushID("path");
    if (first > 0) {
        draw_text(list, {at, {at.x + gap, at.y + px(k_control_height)}}, at.x, plain, t.muted,
                  "\xE2\x80\xA6");
        at.x += gap;
    }
    for (std::size_t i = first; i < path_parts_.size(); ++i) {
        const bool last = i + 1 == path_parts_.size();
        ImGui::PushID(static_cast<int>(i));
        ImGui::SetCursorScreenPos(at);
        ImGuiHost::current().require_glyphs(path_parts_[i].name);
        const ButtonItem item = button_item(path_parts_[i].name.c_str(),
                                            {std::min(width_of(i), right - at.x), px(k_control_height)});
        ImGui::PopID();
        draw_text_cut(list, {item.box.min, item.box.max}, last ? bold : plain,
                      last || item.hovered ? t.text : t.muted, path_parts_[i].name);
        draw_focus_ring(item, px(4));
        if (last) tooltip("Read this folder again");
        if (item.pressed) request_folder(path_parts_[i].path, item.pressed_by_key);
        at.x = item.box.max.x + gap;
        if (!last)
            draw_icon(list, Icon::chevron_right, {item.box.max.x + gap / 2, item.box.center().y}, px(7),
                      ImGui::GetColorU32(t.muted));
    }
    ImGui::PopID();
}

std::optional<FileBrowser::Pick> FileBrowser::draw_list() {
    if (std::exchange(scrolls_to_top_, false)) ImGui::SetScrollY(0);
    std::optional<Pick> pick;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(entries_.size()), px(k_control_height));
    if (focuses_first_row_) clipper.IncludeItemByIndex(0);
    while (clipper.Step())
        for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
            if (row == 0 && std::exchange(focuses_first_row_, false)) ImGui::SetKeyboardFocusHere();
            ImGui::PushID(row);
            const FolderEntry& entry = entries_[static_cast<std::size_t>(row)];
            if (const auto picked = draw_row(entry)) pick = picked;
            ImGui::PopID();
        }
    ImGui::PushStyleColor(ImGuiCol_Text, theme().muted);
    ImGui::PushTextWrapPos(0);
    for (const std::string* text : {&problem_, &remark_})
        if (!text->empty()) {
            ImGui::SetCursorPos({ImGui::GetCursorPosX() + px(8), ImGui::GetCursorPosY() + px(4)});
            ImGui::TextUnformatted(text->data(), text->data() + text->size());
        }
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    const bool typing = ImGui::GetIO().WantTextInput;
    if (ImGui::IsWindowFocused() && !typing && ImGui::IsKeyPressed(ImGuiKey_Backspace, false))
        request_folder(folder_.parent_path(), true);
    return pick;
}

std::optional<FileBrowser::Pick> FileBrowser::draw_row(const FolderEntry& entry) {
    const Theme& t = theme();
    const float height = px(k_control_height), width = ImGui::GetContentRegionAvail().x;
    const ButtonItem item = button_item(
        entry.name.c_str(), {std::max(width - (!entry.arrow.empty() ? height + px(4) : 0), 1.0f), height});
    if (item.seen) {
        ImDrawList& list = *ImGui::GetWindowDrawList();
        const bool chosen = entry.path == chosen_ && entry.kind != PathKind::folder;
        if (chosen || item.hovered)
            list.AddRectFilled(item.box.min, item.box.max, chosen ? t.accent_tint : t.control, px(4));
        ImGuiHost::current().require_glyphs(entry.name);
        draw_kind_icon(entry.kind, {item.box.min.x + px(18), item.box.center().y});
        const float left = item.box.min.x + px(36), right = item.box.max.x - px(8);
        const float name_width = measure(font(TextSize::body), entry.name).x;
        const float detail_width = measure(font(TextSize::small), entry.detail).x;
        // Without room for both the name has the row for itself.
        const bool fits = left + name_width + px(16) + detail_width <= right;
        draw_text_cut(list, {{left, item.box.min.y}, {right, item.box.max.y}}, font(TextSize::body), t.text,
                      entry.name);
        if (fits)
            draw_text(list, item.box, right - detail_width, font(TextSize::small), t.muted, entry.detail);
        draw_focus_ring(item, px(4));
        if (!fits) tooltip(entry.name);
    }
    if (!entry.arrow.empty()) draw_arrow(entry);
    const bool opens =
        item.pressed_by_key || (item.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left));
    if (!item.pressed && !opens) return std::nullopt;
    show_keyboard_focus(); // arrows and Enter go on from the row that was clicked
    if (entry.kind != PathKind::folder) return Pick{chosen_ = entry.path, entry.kind, opens};
    if (opens) request_folder(entry.path, item.pressed_by_key);
    return std::nullopt;
}

void FileBrowser::draw_arrow(const FolderEntry& entry) {
    ImGui::SameLine();
    const ButtonItem item = button_item(entry.arrow.c_str(), {px(k_control_height), px(k_control_height)});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, theme().control_hover, px(4));
    draw_icon(list, Icon::chevron_right, item.box.center(), px(9), ImGui::GetColorU32(theme().muted));
    draw_focus_ring(item, px(4));
    tooltip("Enter this folder");
    if (item.pressed) request_folder(entry.path, item.pressed_by_key);
}

/// The folder is shown at the end of this draw(), because the list is still being drawn.
void FileBrowser::request_folder(const fs::path& folder, bool by_key) {
    requested_folder_ = folder;
    focuses_first_row_ = by_key;
}

void FileBrowser::show_requested_folder() {
    if (requested_folder_.empty()) return;
    show(std::exchange(requested_folder_, {}));
}

} // namespace gf::ui
