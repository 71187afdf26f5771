#include "app/shell/transport.h"

#include "app/host/frame_request.h"
#include "app/view/key_bindings.h"
#include "app/view/shown_amounts.h"
#include "app/widgets/buttons.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/popup.h"
#include "app/widgets/slider.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/text_field.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/words/term.h"
#include "text/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf::ui {
namespace {

// Widths of the bar from which on these things have room in it, as design lengths.
constexpr float k_with_find_key = 1100, k_with_view = 940, k_with_shape = 1480, k_with_title = 1240,
                k_with_undo = 980, k_with_speed = 860, k_with_model = 720, k_with_find = 560,
                k_with_counter = 500, k_with_wide_gap = 400, k_with_ends = 300, k_with_layout_name = 280;
constexpr float k_min_prompt_width = 32;                                    ///< design length
constexpr std::size_t k_max_name_length = 24, k_max_name_in_low_width = 12; ///< bytes of a model's name

/// The width of "token 256 / 256" in digits of the widest kind.
float widest_counter_width(int n_ctx) {
    const std::string zeros(std::to_string(n_ctx).size(), '0');
    return std::ceil(measure(font(TextSize::body), fmt::format("token {} / {}", zeros, zeros)).x);
}

} // namespace

void Transport::draw(const Snapshot& s, const PanelArrangement& arrangement, PanelList panels,
                     const Settings& settings, Commands& commands) {
    const float width = ImGui::GetContentRegionAvail().x, left = ImGui::GetCursorPosX();
    if (width >= px(k_with_title)) {
        label_text("Glassformer", theme().text, TextSize::title, Face::bold);
        ImGui::SameLine(0, px(16));
    }
    if (s.model && (width >= px(k_with_model) || !s.has_run()))
        draw_model(s, width >= px(k_with_shape), commands);
    const QuietButton find{width >= px(k_with_find_key) ? "Ctrl+K" : "", Icon::search, false},
        help{"?", {}, false};
    const bool with_find = width >= px(k_with_find);
    const MenuRoom menu_room = width >= px(k_with_view)          ? MenuRoom::both
                               : width >= px(k_with_layout_name) ? MenuRoom::layout
                                                                 : MenuRoom::arrow;
    float menu_width = menu_.width(arrangement, menu_room);
    if (with_find) menu_width += quiet_button_width(find) + quiet_button_width(help) + 2 * px(4);
    if (s.has_run()) draw_run_controls(s, width, left, menu_width, commands);
    ImGui::SetCursorPosX(left + width - menu_width);
    menu_.draw(s, arrangement, panels, settings, menu_room, commands);
    if (!with_find) return;
    ImGui::SameLine(0, px(4));
    if (quiet_button("Find", find, "Find anything  (Ctrl+K)")) commands.post(command::Find{});
    ImGui::SameLine(0, px(4));
    if (quiet_button("Help", help, "Keys and gestures  (F1)")) commands.post(command::ShowHelp{});
}

void Transport::draw_model(const Snapshot& s, bool with_shape, Commands& commands) {
    const ModelConfig& c = s.config();
    text_ = with_shape && !s.source_run()
                ? fmt::format("{} layers x {} heads, {}", c.n_layers, c.n_heads,
                              shown_count(static_cast<double>(s.model->weights->size())))
                : "";
    const std::size_t most =
        ImGui::GetWindowWidth() >= px(k_with_find_key) ? k_max_name_length : k_max_name_in_low_width;
    if (s.model != labelled_model_ || most != label_length_) update_model_label(s, most);
    if (chip(model_label_.c_str(), text_, false)) commands.post(command::ChooseFile{});
    tooltip("Open another model");
    ImGui::SameLine(0, px(12));
}

/// Everything between the model and the menu. The prompt takes what the other controls leave; their width is
/// known from the frame before.
void Transport::draw_run_controls(const Snapshot& s, float bar_width, float bar_left, float menu_width,
                                  Commands& commands) {
    const float prompt_left = ImGui::GetCursorPosX() - bar_left;
    draw_texts(s, commands, std::max(bar_width - prompt_left - controls_width_, px(k_min_prompt_width)));
    const float prompt_right = ImGui::GetItemRectMax().x;
    ImGui::SameLine(0, px(bar_width >= px(k_with_wide_gap) ? 16 : 8));
    draw_buttons(s, bar_width >= px(k_with_ends), commands);
    if (bar_width >= px(k_with_counter)) {
        ImGui::SameLine(0, px(12));
        draw_counter(s);
    }
    if (bar_width >= px(k_with_undo)) {
        ImGui::SameLine(0, px(16));
        draw_seed(s, commands);
    }
    if (bar_width >= px(k_with_speed)) {
        ImGui::SameLine(0, px(12));
        draw_speed(s, commands);
    }
    if (bar_width >= px(k_with_undo)) draw_undo(s, commands);
    const float controls_width = ImGui::GetItemRectMax().x - prompt_right + px(8) + menu_width;
    if (controls_width != controls_width_) request_frame();
    controls_width_ = controls_width;
    ImGui::SameLine();
}

/// How far the text has come. Its place is as wide as it will ever be, so that nothing beside it moves.
void Transport::draw_counter(const Snapshot& s) {
    const float left = ImGui::GetCursorPosX();
    text_ = fmt::format("token {} / {}", s.cursor(), s.config().n_ctx);
    const float room = widest_counter_width(s.config().n_ctx);
    label_text(text_, theme().muted, TextSize::body);
    term_tooltip(term("context"), "the number of tokens shown, of all that the model can read at once");
    ImGui::SameLine(0, 0);
    ImGui::SetCursorPosX(left + room);
    ImGui::Dummy({0, px(k_control_height)});
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

/// The model's chip shows its name, or the beginning of one that is longer than `most` bytes.
void Transport::update_model_label(const Snapshot& s, std::size_t most) {
    label_length_ = most;
    labelled_model_ = s.model;
    model_label_ = escape_invalid_utf8(s.model->name);
    if (model_label_.size() > most) {
        model_label_.resize(most);
        model_label_.resize(valid_utf8_size(model_label_));
        model_label_ += "…";
    }
    ImGuiHost::current().require_glyphs(model_label_);
    model_label_ += "##model"; // because a model may be called as another item is, e.g. "Layout"
}

/// Returns true when Enter was pressed.
bool Transport::draw_text_entry(TextEntry& entry, const char* label, const std::string& text,
                                const char* hint, float width) {
    if (text != entry.in_snapshot) entry.typed = entry.in_snapshot = text;
    if (entry.typed != entry.with_glyphs)
        ImGuiHost::current().require_glyphs((entry.with_glyphs = entry.typed) + "⇥");
    return text_field_with_breaks(label, entry.typed, hint, width, ImGuiInputTextFlags_EnterReturnsTrue);
}

/// The field of the prompt. For an encoder-decoder the field of its source stands before it.
void Transport::draw_texts(const Snapshot& s, Commands& commands, float width) {
    const bool has_words = s.model->tokenizer != nullptr;
    if (s.source_run()) {
        const float gap = px(8), source_width = std::max(std::floor((width - gap) * 0.6f), 1.0f);
        if (draw_text_entry(source_, "Source", s.source,
                            has_words ? "Source: what the encoder reads" : "Source ids, e.g. 1, 2, 3",
                            source_width))
            commands.post(command::SetSource{source_.typed});
        tooltip("What the encoder reads: type a text and press Enter. The decoder answers it.");
        ImGui::SameLine(0, gap);
        width = std::max(width - gap - source_width, 1.0f);
    }
    const char* hint = !has_words       ? "Token ids, e.g. 1, 2, 3"
                       : s.source_run() ? "How the answer begins"
                                        : "Prompt: type a text and press Enter";
    if (draw_text_entry(prompt_, "Prompt", s.prompt, hint, width))
        commands.post(command::SetPrompt{prompt_.typed, false});
}

void Transport::draw_buttons(const Snapshot& s, bool with_ends, Commands& commands) {
    const float gap = px(4);
    if (with_ends) {
        if (icon_button("First", Icon::first, "Home", "Goes back to the first token."))
            commands.post(command::Jump{1});
        ImGui::SameLine(0, gap);
    }
    if (icon_button("Back", Icon::back, "Left", "Takes one token back; nothing is lost."))
        commands.post(command::Step{-1});
    ImGui::SameLine(0, gap);
    if (s.playing) {
        if (icon_button("Pause", Icon::pause, "Space", "Stops after this token.", Emphasis::primary))
            commands.post(command::Pause{});
    } else if (icon_button("Play", Icon::play, "Space", "Lets the model write on, token by token.",
                           Emphasis::primary)) {
        commands.post(command::Play{});
    }
    ImGui::SameLine(0, gap);
    if (icon_button("Step", Icon::forward, "Right",
                    "Adds one token: the next that is written, or a new draw."))
        commands.post(command::Step{1});
    if (!with_ends) return;
    ImGui::SameLine(0, gap);
    if (icon_button("Last", Icon::last, "End", "Goes to the last token that was written."))
        commands.post(command::Jump{s.text().rows_wanted});
}

void Transport::draw_speed(const Snapshot& s, Commands& commands) {
    text_ = s.tokens_per_s_limit > 0 ? fmt::format("{:.3g}/s", s.tokens_per_s_limit) : "full";
    constexpr const char* k_widest_speed = "99.9/s";
    if (chip("speed", text_, false, k_widest_speed)) ImGui::OpenPopup("speed of playing");
    tooltip("Tokens per second while playing");
    if (!begin_popup_beside("speed of playing", region_of_last_item())) return;
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
    term_tooltip(term("seed"), "type another one and press Enter");
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
