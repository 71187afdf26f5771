#include "app/panels/text/alternatives.h"

#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr const char* k_name = "alternatives";
constexpr float k_width = 260, k_row = 24;

} // namespace

std::string in_label(std::string text) {
    for (std::size_t at = 0; (at = text.find("##", at)) != std::string::npos; ++at)
        text.insert(at + 1, 1, ' ');
    if (text.ends_with('#')) text.push_back(' ');
    return text;
}

void Alternatives::open() { ImGui::OpenPopup(k_name); }

void Alternatives::look_up(const Snapshot& s, int position) {
    if (trace_ == s.run().trace && position_ == position) return;
    trace_ = s.run().trace;
    position_ = position;
    const int d_vocab = s.config().d_vocab;
    const real* logits = s.trace().row(Site::logits, -1, s.config().logits_row(position));
    top_ids({logits, static_cast<std::size_t>(d_vocab)}, k_count, ids_);
    p_.clear();
    const auto most = static_cast<double>(logits[ids_[0]]);
    double sum = 0;
    for (int i = 0; i < d_vocab; ++i) sum += std::exp(static_cast<double>(logits[i]) - most);
    for (const int id : ids_) p_.push_back(std::exp(static_cast<double>(logits[id]) - most) / sum);
}

void Alternatives::draw(const Snapshot& s, int position, Commands& commands) {
    if (!ImGui::BeginPopup(k_name)) return;
    look_up(s, position);
    const bool written = position < s.run().rows;
    ImFont* f = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({px(k_width), f->FontSize + px(4)});
    put_text(*ImGui::GetWindowDrawList(), {at, {at.x + px(k_width), at.y + f->FontSize}}, at.x, f,
             theme().muted, written ? "Write another one: a branch" : "Continue with");
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    for (std::size_t i = 0; i < ids_.size(); ++i)
        row(ids_[i], p_[i], written && s.run().token(position) == ids_[i], position, commands);
    ImGui::PopStyleVar();
    ImGui::EndPopup();
}

void Alternatives::row(int id, double p, bool present, int position, Commands& commands) {
    const Theme& t = theme();
    label_ = fmt::format("{:<10} {:5.1f} %##{}", in_label(token_labels().alone(id)), 100 * p, id);
    const ButtonItem item = button_item(label_.c_str(), {px(k_width), px(k_row)});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(4));
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float digits = std::ceil(measure(numbers, "100.0 %").x), pad = px(6);
    const float right = item.box.max.x - pad, bar_end = right - digits - px(8), bar = bar_end - px(80);
    put_text_cut(list, {{item.box.min.x + pad, item.box.min.y}, {bar - px(8), item.box.max.y}},
                 font(TextSize::body, present ? Face::bold : Face::regular), present ? t.accent_text : t.text,
                 token_labels().alone(id));
    const float middle = std::floor(item.box.center().y),
                share = static_cast<float>(p / std::max(p_[0], 1e-30));
    list.AddRectFilled({bar, middle - px(2)},
                       {bar + std::max((bar_end - bar) * share, px(1)), middle + px(2)},
                       present ? t.accent : t.block, px(1));
    char text[16];
    *fmt::format_to_n(text, sizeof text - 1, "{:.1f} %", 100 * p).out = 0;
    put_text(list, item.box, right - std::ceil(measure(numbers, text).x), numbers,
             present ? t.accent_text : t.text, text);
    put_focus_ring(item, px(4));
    if (!item.pressed) return;
    commands.post(command::ForceToken{position, id});
    ImGui::CloseCurrentPopup();
}

} // namespace gf::ui
