#include "app/start/start_page.h"

#include "app/host/keyboard.h"
#include "app/start/display_text.h"
#include "app/widgets/buttons.h"
#include "app/widgets/menu.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/text_field.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include "labs/course.h"
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;

constexpr ImGuiWindowFlags k_page_flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                                          ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoCollapse |
                                          ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoDocking |
                                          ImGuiWindowFlags_NoBringToFrontOnFocus;

struct Format {
    const char *name, *what;
};
constexpr std::array k_formats = {
    Format{"Hugging Face folder",
           "config.json with model.safetensors, whole or in shards, of GPT-2, Pythia, TinyStories, Llama, "
           "Qwen, Gemma, Phi, OPT, BERT, T5 and others; tokenizer.json is found in it"},
    Format{"llama2.c file", "name.bin, and its tokenizer tok.bin beside it"},
    Format{"without tokenizer",
           "every model works: its tokens are then written as numbers, like 1, 403, 407"}};

/// Where things stand on the page, in pixels: the gallery, and all the rest beside it in a side column. In a
/// narrow window the side column is as wide as the gallery and stands below it.
struct PageLayout {
    bool has_side_column;
    float left, width; ///< of everything
    float column_gap;
    float gallery_width, side_width;

    explicit PageLayout(float page_width) {
        has_side_column = page_width >= px(960);
        const float margin = has_side_column ? px(40) : px(20);
        column_gap = has_side_column ? px(48) : px(28);
        width = std::max(std::min(page_width - 2 * margin, px(1640)), 1.0f);
        left = std::floor((page_width - width) / 2);
        side_width = has_side_column ? std::floor(std::clamp(width * 0.28f, px(320), px(440))) : width;
        gallery_width = has_side_column ? width - column_gap - side_width : width;
    }
};

void begin_page(float top, float bottom) {
    ImGui::SetNextWindowPos({0, top});
    ImGui::SetNextWindowSize({ImGui::GetIO().DisplaySize.x, bottom - top});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::Begin("Start", nullptr, k_page_flags);
    ImGui::PopStyleVar(3);
}

/// A line above a field: its label, and at the right end a description of its value.
void draw_field_label(const char* label, const std::string& description, float width) {
    ImFont* small = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect line{at, {at.x + width, at.y + small->FontSize}};
    ImGui::Dummy(line.size());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_text(list, line, at.x, small, theme().muted, label);
    const float least_left = at.x + measure(small, label).x + px(16);
    const float left = std::max(least_left, line.max.x - std::ceil(measure(small, description).x));
    draw_text_cut(list, {{left, line.min.y}, line.max}, small, theme().muted, description);
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

/// What a path leads to, in a few words.
std::string describe_path(const fs::path& path) {
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

/// The name of a model in the list of recent ones: its file without the ending, or its folder.
std::string model_name(const fs::path& path) {
    return shown_name(path.extension() == ".bin" || path.extension() == ".safetensors" ? path.stem()
                                                                                       : path.filename());
}

} // namespace

void StartPage::draw(float top, float bottom, const std::vector<RecentModel>& recent,
                     const std::string& message, bool message_is_error, Commands& commands) {
    refresh(recent);
    begin_page(top, bottom);
    if (message != shown_message_) ImGui::SetScrollY(0); // a message stands above all else
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(8), 0});
    const PageLayout layout(ImGui::GetContentRegionAvail().x);
    const float visible_bottom = ImGui::GetCursorScreenPos().y + (bottom - top) - px(24);
    // In a high window the page does not stick to the top.
    const float spare = bottom - top - px(136) - std::max(gallery_.height(layout.gallery_width), px(520));
    const float least_top = layout.has_side_column ? px(28) : px(20);
    ImGui::SetCursorPos({layout.left, std::max(std::floor(spare * 0.25f), least_top)});
    ImGui::BeginGroup();
    draw_title(layout.width);
    draw_message(layout.width, message, message_is_error);
    vertical_space(28);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_learn(layout.gallery_width, commands);
    draw_gallery(layout.gallery_width, !layout.has_side_column, commands);
    if (layout.has_side_column) {
        ImGui::SetCursorScreenPos({at.x + layout.gallery_width + layout.column_gap, at.y});
        ImGui::BeginGroup();
    } else {
        vertical_space(28);
    }
    draw_side(layout.side_width, visible_bottom, commands);
    if (layout.has_side_column) ImGui::EndGroup();
    vertical_space(16);
    ImGui::EndGroup();
    ImGui::PopStyleVar();
    ImGui::End();
    if (std::exchange(opens_in_next_draw_, false)) open(commands);
}

/// Everything but the gallery. `bottom`: where the part of the page that can be seen ends.
/// The labs that are built: questions, each with an experiment.
void StartPage::draw_learn(float width, Commands& commands) {
    page_heading("Learn");
    for (const CourseRow& row : course_rows())
        if (row.make && menu_row(std::string(row.id).c_str(),
                                 {.text = std::string(row.id.substr(0, 2)), .detail = row.question}, width))
            commands.post(command::OpenLab{std::string(row.id), 1});
    vertical_space(20);
}

void StartPage::draw_side(float width, float bottom, Commands& commands) {
    draw_form(width, commands);
    vertical_space(28);
    draw_recent(width, commands);
    vertical_space(24);
    draw_files(width, std::max(bottom - ImGui::GetCursorScreenPos().y - px(220), px(280)), commands);
    vertical_space(28);
    draw_formats(width);
}

void StartPage::open_dropped_files(const std::vector<std::string>& paths) {
    const command::Open files = command_for_dropped_files(paths);
    if (!files.model.empty() || !files.tokenizer.empty()) tokenizer_ = files.tokenizer;
    if (files.model.empty()) return;
    model_ = files.model;
    opens_in_next_draw_ = true;
}

/// Reads what comes from the disk again when the page appears, and what has changed since.
void StartPage::refresh(const std::vector<RecentModel>& recent) {
    const int now = ImGui::GetFrameCount();
    const bool appears = last_frame_ != now - 1;
    last_frame_ = now;
    if (appears) gallery_.reload();
    if (appears || recent_ != recent) list_recent(recent);
    if (files_.folder().empty()) {
        std::error_code failed;
        const fs::path folder = recent_.empty() ? fs::path() : fs::path(recent_.front().model).parent_path();
        files_.show(fs::is_directory(folder, failed) ? folder : fs::path("."));
    } else if (appears) {
        files_.reload();
    }
    if (appears || model_ != described_model_ || tokenizer_ != described_tokenizer_) describe_fields();
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

/// Looks up what the paths in the two fields lead to.
void StartPage::describe_fields() {
    described_model_ = model_;
    described_tokenizer_ = tokenizer_;
    const fs::path model = typed_path(model_), tokenizer = typed_path(tokenizer_);
    const fs::path shipped = gallery_.folder_of(model.string());
    model_description_ = model.empty() ? "" : shipped.empty() ? describe_path(model) : "a model that ships";
    guessed_tokenizer_ = guess_tokenizer(shipped.empty() ? model : shipped);
    tokenizer_description_ = tokenizer.empty() ? "optional" : describe_path(tokenizer);
    if (model.empty())
        tokenizer_hint_ = "the one beside the model";
    else
        tokenizer_hint_ = guessed_tokenizer_.empty() ? "none beside the model: tokens are numbers"
                                                     : shown_path(guessed_tokenizer_);
    for (const std::string* text : {&model_, &tokenizer_, &tokenizer_hint_})
        ImGuiHost::current().require_glyphs(*text);
}

void StartPage::open(Commands& commands) {
    describe_fields(); // a file may have come since
    const std::string model = typed_path(model_).string(), tokenizer = typed_path(tokenizer_).string();
    if (!model.empty())
        commands.post(command::Open{model, tokenizer.empty() ? guessed_tokenizer_ : tokenizer});
}

/// `with_form_button`: a button leads to the form, which is out of sight below the gallery.
void StartPage::draw_gallery(float width, bool with_form_button, Commands& commands) {
    const Theme& t = theme();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const char* form_label = "Open another model";
    const float form_button_width =
        with_form_button ? std::min(std::ceil(measure(font(TextSize::body), form_label).x) + px(32), width)
                         : 0;
    if (with_form_button) {
        ImGui::SetCursorScreenPos({at.x + width - form_button_width, at.y - px(4)});
        focuses_form_ |= push_button(form_label, form_button_width);
        ImGui::SetCursorScreenPos(at);
    }
    page_heading("Models");
    if (!gallery_.is_empty()) {
        const float left = at.x + measure(font(TextSize::body, Face::bold), "Models").x + px(24);
        const float right = at.x + width - (with_form_button ? form_button_width + px(24) : 0);
        draw_portrait_legend(*ImGui::GetWindowDrawList(),
                             {{left, at.y}, {right, at.y + font(TextSize::body)->FontSize}});
    }
    vertical_space(4);
    if (!gallery_.problem().empty()) {
        wrapped_text(gallery_.problem(), width, t.muted, TextSize::small);
        vertical_space(12);
    }
    gallery_.draw(width, commands);
}

void StartPage::draw_form(float width, Commands& commands) {
    page_heading("Open another model");
    draw_field_label("Model", model_description_, width);
    if (std::exchange(focuses_form_, false)) ImGui::SetKeyboardFocusHere();
    bool confirmed = text_field("Model", model_, "folder or .bin file; or drop it on this window", width,
                                ImGuiInputTextFlags_EnterReturnsTrue);
    vertical_space(12);
    draw_field_label("Tokenizer", tokenizer_description_, width);
    confirmed |= text_field("Tokenizer", tokenizer_, tokenizer_hint_.c_str(), width,
                            ImGuiInputTextFlags_EnterReturnsTrue);
    vertical_space(16);
    if (confirmed) { // the keyboard moves to "Open", so that Enter once more opens
        ImGui::SetKeyboardFocusHere();
        show_keyboard_focus();
    }
    const bool is_empty = model_description_.empty();
    ImGui::BeginDisabled(is_empty);
    if (push_button("Open", px(112), is_empty ? Emphasis::plain : Emphasis::primary)) open(commands);
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

void StartPage::draw_files(float width, float most_height, Commands& commands) {
    const auto pick = files_.draw(width, px(140), most_height);
    if (!pick) return;
    if (pick->kind == PathKind::tokenizer) {
        tokenizer_ = pick->path.string();
    } else {
        model_ = pick->path.string();
        tokenizer_.clear(); // it belonged to another model
    }
    if (pick->open) open(commands);
}

void StartPage::draw_recent(float width, Commands& commands) {
    page_heading("Recent");
    if (recent_rows_.empty()) wrapped_text("Models that were opened are listed here.", width, theme().muted);
    float names_width = 0;
    for (const RecentRow& row : recent_rows_)
        names_width = std::max(names_width, std::ceil(measure(font(TextSize::body), row.name).x));
    names_width = std::min(names_width, width * 0.45f);
    for (std::size_t i = 0; i < recent_rows_.size(); ++i) draw_recent_row(i, width, names_width, commands);
}

void StartPage::draw_recent_row(std::size_t index, float width, float names_width, Commands& commands) {
    const Theme& t = theme();
    ImFont *body = font(TextSize::body), *small = font(TextSize::small);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const RecentRow& row = recent_rows_[index];
    const ButtonItem item = button_item(row.label.c_str(), {width, px(k_control_height)});
    if (!item.seen) return;
    const float left = item.box.min.x, right = item.box.max.x, top = item.box.min.y, bottom = item.box.max.y;
    // The text stands flush with the heading, so the background goes beyond it on both sides.
    const float inset = px(8);
    if (item.hovered) list.AddRectFilled({left - inset, top}, {right + inset, bottom}, t.control, px(4));
    const float folder_left = left + names_width + px(16);
    const char* remark = row.missing ? "not there any more" : "";
    const float remark_width = row.missing ? std::ceil(measure(small, remark).x) + px(12) : 0;
    draw_text_cut(list, {{left, top}, {left + names_width, bottom}}, body, row.missing ? t.muted : t.text,
                  row.name);
    draw_text_cut(list, {{folder_left, top}, {right - remark_width, bottom}}, small, t.muted, row.folder);
    draw_text_cut(list, {{right - remark_width + px(12), top}, {right, bottom}}, small, t.faint, remark);
    draw_focus_ring(item, px(4));
    tooltip(row.tip);
    if (item.pressed)
        commands.post(
            command::Open{recent_[index].model, recent_[index].tokenizer, "", recent_[index].ignored_keys});
}

} // namespace gf::ui
