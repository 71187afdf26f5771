#include "app/panels/watches/watches_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/watches/watch_history.h"
#include "app/view/token_labels.h"
#include "app/widgets/buttons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/text_field.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "platform/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>

namespace gf::ui {
namespace {

constexpr float k_history = 34, k_widest_slot = 14;    // design lengths
constexpr std::size_t k_budget = std::size_t{1} << 19; ///< values read in a frame, of all watches
constexpr const char* k_example = "surprisal > 6   or   blocks.1.attn.hook_pattern[0, t, 0]";

/// Writes small words over the panel's width, and tells what stands there.
void write_wrapped(std::string_view text, ImU32 colour) {
    record_text(font(TextSize::small), ImGui::GetCursorScreenPos(), text, available_width());
    wrapped_text(text, available_width(), colour, TextSize::small);
}

class WatchesPanel : public Panel {
  public:
    const char* title() const override { return "Watches"; }
    const char* about() const override {
        return "numbers and conditions at each token; playing stops where one holds";
    }
    bool always_shows_text() const override { return true; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_field(const View& view, Commands& commands);
    void draw_watch(const View& view, const Watch& watch, Selection& selection, Commands& commands);
    void draw_history(const View& view, const WatchHistory& history, bool is_condition, Selection& selection,
                      Commands& commands);
    void read_typed(const View& view);
    template <class... Args>
    std::string_view format(fmt::format_string<Args...> words, Args&&... args) {
        text_.clear();
        fmt::format_to(std::back_inserter(text_), words, std::forward<Args>(args)...);
        return {text_.data(), text_.size()};
    }

    std::string typed_, read_;              ///< in the field, and what of it was understood or not
    std::weak_ptr<const Weights> read_for_; ///< the model that it was read for
    std::optional<Expression> understood_;
    std::string problem_;
    std::map<std::string, WatchHistory> histories_;
    fmt::memory_buffer text_;
};

/// Understands what is being typed, so that a mistake is said before Enter.
void WatchesPanel::read_typed(const View& v) {
    const auto weights = v.trace().shared_weights();
    if (typed_ == read_ && read_for_.lock() == weights) return;
    read_ = typed_;
    read_for_ = weights;
    understood_.reset();
    problem_.clear();
    if (typed_.find_first_not_of(' ') == std::string::npos) return;
    try {
        understood_ = Expression(typed_, v.config());
    } catch (const Error& e) {
        problem_ = "expected " + e.problem().expected + "; found " + e.problem().found;
    }
}

void WatchesPanel::draw_field(const View& v, Commands& commands) {
    read_typed(v);
    const bool may_run = understood_ && understood_->is_condition();
    const float button = measure(font(TextSize::body), "Run until").x + px(24);
    const bool entered =
        text_field("Watch", typed_, k_example, std::max(available_width() - button - px(8), px(80)),
                   ImGuiInputTextFlags_EnterReturnsTrue);
    ImGui::SameLine(0, px(8));
    ImGui::BeginDisabled(!may_run);
    if (push_button("Run until", button, may_run ? Emphasis::primary : Emphasis::plain))
        commands.post(command::RunUntil{typed_});
    ImGui::EndDisabled();
    if (may_run) tooltip("Plays until this holds at a new token");
    if (!problem_.empty()) write_wrapped(problem_, theme().accent_text);
    if (!entered || !understood_) return;
    commands.post(command::SetWatch{typed_, may_run});
    typed_.clear();
}

/// A slot for each token: a bar for a number, a filled slot where a condition holds.
void WatchesPanel::draw_history(const View& v, const WatchHistory& h, bool is_condition, Selection& selection,
                                Commands& commands) {
    const Theme& t = theme();
    const ButtonItem item = button_item("history", {available_width(), px(k_history)});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_fill(list, item.box, t.control, px(4));
    const auto n = static_cast<float>(std::max(v.cursor, 1));
    const float slot = std::min(item.box.width() / n, px(k_widest_slot));
    const double span = h.greatest() - h.least();
    const auto y_of = [&](double value) {
        const double share = span > 0 ? (value - h.least()) / span : 0;
        return item.box.max.y - px(2) - static_cast<float>(share) * (item.box.height() - px(4));
    };
    const int in_view = selection.token_in_view(v.cursor);
    for (int at = 0; at < std::min(v.cursor, static_cast<int>(h.values().size())); ++at) {
        const double value = h.values()[static_cast<std::size_t>(at)];
        const float left = item.box.min.x + slot * static_cast<float>(at),
                    right = left + std::max(slot - 1, 1.0f);
        if (at == in_view) list.AddRectFilled({left, item.box.min.y}, {right, item.box.max.y}, t.accent_tint);
        if (!std::isfinite(value) || (is_condition && value == 0)) continue;
        const float top = is_condition ? item.box.min.y + px(2) : y_of(std::max(value, 0.0));
        const float bottom = is_condition ? item.box.max.y - px(2) : y_of(std::min(value, 0.0));
        list.AddRectFilled({left, std::min(top, bottom - 1)}, {right, bottom},
                           at == in_view ? t.accent : t.muted);
    }
    draw_focus_ring(item, px(4));
    if (!item.hovered) return;
    const int at = static_cast<int>((ImGui::GetMousePos().x - item.box.min.x) / slot);
    if (at < 0 || at >= std::min(v.cursor, static_cast<int>(h.values().size()))) return;
    selection.token.set(at);
    const double value = h.values()[static_cast<std::size_t>(at)];
    const std::string& label = label_at(v.run, at);
    tooltip(std::isnan(value) ? format("{} {}: no value", at, label)
            : is_condition    ? format("{} {}: {}", at, label, value == 1 ? "it holds" : "it does not hold")
                              : format("{} {}: {:.6g}", at, label, value));
    if (item.pressed) commands.post(command::PinToken{selection.pinned_token == at ? -1 : at});
}

void WatchesPanel::draw_watch(const View& v, const Watch& watch, Selection& selection, Commands& commands) {
    const Theme& t = theme();
    const bool is_condition = watch.expression && watch.expression->is_condition();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float right = at.x + available_width();
    const float buttons = px(34) + (is_condition ? px(64) : 0);
    const UiRect line{at, {right - buttons, at.y + px(k_control_height)}};
    WatchHistory& history = histories_[watch.text];
    const int in_view = selection.token_in_view(v.cursor);
    std::string_view value = "";
    if (watch.expression) {
        if (!history.advance(*watch.expression, v.values, v.cursor, k_budget / v.snapshot.watches->size()))
            request_frame();
        if (in_view >= 0 && in_view < static_cast<int>(history.values().size())) {
            const double x = history.values()[static_cast<std::size_t>(in_view)];
            value = std::isnan(x)  ? "no value"
                    : is_condition ? (x == 1 ? "holds" : "no")
                                   : format("{:.4g}", x);
        }
    }
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* numbers = font(TextSize::body, Face::mono_bold);
    const float value_left = line.max.x - px(10) - measure(numbers, value).x;
    draw_text_cut(list, {line.min, {value_left - px(8), line.max.y}}, font(TextSize::body, Face::mono),
                  watch.expression ? t.text : t.muted, watch.text);
    draw_text(list, line, value_left, numbers, value == "holds" ? t.accent_text : t.text, value);
    text_item("text", line.size());
    tooltip(watch.problem.empty() ? std::string_view(watch.text) : std::string_view(watch.problem));
    ImGui::SetCursorScreenPos({line.max.x, line.min.y});
    if (is_condition) {
        bool stops = watch.stops;
        if (toggle("stop", stops)) commands.post(command::SetWatch{watch.text, stops});
        tooltip("Playing stops at each token at which it holds");
        ImGui::SetCursorScreenPos({right - px(30), line.min.y});
    }
    if (icon_button("Remove", Icon::close, "", "Watches it no longer"))
        commands.post(command::RemoveWatch{watch.text});
    const std::string missing = watch.expression ? watch.expression->missing(v.values) : watch.problem;
    if (!missing.empty())
        write_wrapped(missing, t.muted);
    else
        draw_history(v, history, is_condition, selection, commands);
    vertical_space(6);
}

void WatchesPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const Watches& watches = *v.snapshot.watches;
    panel_header(title(), about());
    draw_field(v, commands);
    ImGui::BeginChild("list", {0, 0}, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    if (watches.empty())
        write_wrapped(
            "Type what is to be watched and press Enter. A cell is the name of a site with its indices, "
            "where t is the token: blocks.1.attn.hook_pattern[3, t, 0] is what head 3 of layer 1 gives to "
            "the first token. Words: t, token, drawn, likeliest, probability, surprisal, entropy. Joined "
            "by + - * /, < <= > >= = !=, not, and, or.",
            theme().muted);
    std::erase_if(histories_, [&](const auto& entry) {
        return std::none_of(watches.begin(), watches.end(),
                            [&](const Watch& w) { return w.text == entry.first; });
    });
    for (const Watch& watch : watches) {
        ImGui::PushID(watch.text.c_str());
        draw_watch(v, watch, selection, commands);
        ImGui::PopID();
    }
    ImGui::EndChild();
}

} // namespace

std::unique_ptr<Panel> make_watches_panel() { return std::make_unique<WatchesPanel>(); }

} // namespace gf::ui
