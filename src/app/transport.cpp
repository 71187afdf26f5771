#include "app/transport.h"

#include "app/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf {
namespace {

/// "260 k", "124 M"
std::string compact(double n) {
    if (n >= 1e9) return fmt::format("{:.1f} G", n * 1e-9);
    if (n >= 1e6) return fmt::format("{:.1f} M", n * 1e-6);
    if (n >= 1e4) return fmt::format("{:.0f} k", n * 1e-3);
    return fmt::format("{:.0f}", n);
}

} // namespace

void Transport::draw(const Snapshot& s, Commands& commands, const Settings& settings) {
    const float width = ImGui::GetContentRegionAvail().x, left = ImGui::GetCursorPosX();
    const bool wide = width >= px(1180), roomy = width >= px(1400); // what is left out first when there is little room
    if (wide) {
        label_text("Glassformer", theme().text, TextSize::title, Face::bold);
        ImGui::SameLine(0, px(16));
    }
    if (s.model) {
        const ModelConfig& c = s.config();
        text_ = roomy ? fmt::format("{} layers x {} heads, {}", c.n_layers, c.n_heads, compact(static_cast<double>(s.model->weights->size()))) : "";
        if (chip(s.model->name.c_str(), text_, false)) open_file_ = true;
        tooltip("Open another model");
        ImGui::SameLine(0, px(12));
    }
    const float view_width = px(72);
    if (s.has_run()) {
        const float undo = px(2 * 30 + 4 + 12), buttons = px(5 * 30 + 4 * 4 + 16), counter = px(108), speed = px(112), seed = px(96);
        const float others = buttons + counter + speed + (wide ? seed + undo : 0) + view_width + px(16);
        draw_prompt(s, commands, std::max(width - (ImGui::GetCursorPosX() - left) - others, px(80)));
        ImGui::SameLine(0, px(16));
        draw_buttons(s, commands);
        ImGui::SameLine(0, px(12));
        text_ = fmt::format("token {} / {}", s.cursor, s.config().n_ctx);
        label_text(text_, theme().muted, TextSize::body);
        ImGui::SameLine(0, px(12));
        draw_speed(s, commands);
        if (wide) {
            ImGui::SameLine(0, px(12));
            draw_seed(s, commands);
            ImGui::SameLine(0, px(12));
            ImGui::BeginDisabled(!s.can_undo);
            if (push_button("Undo")) commands.post(command::Undo{});
            tooltip("Ctrl+Z");
            ImGui::EndDisabled();
            ImGui::SameLine(0, px(4));
            ImGui::BeginDisabled(!s.can_redo);
            if (push_button("Redo")) commands.post(command::Redo{});
            tooltip("Ctrl+Shift+Z");
            ImGui::EndDisabled();
        }
        ImGui::SameLine();
    }
    ImGui::SetCursorPosX(left + width - view_width);
    draw_view_menu(s, commands, settings);
}

void Transport::draw_prompt(const Snapshot& s, Commands& commands, float width) {
    if (s.prompt != shown_prompt_) prompt_ = shown_prompt_ = s.prompt;
    const char* hint = s.model->tokenizer ? "Prompt: type a text and press Enter" : "Token ids, e.g. 1, 2, 3";
    if (text_field("Prompt", prompt_, hint, width, ImGuiInputTextFlags_EnterReturnsTrue)) commands.post(command::SetPrompt{prompt_, false});
}

void Transport::draw_buttons(const Snapshot& s, Commands& commands) {
    const float gap = px(4);
    if (icon_button("First", Icon::first, "Home")) commands.post(command::Jump{1});
    ImGui::SameLine(0, gap);
    if (icon_button("Back", Icon::back, "Left")) commands.post(command::Step{-1});
    ImGui::SameLine(0, gap);
    if (s.playing) {
        if (icon_button("Pause", Icon::pause, "Space", Emphasis::primary)) commands.post(command::Pause{});
    } else if (icon_button("Play", Icon::play, "Space", Emphasis::primary)) {
        commands.post(command::Play{});
    }
    ImGui::SameLine(0, gap);
    if (icon_button("Step", Icon::forward, "Right")) commands.post(command::Step{1});
    ImGui::SameLine(0, gap);
    if (icon_button("Last", Icon::last, "End")) commands.post(command::Jump{s.run().rows});
}

void Transport::draw_speed(const Snapshot& s, Commands& commands) {
    text_ = s.tokens_per_s_limit > 0 ? fmt::format("{:.3g}/s", s.tokens_per_s_limit) : "full";
    if (chip("speed", text_, false)) ImGui::OpenPopup("speed of playing");
    tooltip("Tokens per second while playing");
    if (!ImGui::BeginPopup("speed of playing")) return;
    auto speed = static_cast<float>(s.tokens_per_s_limit > 0 ? s.tokens_per_s_limit : 100);
    bool full = s.tokens_per_s_limit <= 0;
    if (toggle("as fast as it goes", full)) commands.post(command::SetSpeed{full ? 0 : 4.0});
    ImGui::Dummy({px(220), px(4)});
    if (slim_slider("tokens per second", speed, 0.5f, 100, "%.1f", ImGuiSliderFlags_Logarithmic)) commands.post(command::SetSpeed{static_cast<double>(speed)});
    ImGui::EndPopup();
}

void Transport::draw_seed(const Snapshot& s, Commands& commands) {
    if (s.seed != shown_seed_ || seed_.empty()) {
        shown_seed_ = s.seed;
        seed_ = std::to_string(s.seed);
    }
    label_text("seed", theme().muted, TextSize::body);
    ImGui::SameLine(0, px(6));
    if (!text_field("Seed", seed_, "", px(60), ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CharsDecimal)) return;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(seed_.data(), seed_.data() + seed_.size(), value);
    if (error == std::errc() && end == seed_.data() + seed_.size()) commands.post(command::SetSeed{value});
    else seed_ = std::to_string(s.seed);
}

void Transport::draw_view_menu(const Snapshot& s, Commands& commands, const Settings& settings) {
    if (push_button("View", px(72))) ImGui::OpenPopup("view");
    if (!ImGui::BeginPopup("view")) return;
    for (int i = 0; i < k_theme_count; ++i) {
        const Theme& t = theme_of(static_cast<ThemeName>(i));
        if (ImGui::MenuItem(std::string(t.label).c_str(), nullptr, settings.theme == t.name)) commands.post(command::SetTheme{std::string(t.label)});
    }
    ImGui::Separator();
    for (const double scale : {0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0})
        if (ImGui::MenuItem(fmt::format("{:.0f} %", 100 * scale).c_str(), scale == 1.0 ? "Ctrl+0" : nullptr, std::abs(settings.scale - scale) < 0.01))
            commands.post(command::SetScale{scale});
    ImGui::Separator();
    if (ImGui::MenuItem("Reset the layout")) reset_layout_ = true;
    if (s.model && ImGui::MenuItem("Open a model…", "Ctrl+O")) open_file_ = true;
    ImGui::EndPopup();
}

} // namespace gf
