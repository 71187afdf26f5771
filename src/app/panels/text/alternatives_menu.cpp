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
constexpr float k_width = 260, k_alternative_height = 24, k_bar_width = 80; // design lengths

} // namespace

void AlternativesMenu::open() { ImGui::OpenPopup(k_popup_name); }

void AlternativesMenu::find_likeliest(const View& v, int position) {
    if (trace_ == v.run.trace && position_ == position) return;
    trace_ = v.run.trace;
    position_ = position;
    const int d_vocab = v.config().d_vocab;
    const real* logits = v.trace().row(Site::logits, -1, v.config().logits_row(position));
    top_ids({logits, static_cast<std::size_t>(d_vocab)}, k_n_tokens, ids_);
    probabilities_.clear();
    const auto max_logit = static_cast<double>(logits[ids_[0]]);
    double sum = 0;
    for (int i = 0; i < d_vocab; ++i) sum += std::exp(static_cast<double>(logits[i]) - max_logit);
    for (const int id : ids_)
        probabilities_.push_back(std::exp(static_cast<double>(logits[id]) - max_logit) / sum);
}

void AlternativesMenu::draw(const View& v, int position, Commands& commands) {
    if (!begin_popup(k_popup_name)) return;
    find_likeliest(v, position);
    const bool is_written = position < v.run.rows_wanted;
    ImFont* f = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({popup_width(k_width), f->FontSize + px(4)});
    draw_text(*ImGui::GetWindowDrawList(), {at, {at.x + popup_width(k_width), at.y + f->FontSize}}, at.x, f,
              theme().muted, is_written ? "Write another one: a branch" : "Continue with");
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    for (std::size_t i = 0; i < ids_.size(); ++i)
        draw_row(ids_[i], probabilities_[i], is_written && v.run.token(position) == ids_[i], position,
                 commands);
    ImGui::PopStyleVar();
    ImGui::EndPopup();
}

void AlternativesMenu::draw_row(int id, double p, bool is_present, int position, Commands& commands) {
    const Theme& t = theme();
    label_ = fmt::format("{:<10} {:5.1f} %##{}", escape_label(token_labels().label(id)), 100 * p, id);
    const ButtonItem item = button_item(label_.c_str(), {popup_width(k_width), px(k_alternative_height)});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(4));
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float digits = std::ceil(measure(numbers, "100.0 %").x), pad = px(6);
    const float right = item.box.max.x - pad, bar_end = right - digits - px(8),
                bar = bar_end - px(k_bar_width);
    draw_text_cut(list, {{item.box.min.x + pad, item.box.min.y}, {bar - px(8), item.box.max.y}},
                  font(TextSize::body, is_present ? Face::bold : Face::regular),
                  is_present ? t.accent_text : t.text, token_labels().label(id));
    const float middle = std::floor(item.box.center().y),
                share = static_cast<float>(p / std::max(probabilities_[0], 1e-30));
    list.AddRectFilled({bar, middle - px(2)},
                       {bar + std::max((bar_end - bar) * share, px(1)), middle + px(2)},
                       is_present ? t.accent : t.block, px(1));
    char text[16];
    *fmt::format_to_n(text, sizeof text - 1, "{:.1f} %", 100 * p).out = 0;
    draw_text(list, item.box, right - std::ceil(measure(numbers, text).x), numbers,
              is_present ? t.accent_text : t.text, text);
    draw_focus_ring(item, px(4));
    if (!item.pressed) return;
    commands.post(command::ForceToken{position, id});
    ImGui::CloseCurrentPopup();
}

} // namespace gf::ui
