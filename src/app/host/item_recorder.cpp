#include "app/host/item_recorder.h"

#include <imgui_internal.h>

#include <algorithm>

namespace gf::ui {
namespace {

ItemRecorder* recorder_of(ImGuiContext* context) { return static_cast<ItemRecorder*>(context->TestEngine); }

} // namespace

UiRect UiItem::visible() const {
    return {{std::max(rect.min.x, clip.min.x), std::max(rect.min.y, clip.min.y)},
            {std::min(rect.max.x, clip.max.x), std::min(rect.max.y, clip.max.y)}};
}

std::string label_name(std::string_view label) {
    const std::size_t hash = label.find("##");
    if (hash == std::string_view::npos) return std::string(label);
    return std::string(hash > 0 ? label.substr(0, hash) : label.substr(label.find_first_not_of('#')));
}

std::string window_key(const char* name) {
    std::string key = label_name(name);
    if (name[0] == '#') key.resize(std::min(key.find('_'), key.size())); // e.g. "##Popup_1a2b3c4d"
    return key;
}

void ItemRecorder::attach(ImGuiContext& context) {
    context_ = &context;
    context.TestEngine = this;
}

void ItemRecorder::switch_on(bool on) { context_->TestEngineHookItems = on; }

void ItemRecorder::begin_frame() {
    items_.clear();
    texts_.clear();
    by_id_.clear();
}

UiItem& ItemRecorder::find_or_make(const ImGuiWindow* window, ImGuiID id) {
    const auto [place, is_new] = by_id_.try_emplace(id, items_.size());
    if (is_new) {
        UiItem& made = items_.emplace_back();
        made.id = id;
        made.window = window_key(window->RootWindow->Name);
        made.stack.assign(window->IDStack.begin(), window->IDStack.end());
    }
    return items_[place->second];
}

void ItemRecorder::add(const ImGuiWindow* window, ImGuiID id, const UiRect& rect) {
    UiItem& target = find_or_make(window, id);
    target.rect = rect;
    target.clip = {window->ClipRect.Min, window->ClipRect.Max};
    target.owner = const_cast<ImGuiWindow*>(window);
}

void ItemRecorder::describe(const ImGuiWindow* window, ImGuiID id, const char* label, int status) {
    UiItem& target = find_or_make(window, id);
    if (label) target.label = label;
    target.status |= status;
}

void ItemRecorder::add_text(const ImGuiWindow* window, std::string_view text, const UiRect& rect) {
    const ImRect& clip = window->ClipRect;
    texts_.push_back({window_key(window->RootWindow->Name), std::string(text), rect, {clip.Min, clip.Max}});
}

void record_text(ImFont* font, ImVec2 at, std::string_view text, float max_width) {
    ImGuiContext* context = ImGui::GetCurrentContext();
    if (!context->TestEngineHookItems) return;
    const ImVec2 size =
        font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, text.data(), text.data() + text.size());
    recorder_of(context)->add_text(context->CurrentWindow, text,
                                   {at, {at.x + std::min(size.x, max_width), at.y + size.y}});
}

} // namespace gf::ui

// The hooks. imgui_internal.h declares them under IMGUI_ENABLE_TEST_ENGINE; ImGui calls them only while
// TestEngineHookItems is set.

void ImGuiTestEngineHook_ItemAdd(ImGuiContext* context, ImGuiID id, const ImRect& bb,
                                 const ImGuiLastItemData*) {
    if (context->CurrentWindow)
        gf::ui::recorder_of(context)->add(context->CurrentWindow, id, {bb.Min, bb.Max});
}

void ImGuiTestEngineHook_ItemInfo(ImGuiContext* context, ImGuiID id, const char* label,
                                  ImGuiItemStatusFlags flags) {
    if (context->CurrentWindow)
        gf::ui::recorder_of(context)->describe(context->CurrentWindow, id, label, flags);
}

void ImGuiTestEngineHook_Log(ImGuiContext*, const char*, ...) {}

const char* ImGuiTestEngine_FindItemDebugLabel(ImGuiContext* context, ImGuiID id) {
    for (const gf::ui::UiItem& item : gf::ui::recorder_of(context)->items())
        if (item.id == id && !item.label.empty()) return item.label.c_str();
    return nullptr;
}
