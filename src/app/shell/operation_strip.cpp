#include "app/shell/operation_strip.h"

#include "app/host/frame_request.h"
#include "app/view/operation_sentence.h"
#include "app/view/operations.h"
#include "app/widgets/buttons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_margin = 8, k_padding = 4, k_buttons = 3 * 30 + 2 * 4, k_title_space = 14,
                k_least_words = 120;
/// An operation stays as long as its sentence takes to be read; nothing moves meanwhile.
constexpr double k_seconds = 2.5;

} // namespace

/// Goes to the next operation when its time has come. It ends with the last one.
void OperationStrip::go_on(const View& v, const Selection& selection, Commands& commands) {
    request_frame(); // else the window would sleep until the next input
    const double now = ImGui::GetTime();
    if (shown_since_ < 0 || shown_ != selection.operation) shown_since_ = now;
    shown_ = selection.operation;
    if (now - shown_since_ < k_seconds) return;
    const Operation next = operation_after(v.run, v.snapshot.chain, selection, 1);
    if (next == selection.operation) return play(false);
    commands.post(command::SelectOperation{operation_name(next)});
}

/// "51/106  layer 2, attention". Made again only when the operation, the model or the stages change.
void OperationStrip::update_title(const View& v, const Operation& operation) {
    const auto weights = v.trace().shared_weights();
    if (titled_ == operation && titled_weights_.lock() == weights && titled_chain_ == v.snapshot.chain)
        return;
    titled_ = operation;
    titled_weights_ = weights;
    titled_chain_ = v.snapshot.chain;
    const std::vector<Operation> all = all_operations(v.run, v.snapshot.chain);
    const auto at = std::find(all.begin(), all.end(), operation);
    title_ = at == all.end() ? "" : fmt::format("{}/{}  ", at - all.begin() + 1, all.size());
    title_ += operation_title(v, operation);
}

float OperationStrip::draw(const View& v, const Selection& selection, float top, Commands& commands) {
    if (!selection.operation) {
        play(false);
        return top;
    }
    if (playing_) go_on(v, selection, commands);
    const Operation operation = *selection.operation;
    update_title(v, operation);
    const std::string_view title = title_;
    text_.clear();
    write_operation_sentence(v, selection, operation, text_);
    const std::string_view words(text_.data(), text_.size());

    const Theme& t = theme();
    ImFont *body = font(TextSize::body), *bold = font(TextSize::body, Face::bold);
    const float display = ImGui::GetIO().DisplaySize.x, left = px(k_margin + 6);
    const float close_left = display - px(k_margin) - px(36);
    const float title_left = left + px(k_buttons + k_title_space),
                title_width = std::ceil(measure(bold, title).x);
    const bool is_narrow = close_left - title_left - title_width - px(k_title_space) < px(k_least_words);
    const float words_left = is_narrow ? title_left : title_left + title_width + px(k_title_space);
    const float width = std::max(close_left - px(8) - words_left, px(60));
    const float words_height = wrapped_text_height(body, words, width);
    const float inner = std::max(words_height + px(8), px(k_control_height) + px(2 * k_padding));
    const UiRect box = begin_strip("Operation", top, inner);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float button_top = std::floor(box.center().y - px(k_control_height) / 2);
    ImGui::SetCursorScreenPos({left, button_top});
    if (icon_button("Previous operation", Icon::back, "Shift+Left", "One step of the computation back."))
        commands.post(command::SelectOperation{
            operation_name(operation_after(v.run, v.snapshot.chain, selection, -1))});
    ImGui::SameLine(0, px(4));
    if (icon_button("Play operations", playing_ ? Icon::pause : Icon::play, "",
                    playing_ ? "Stops here." : "Goes through the steps by itself."))
        commands.post(command::PlayOperations{!playing_});
    ImGui::SameLine(0, px(4));
    if (icon_button("Next operation", Icon::forward, "Shift+Right", "One step of the computation on."))
        commands.post(
            command::SelectOperation{operation_name(operation_after(v.run, v.snapshot.chain, selection, 1))});
    if (!is_narrow) draw_text(list, box, title_left, bold, t.text, title);
    draw_wrapped_text(list, {words_left, std::floor(box.center().y - words_height / 2)}, body, t.text, words,
                      width);
    ImGui::SetCursorScreenPos({close_left, button_top});
    if (icon_button("Close", Icon::close, "Esc", "Closes this line."))
        commands.post(command::SelectOperation{});
    end_bar();
    return strip_end(top, inner);
}

} // namespace gf::ui
