#include "app/start/start_page.h"

#include "app/host/keyboard.h"
#include "app/widgets/paragraph.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;

constexpr ImGuiWindowFlags k_page = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                                    ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoCollapse |
                                    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoDocking |
                                    ImGuiWindowFlags_NoBringToFrontOnFocus;

struct Format {
    const char *name, *what;
};
constexpr std::array k_formats = {
    Format{"Hugging Face folder",
           "config.json with model.safetensors, whole or in shards, of GPT2LMHeadModel, LlamaForCausalLM, "
           "MistralForCausalLM, MixtralForCausalLM or BertForMaskedLM; tokenizer.json is found in it"},
    Format{"llama2.c file", "name.bin, and its tokenizer tok.bin beside it"},
    Format{"without tokenizer",
           "every model works: its tokens are then written as numbers, like 1, 403, 407"}};

/// Where things stand, in pixels: the gallery, and beside it everything else; below it where the window is
/// narrow.
struct PageLayout {
    float left, width, margin, gap;
    bool wide;
    float gallery, side; ///< widths

    explicit PageLayout(float page) {
        wide = page >= px(960);
        margin = wide ? px(40) : px(20);
        gap = wide ? px(48) : px(28);
        width = std::max(std::min(page - 2 * margin, px(1640)), 1.0f);
        left = std::floor((page - width) / 2);
        side = wide ? std::floor(std::clamp(width * 0.28f, px(320), px(440))) : width;
        gallery = wide ? width - gap - side : width;
    }
};

void begin_page(float top, float bottom) {
    ImGui::SetNextWindowPos({0, top});
    ImGui::SetNextWindowSize({ImGui::GetIO().DisplaySize.x, bottom - top});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::Begin("Start", nullptr, k_page);
    ImGui::PopStyleVar(3);
}

/// "Model" above a control and, at its right end, what is known about its value.
void field_label(const char* label, const std::string& note, float width) {
    ImFont* small = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect line{at, {at.x + width, at.y + small->FontSize}};
    ImGui::Dummy(line.size());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    put_text(list, line, at.x, small, theme().muted, label);
    const float left = at.x + measure(small, label).x + px(16);
    put_text_cut(list,
                 {{std::max(left, line.max.x - std::ceil(measure(small, note).x)), line.min.y}, line.max},
                 small, theme().muted, note);
    vertical_space(4);
}

void draw_title(float width) {
    text_line("Glassformer", theme().text, TextSize::title, Face::bold);
    vertical_space(4);
    wrapped_text("Runs small transformers on the CPU and shows every number inside them.", width,
                 theme().muted);
}

void draw_formats(float width) {
    const Theme& t = theme();
    page_heading("What can be opened");
    for (const Format& f : k_formats) {
        text_line(f.name, t.text, TextSize::small);
        wrapped_text(f.what, width, t.muted, TextSize::small);
        vertical_space(8);
    }
}

std::string note_of(const fs::path& path) {
    switch (path_kind(path)) {
    case PathKind::missing: return "nothing there";
    case PathKind::folder: return "a folder without config.json";
    case PathKind::model_folder: return "Hugging Face model";
    case PathKind::model_file: return "llama2.c model";
    case PathKind::tokenizer:
        return path.extension() == ".json" ? "Hugging Face tokenizer" : "llama2.c tokenizer";
    case PathKind::other: break;
    }
    return path.extension() == ".safetensors" ? "Hugging Face model" : "a file of another kind";
}

/// What a model is called: its file without the ending.
std::string model_name(const fs::path& path) {
    return shown_name(path.extension() == ".bin" || path.extension() == ".safetensors" ? path.stem()
                                                                                       : path.filename());
}

} // namespace

void StartPage::draw(float top, float bottom, const std::vector<RecentModel>& recent,
                     const std::string& message, bool message_is_error, Commands& commands) {
    refresh(recent);
    begin_page(top, bottom);
    if (message != shown_message_) ImGui::SetScrollY(0); // it stands above all else
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    const PageLayout layout(ImGui::GetContentRegionAvail().x);
    const float end = ImGui::GetCursorScreenPos().y + (bottom - top) - px(24); // of what can be seen
    const float spare = bottom - top - px(136) - std::max(gallery_.height(layout.gallery), px(520));
    ImGui::SetCursorPos({layout.left, std::max(std::floor(spare * 0.25f), layout.wide ? px(28) : px(20))});
    ImGui::BeginGroup(); // in a high window the page does not stick to the top
    draw_title(layout.width);
    draw_message(layout.width, message, message_is_error);
    vertical_space(28);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_gallery(layout.gallery, !layout.wide, commands);
    if (layout.wide) {
        ImGui::SetCursorScreenPos({at.x + layout.gallery + layout.gap, at.y});
        ImGui::BeginGroup();
    } else {
        vertical_space(28);
    }
    draw_form(layout.side, commands);
    vertical_space(28);
    draw_recent(layout.side, commands);
    vertical_space(24);
    draw_files(layout.side, std::max(end - ImGui::GetCursorScreenPos().y - px(220), px(280)), commands);
    vertical_space(28);
    draw_formats(layout.side);
    if (layout.wide) ImGui::EndGroup();
    vertical_space(16);
    ImGui::EndGroup();
    ImGui::PopStyleVar();
    ImGui::End();
    if (std::exchange(open_now_, false)) open(commands);
}

void StartPage::dropped(const std::vector<std::string>& paths) {
    const command::Open files = open_dropped(paths);
    if (!files.model.empty() || !files.tokenizer.empty()) tokenizer_ = files.tokenizer;
    if (files.model.empty()) return;
    model_ = files.model;
    open_now_ = true;
}

/// What comes from the disk is read again when the page appears.
void StartPage::refresh(const std::vector<RecentModel>& recent) {
    const int now = ImGui::GetFrameCount();
    const bool appears = frame_ != now - 1;
    frame_ = now;
    if (appears) gallery_.reload();
    if (appears || recent_ != recent) list_recent(recent);
    if (files_.folder().empty()) {
        std::error_code failed;
        const fs::path folder = recent_.empty() ? fs::path() : fs::path(recent_.front().model).parent_path();
        files_.show(fs::is_directory(folder, failed) ? folder : fs::path("."));
    } else if (appears) {
        files_.reload();
    }
    if (appears || model_ != noted_model_ || tokenizer_ != noted_tokenizer_) note_paths();
}

void StartPage::list_recent(const std::vector<RecentModel>& recent) {
    recent_ = recent;
    recent_rows_.clear();
    for (const RecentModel& r : recent) {
        const fs::path path = r.model;
        RecentRow row{fmt::format("recent/{}", recent_rows_.size()), model_name(path),
                      shown_path(path.parent_path()), shown_path(path), path_kind(path) == PathKind::missing};
        if (!r.tokenizer.empty()) row.tip += "\nwith " + shown_path(r.tokenizer);
        ImGuiHost::current().require_glyphs(row.tip);
        recent_rows_.push_back(std::move(row));
    }
}

/// What the two fields lead to.
void StartPage::note_paths() {
    noted_model_ = model_;
    noted_tokenizer_ = tokenizer_;
    const fs::path model = typed_path(model_), tokenizer = typed_path(tokenizer_);
    model_note_ = model.empty() ? "" : note_of(model);
    guess_ = guess_tokenizer(model);
    tokenizer_note_ = tokenizer.empty() ? "optional" : note_of(tokenizer);
    if (model.empty())
        tokenizer_hint_ = "the one beside the model";
    else
        tokenizer_hint_ = guess_.empty() ? "none beside the model: tokens are numbers" : shown_path(guess_);
    for (const std::string* text : {&model_, &tokenizer_, &tokenizer_hint_})
        ImGuiHost::current().require_glyphs(*text);
}

void StartPage::open(Commands& commands) {
    note_paths(); // a file may have come since
    const std::string model = typed_path(model_).string(), tokenizer = typed_path(tokenizer_).string();
    if (!model.empty()) commands.post(command::Open{model, tokenizer.empty() ? guess_ : tokenizer});
}

/// `leads_on`: a button leads to the form, which is out of sight.
void StartPage::draw_gallery(float width, bool leads_on, Commands& commands) {
    const Theme& t = theme();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const char* other = "Open another model";
    const float button = leads_on ? std::ceil(measure(font(TextSize::body), other).x) + px(32) : 0;
    if (leads_on) {
        ImGui::SetCursorScreenPos({at.x + width - button, at.y - px(4)});
        to_form_ |= push_button(other, button);
        ImGui::SetCursorScreenPos(at);
    }
    page_heading("Models");
    const float heading = measure(font(TextSize::body, Face::bold), "Models").x;
    if (!gallery_.is_empty())
        draw_portrait_legend(*ImGui::GetWindowDrawList(), {{at.x + heading + px(24), at.y},
                                                           {at.x + width - (leads_on ? button + px(24) : 0),
                                                            at.y + font(TextSize::body)->FontSize}});
    vertical_space(4);
    if (!gallery_.problem().empty()) {
        wrapped_text(gallery_.problem(), width, t.muted, TextSize::small);
        vertical_space(12);
    }
    gallery_.draw(width, commands);
}

void StartPage::draw_form(float width, Commands& commands) {
    page_heading("Open another model");
    field_label("Model", model_note_, width);
    if (std::exchange(to_form_, false)) ImGui::SetKeyboardFocusHere();
    bool confirmed = text_field("Model", model_, "folder or .bin file; or drop it on this window", width,
                                ImGuiInputTextFlags_EnterReturnsTrue);
    vertical_space(12);
    field_label("Tokenizer", tokenizer_note_, width);
    confirmed |= text_field("Tokenizer", tokenizer_, tokenizer_hint_.c_str(), width,
                            ImGuiInputTextFlags_EnterReturnsTrue);
    vertical_space(16);
    if (confirmed) { // Enter once more opens
        ImGui::SetKeyboardFocusHere();
        show_keyboard_focus();
    }
    const bool nothing = model_note_.empty();
    ImGui::BeginDisabled(nothing);
    if (push_button("Open", px(112), nothing ? Emphasis::plain : Emphasis::primary)) open(commands);
    ImGui::EndDisabled();
}

void StartPage::draw_message(float width, const std::string& message, bool is_error) {
    if (message != shown_message_) ImGuiHost::current().require_glyphs(shown_message_ = message);
    if (message.empty()) return;
    const Theme& t = theme();
    vertical_space(16);
    const ImVec2 at = ImGui::GetCursorScreenPos(), padding = {px(16), px(12)};
    const float wrap = width - 2 * padding.x;
    const FontScope scope(TextSize::body);
    const float height = ImGui::CalcTextSize(message.data(), message.data() + message.size(), false, wrap).y;
    const UiRect box{at, {at.x + width, at.y + height + 2 * padding.y}};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(box.min, box.max, is_error ? mix(t.panel, t.bad, 0.08f) : t.note_tint, px(6));
    ImGui::SetCursorScreenPos({at.x + padding.x, at.y + padding.y});
    wrapped_text(message, wrap, t.text);
    ImGui::SetCursorScreenPos(at);
    text_item(message.c_str(), box.size());
}

void StartPage::draw_files(float width, float most, Commands& commands) {
    const auto pick = files_.draw(width, px(140), most);
    if (!pick) return;
    (pick->kind == PathKind::tokenizer ? tokenizer_ : model_) = pick->path.string();
    if (pick->kind != PathKind::tokenizer) tokenizer_.clear(); // it belonged to another one
    if (pick->open) open(commands);
}

void StartPage::draw_recent(float width, Commands& commands) {
    const Theme& t = theme();
    page_heading("Recent");
    if (recent_rows_.empty()) wrapped_text("Models that were opened are listed here.", width, t.muted);
    ImFont *body = font(TextSize::body), *small = font(TextSize::small);
    float names = 0;
    for (const RecentRow& row : recent_rows_) names = std::max(names, std::ceil(measure(body, row.name).x));
    names = std::min(names, width * 0.45f);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    for (std::size_t i = 0; i < recent_rows_.size(); ++i) {
        const RecentRow& row = recent_rows_[i];
        const ButtonItem item = button_item(row.label.c_str(), {width, px(k_control_height)});
        if (!item.seen) continue;
        const float inset = px(8), top = item.box.min.y, bottom = item.box.max.y;
        UiRect lit = item.box; // text stands flush with the heading
        lit.min.x -= inset, lit.max.x += inset;
        if (item.hovered) list.AddRectFilled(lit.min, lit.max, t.control, px(4));
        const float left = item.box.min.x, middle = left + names + px(16);
        const char* note = row.missing ? "not there any more" : "";
        const float note_width = row.missing ? std::ceil(measure(small, note).x) + px(12) : 0;
        put_text_cut(list, {{left, top}, {left + names, bottom}}, body, row.missing ? t.muted : t.text,
                     row.name);
        put_text_cut(list, {{middle, top}, {item.box.max.x - note_width, bottom}}, small, t.muted,
                     row.folder);
        put_text_cut(list, {{item.box.max.x - note_width + px(12), top}, {item.box.max.x, bottom}}, small,
                     t.faint, note);
        put_focus_ring(item, px(4));
        tooltip(row.tip);
        if (item.pressed) commands.post(command::Open{recent_[i].model, recent_[i].tokenizer});
    }
}

} // namespace gf::ui
