#include "app/shell/restart_offer.h"

#include "app/start/display_text.h"
#include "app/widgets/buttons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/widget_parts.h"
#include "text/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

namespace gf::ui {
namespace {

constexpr float k_offer_height = 40;      ///< design length
constexpr std::size_t k_most_prompt = 60; ///< bytes of the prompt that are shown

/// The command of this kind in a state; null if there is none.
template <class C>
const C* find_command(const std::vector<Command>& state) {
    for (const Command& command : state)
        if (const auto* of_session = std::get_if<SessionCommand>(&command))
            if (const auto* found = std::get_if<C>(of_session)) return found;
    return nullptr;
}

} // namespace

void RestartOffer::set(std::vector<Command> state) {
    state_.clear();
    const auto* open = find_command<command::Open>(state);
    std::error_code failed;
    if (!open || !std::filesystem::exists(open->model, failed)) return;
    words_ = shown_name(std::filesystem::path(open->model).filename());
    if (const auto* text = find_command<command::RestoreText>(state)) {
        std::string prompt = text->text.prompt.substr(0, k_most_prompt);
        prompt.resize(valid_utf8_size(prompt));
        std::replace(prompt.begin(), prompt.end(), '\n', ' ');
        words_ += fmt::format(": “{}{}”, {} tokens", prompt,
                              prompt.size() < text->text.prompt.size() ? "…" : "", text->text.cursor);
    }
    ImGuiHost::current().require_glyphs(words_);
    state_ = std::move(state);
}

float RestartOffer::draw(const Snapshot& s, float top, ScriptPlayer& player) {
    if (s.can_undo) state_.clear();
    if (state_.empty()) return top;
    constexpr const char* k_button = "Go on where you were";
    begin_bar("Restart", top, px(k_offer_height));
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const bool is_taken = push_button(k_button, 0, Emphasis::primary);
    const float left = ImGui::GetItemRectMax().x + px(12), right = ImGui::GetIO().DisplaySize.x - px(16 + 38);
    draw_text_cut(list, {{left, at.y}, {right, at.y + px(k_control_height)}}, font(TextSize::body),
                  theme().text, words_);
    ImGui::SetCursorScreenPos({right + px(8), at.y});
    const bool is_closed = icon_button("Close", Icon::close);
    end_bar();
    if (is_taken) player.play(std::exchange(state_, {}));
    if (is_closed) state_.clear();
    return top + px(k_offer_height);
}

} // namespace gf::ui
