#include "app/shell/look_strip.h"

#include "app/widgets/buttons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "models/shipped.h"
#include "platform/error.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_strip_margin = 8, k_strip_padding = 4, k_title_gap = 14;
constexpr float k_least_words_width = 200; ///< in a narrower window the title gives way

constexpr float k_min_display = 260;      ///< in a lower window the strip gives way to the panels
constexpr float k_greatest_share = 0.15f; ///< of the window's height that the words may take
constexpr const char* k_title = "What to look at";

} // namespace

void LookStrip::read(const std::string& model_path) {
    path_ = model_path;
    name_.clear();
    std::error_code failed;
    std::filesystem::path folder = std::filesystem::absolute(model_path, failed).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path(); // "assets/models/story/"
    if (models_.empty() || !std::filesystem::equivalent(folder.parent_path(), models_, failed)) return;
    try {
        const ShippedModel model = shipped_model(models_, folder.filename().string());
        if (model.look_at.empty()) return;
        picture_ = model.show_commands();
        words_ = model.look_at;
        name_ = model.name;
        ImGuiHost::current().require_glyphs(words_);
    } catch (const Error&) {
        // A folder beside the models that ship, or a damaged recipe: the model itself can be used.
    }
}

bool LookStrip::is_closed(const Settings& settings) const {
    return std::find(settings.closed_looks.begin(), settings.closed_looks.end(), name_) !=
           settings.closed_looks.end();
}

bool LookStrip::show(bool on, Settings& settings) const {
    if (name_.empty()) return false;
    std::erase(settings.closed_looks, name_);
    if (!on) settings.closed_looks.push_back(name_);
    return true;
}

float LookStrip::draw(const Snapshot& s, float top, const Settings& settings, ScriptPlayer& player,
                      Commands& commands) {
    if (s.model_path != path_) read(s.model_path);
    if (name_.empty() || is_closed(settings) || ImGui::GetIO().DisplaySize.y < px(k_min_display)) return top;
    const Theme& t = theme();
    ImFont *body = font(TextSize::body), *bold = font(TextSize::body, Face::bold);
    const float display = ImGui::GetIO().DisplaySize.x, left = px(k_strip_margin + 10);
    const float buttons = picture_.empty() ? px(40) : px(40 + 90);
    const float right = display - px(k_strip_margin) - buttons;
    const float title = std::ceil(measure(bold, k_title).x) + px(k_title_gap);
    const bool has_title = right - left - title >= px(k_least_words_width);
    const float words_left = left + (has_title ? title : 0), width = std::max(right - words_left, px(80));
    // Where little is left for the panels, the words are one line, and a tooltip has all of them.
    const float whole = wrapped_text_height(body, words_, width);
    const bool is_cut = whole > std::max(k_greatest_share * ImGui::GetIO().DisplaySize.y, body->FontSize + 1);
    const float words_height = is_cut ? body->FontSize : whole;
    const float inner = std::max(words_height + px(8), px(k_control_height) + px(2 * k_strip_padding));
    const UiRect box = begin_strip("Look", top, inner);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float middle = box.center().y;
    if (has_title) draw_text(list, box, left, bold, t.text, k_title);
    if (is_cut) {
        const UiRect line{{words_left, box.min.y}, {words_left + width, box.max.y}};
        draw_text_cut(list, line, body, t.text, words_);
        ImGui::SetCursorScreenPos(line.min);
        text_item("words", line.size());
        tooltip(words_);
    } else {
        draw_wrapped_text(list, {words_left, std::floor(middle - words_height / 2)}, body, t.text, words_,
                          width);
    }
    const float button_top = std::floor(middle - px(k_control_height) / 2);
    if (!picture_.empty()) {
        ImGui::SetCursorScreenPos({right + px(8), button_top});
        if (push_button("Show it", px(78))) player.play(picture_);
    }
    ImGui::SetCursorScreenPos({box.max.x - px(36), button_top});
    if (icon_button("Close", Icon::close)) commands.post(command::ShowLook{false});
    end_bar();
    return strip_end(top, inner);
}

} // namespace gf::ui
