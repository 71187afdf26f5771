#include "app/panels/text/alternatives_menu.h"

#include "app/panels/text/item_label.h"
#include "app/view/token_labels.h"
#include "app/widgets/popup.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr const char* k_popup_name = "alternatives";
constexpr int k_n_tokens = 12;
// Design lengths.
constexpr float k_width = 260, k_alternative_height = 24, k_bar_width = 80, k_padding = 6;

} // namespace

void AlternativesMenu::open() { ImGui::OpenPopup(k_popup_name); }

void AlternativesMenu::find_likeliest(const View& v, int position) {
    const SamplingChain& chain = v.snapshot.chain;
    if (trace_.lock() == v.run.trace && position_ == position && chain_ == chain) return;
    trace_ = v.run.trace;
    position_ = position;
    chain_ = chain;
    const real* logits = v.trace().row(Site::logits, -1, v.config().logits_row(position));
    const int n_before = v.config().fills_in() ? v.cursor : position;
    sampler_.sample({logits, static_cast<std::size_t>(v.config().d_vocab)},
                    {v.trace().tokens(), static_cast<std::size_t>(n_before)}, chain, v.snapshot.next_draw,
                    step_);
    top_ids(step_.penalised, k_n_tokens, ids_);
}

void AlternativesMenu::draw(const View& v, int position, const UiRect& token, Commands& commands) {
    if (!begin_popup_beside(k_popup_name, token)) return;
    find_likeliest(v, position);
    const bool is_written = position < v.run.rows_wanted;
    ImFont* f = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = popup_width(k_width);
    const UiRect line{at, {at.x + width, at.y + f->FontSize}};
    ImGui::Dummy({width, f->FontSize + px(4)});
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_text(list, line, at.x, f, theme().muted,
              is_written ? "Write another one: a branch" : "Continue with");
    draw_text(list, line, line.max.x - px(k_padding) - std::ceil(measure(f, "p").x), f, theme().muted, "p");
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    for (const int id : ids_) draw_row(id, is_written && v.run.token(position) == id, position, commands);
    ImGui::PopStyleVar();
    ImGui::EndPopup();
}

void AlternativesMenu::draw_row(int id, bool is_present, int position, Commands& commands) {
    const Theme& t = theme();
    const double p = final_probability(step_, id);
    const bool is_cut = step_.cut_by[static_cast<std::size_t>(id)] != 0;
    char text[16] = "cut";
    if (!is_cut) *fmt::format_to_n(text, sizeof text - 1, "{:.1f} %", 100 * p).out = 0;
    label_ = fmt::format("{:<10} {:>7}##{}", escape_label(token_labels().label(id)), text, id);
    const ButtonItem item = button_item(label_.c_str(), {popup_width(k_width), px(k_alternative_height)});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(4));
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float digits = std::ceil(measure(numbers, "100.0 %").x);
    const float right = item.box.max.x - px(k_padding), bar_end = right - digits - px(8),
                bar = bar_end - px(k_bar_width);
    const ImU32 ink = is_present ? t.accent_text : is_cut ? t.faint : t.text;
    draw_text_cut(list, {{item.box.min.x + px(k_padding), item.box.min.y}, {bar - px(8), item.box.max.y}},
                  font(TextSize::body, is_present ? Face::bold : Face::regular), ink,
                  token_labels().label(id));
    const float middle = std::floor(item.box.center().y),
                share = static_cast<float>(p / std::max(final_probability(step_, ids_[0]), 1e-30));
    if (!is_cut)
        list.AddRectFilled({bar, middle - px(2)},
                           {bar + std::max((bar_end - bar) * share, px(1)), middle + px(2)},
                           is_present ? t.accent : t.block, px(1));
    draw_text(list, item.box, right - std::ceil(measure(numbers, text).x), numbers, ink, text);
    draw_focus_ring(item, px(4));
    if (!item.pressed) return;
    commands.post(command::ForceToken{position, id});
    ImGui::CloseCurrentPopup();
}

} // namespace gf::ui
