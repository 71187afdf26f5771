#include "app/shell/transport.h"

#include "app/host/frame_request.h"
#include "app/start/model_paths.h"
#include "app/view/key_bindings.h"
#include "app/widgets/menu.h"
#include "app/widgets/widgets.h"
#include "text/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths of the bar from which on it has room for ... In their order; the prompt never gets less than
// the last one.
constexpr float k_room_for_shape = 1480, k_room_for_title = 1240, k_room_for_undo = 1100,
                k_room_for_speed = 860, k_room_for_model = 720, k_room_for_find = 560,
                k_room_for_counter = 500, k_room_for_names = 400, k_least_prompt = 32;
constexpr std::size_t k_longest_name = 24; ///< bytes of a model's name

} // namespace

void Transport::draw(const Snapshot& s, const PanelArrangement& arrangement, PanelList panels,
                     const Settings& settings, Commands& commands) {
    const float width = ImGui::GetContentRegionAvail().x, left = ImGui::GetCursorPosX();
    const auto has_room = [&](float length) { return width >= px(length); };
    if (has_room(k_room_for_title)) {
        label_text("Glassformer", theme().text, TextSize::title, Face::bold);
        ImGui::SameLine(0, px(16));
    }
    if (s.model && (has_room(k_room_for_model) || !s.has_run())) {
        const ModelConfig& c = s.config();
        text_ = has_room(k_room_for_shape) && !s.has_source()
                    ? fmt::format("{} layers x {} heads, {}", c.n_layers, c.n_heads,
                                  shown_count(static_cast<double>(s.model->weights->size())))
                    : "";
        if (s.model != named_model_) name_model(s);
        if (chip(name_.c_str(), text_, false)) commands.post(command::ChooseFile{});
        tooltip("Open another model");
        ImGui::SameLine(0, px(12));
    }
    const QuietButton find{has_room(k_room_for_counter) ? "Ctrl+K" : "", Icon::search, false},
        help{"?", {}, false};
    const bool finds = has_room(k_room_for_find);
    const float menu_width = menu_.width(arrangement) +
                             (finds ? quiet_button_width(find) + quiet_button_width(help) + 2 * px(4) : 0);
    if (s.has_run()) {
        // The prompt takes what the other controls leave; their width is known from the frame before.
        draw_texts(s, commands,
                   std::max(width - (ImGui::GetCursorPosX() - left) - controls_width_, px(k_least_prompt)));
        const float prompt_end = ImGui::GetItemRectMax().x;
        ImGui::SameLine(0, px(has_room(k_room_for_names) ? 16 : 8));
        draw_buttons(s, commands);
        if (has_room(k_room_for_counter)) {
            ImGui::SameLine(0, px(12));
            text_ = fmt::format("token {} / {}", s.cursor, s.config().n_ctx);
            label_text(text_, theme().muted, TextSize::body);
        }
        if (has_room(k_room_for_undo)) {
            ImGui::SameLine(0, px(16));
            draw_seed(s, commands);
        }
        if (has_room(k_room_for_speed)) {
            ImGui::SameLine(0, px(12));
            draw_speed(s, commands);
        }
        if (has_room(k_room_for_undo)) draw_undo(s, commands);
        const float controls = ImGui::GetItemRectMax().x - prompt_end + px(8) + menu_width;
        if (controls != controls_width_) request_frame();
        controls_width_ = controls;
        ImGui::SameLine();
    }
    ImGui::SetCursorPosX(left + width - menu_width);
    menu_.draw(s, arrangement, panels, settings, commands);
    if (!finds) return;
    ImGui::SameLine(0, px(4));
    if (quiet_button("Find", find, "Find anything  (Ctrl+K)")) commands.post(command::Find{});
    ImGui::SameLine(0, px(4));
    if (quiet_button("Help", help, "Keys and gestures  (F1)")) commands.post(command::ShowHelp{});
}

void Transport::draw_undo(const Snapshot& s, Commands& commands) {
    ImGui::SameLine(0, px(8));
    ImGui::BeginDisabled(!s.can_undo);
    if (quiet_button("Undo", {"", Icon::undo, false}, "Undo  (Ctrl+Z)")) commands.post(command::Undo{});
    ImGui::EndDisabled();
    ImGui::SameLine(0, 0);
    ImGui::BeginDisabled(!s.can_redo);
    if (quiet_button("Redo", {"", Icon::redo, false}, "Redo  (Ctrl+Shift+Z)")) commands.post(command::Redo{});
    ImGui::EndDisabled();
}

/// What its chip says: the name, or its beginning.
void Transport::name_model(const Snapshot& s) {
    named_model_ = s.model;
    name_ = escape_invalid_utf8(s.model->name);
    if (name_.size() > k_longest_name) {
        name_.resize(k_longest_name);
        name_.resize(valid_utf8_size(name_));
        name_ += "…";
    }
    ImGuiHost::current().require_glyphs(name_);
    name_ += "##model"; // a model may be called "Layout"
}

/// True when Enter was pressed.
bool Transport::draw_entry(Entry& e, const char* label, const std::string& text, const char* hint,
                           float width) {
    if (text != e.shown) e.typed = e.shown = text;
    if (e.typed != e.glyphs_of) ImGuiHost::current().require_glyphs(e.glyphs_of = e.typed);
    return text_field(label, e.typed, hint, width, ImGuiInputTextFlags_EnterReturnsTrue);
}

/// The prompt; before it, of an encoder-decoder, the source that it answers.
void Transport::draw_texts(const Snapshot& s, Commands& commands, float width) {
    const bool words = s.model->tokenizer != nullptr;
    if (s.has_source()) {
        const float gap = px(8), half = std::max(std::floor((width - gap) * 0.6f), 1.0f);
        if (draw_entry(source_, "Source", s.source,
                       words ? "Source: what the encoder reads" : "Source ids, e.g. 1, 2, 3", half))
            commands.post(command::SetSource{source_.typed});
        tooltip("What the encoder reads: type a text and press Enter. The decoder answers it.");
        ImGui::SameLine(0, gap);
        width = std::max(width - gap - half, 1.0f);
    }
    const char* hint = !words           ? "Token ids, e.g. 1, 2, 3"
                       : s.has_source() ? "How the answer begins"
                                        : "Prompt: type a text and press Enter";
    if (draw_entry(prompt_, "Prompt", s.prompt, hint, width))
        commands.post(command::SetPrompt{prompt_.typed, false});
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
    if (slim_slider("tokens per second", speed, 0.5f, 100, "%.1f", ImGuiSliderFlags_Logarithmic))
        commands.post(command::SetSpeed{static_cast<double>(speed)});
    ImGui::EndPopup();
}

void Transport::draw_seed(const Snapshot& s, Commands& commands) {
    if (s.seed != shown_seed_ || seed_.empty()) {
        shown_seed_ = s.seed;
        seed_ = std::to_string(s.seed);
    }
    label_text("seed", theme().muted, TextSize::body);
    ImGui::SameLine(0, px(6));
    if (!text_field("Seed", seed_, "", px(60),
                    ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CharsDecimal))
        return;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(seed_.data(), seed_.data() + seed_.size(), value);
    if (error == std::errc() && end == seed_.data() + seed_.size())
        commands.post(command::SetSeed{value});
    else
        seed_ = std::to_string(s.seed);
}

} // namespace gf::ui
