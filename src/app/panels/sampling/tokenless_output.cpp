// What the sampling panel says of a model without logits of tokens.

#include "app/panels/sampling/parts.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_class_row = 24, k_name = 84, k_number = 56; ///< design lengths

const char* pooled_from(Pooling pooling) {
    switch (pooling) {
    case Pooling::first: return "what the last layer gives for its first token";
    case Pooling::last: return "what the last layer gives for its last token";
    case Pooling::mean: break;
    }
    return "the mean of what the last layer gives for its tokens";
}

void wrapped(std::string_view text) {
    const FontScope scope(TextSize::small);
    ImGui::PushStyleColor(ImGuiCol_Text, theme().muted);
    ImGui::PushTextWrapPos(0);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    record_text(ImGui::GetFont(), at, text, ImGui::GetContentRegionAvail().x);
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
}

} // namespace

const char* NoTokens::subtitle(const Snapshot& s) {
    switch (s.config().head) {
    case OutputHead::classes: return line_("classes of {} tokens", s.run().rows);
    case OutputHead::embedding: return line_("one vector for {} tokens", s.run().rows);
    default: return "no next token";
    }
}

void NoTokens::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    const OutputHead head = s.config().head;
    if (head != OutputHead::classes && head != OutputHead::embedding) {
        wrapped("This model has no output layer: it gives the residual stream of each token after the last "
                "norm, and no next "
                "token to draw.");
        return;
    }
    if (head == OutputHead::classes)
        wrapped(line_("This model sorts a text into classes instead of continuing it: the softmax of "
                      "class_logits, which are made "
                      "from {}.",
                      pooled_from(s.config().pooling)));
    else
        wrapped(line_("This model turns a text into one vector instead of continuing it: hook_pooled, {}.",
                      pooled_from(s.config().pooling)));
    if (!is_pooled(s)) return wrapped("The text is being read.");
    head == OutputHead::classes ? draw_classes(s, selection) : draw_vector(s);
    const char* site = head == OutputHead::classes ? "class_logits" : "hook_pooled";
    if (push_button("Show it in the Inspector")) commands.post(command::Inspect{site});
}

/// As many as there is room for, the likeliest first.
void NoTokens::draw_classes(const Snapshot& s, Selection& selection) {
    class_probabilities(s, classes_);
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *words = font(TextSize::body), *numbers = font(TextSize::small, Face::mono);
    const float width = std::max(ImGui::GetContentRegionAvail().x, 1.0f), row = px(k_class_row);
    const float room =
        ImGui::GetContentRegionAvail().y - px(k_control_height) - 2 * line_gap() - words->FontSize;
    const auto most = static_cast<std::size_t>(std::max(std::floor(room / row), 2.0f));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    for (std::size_t i = 0; i < std::min(classes_.size(), most); ++i) {
        const ClassProbability& c = classes_[i];
        char name[24];
        const auto end = fmt::format_to_n(name, sizeof name - 1, "class {}", c.id).out;
        *end = 0;
        const ButtonItem item = button_item(name, {width, row});
        if (!item.seen) continue;
        if (item.hovered) list.AddRectFilled(item.box.min, item.box.max, t.control, px(4));
        const bool first = i == 0;
        const float left = item.box.min.x + px(4), right = item.box.max.x - px(4), bar = left + px(k_name),
                    bar_end = std::max(right - px(k_number), bar);
        put_text_cut(list, {{left, item.box.min.y}, {bar - px(6), item.box.max.y}},
                     font(TextSize::body, first ? Face::bold : Face::regular), first ? t.accent_text : t.text,
                     {name, static_cast<std::size_t>(end - name)});
        const float middle = std::floor(item.box.center().y);
        list.AddRectFilled({bar, middle - px(3)}, {bar_end, middle + px(3)}, t.control, px(1));
        list.AddRectFilled({bar, middle - px(3)},
                           {bar + (bar_end - bar) * static_cast<float>(c.probability), middle + px(3)},
                           first ? t.accent : t.muted, px(1));
        char number[16];
        *fmt::format_to_n(number, sizeof number - 1, "{:.1f} %", 100 * c.probability).out = 0;
        put_text(list, item.box, right - std::ceil(measure(numbers, number).x), numbers,
                 first ? t.accent_text : t.text, number);
        put_focus_ring(item, px(4));
        if (!item.hovered) continue;
        selection.cell.set({0, Site::class_logits, -1, -1, 0, c.id});
        tooltip(line_("{}: probability {:.4f}, logit {:.3f}", name, c.probability, c.logit));
    }
    ImGui::PopStyleVar();
    if (classes_.size() > most)
        label_text(line_("and {} less likely ones", classes_.size() - most), t.muted, TextSize::small);
}

void NoTokens::draw_vector(const Snapshot& s) {
    const int n = s.config().d_model;
    const real* x = s.trace().row(Site::pooled, -1, 0);
    double squares = 0;
    int most = 0;
    for (int i = 0; i < n; ++i) {
        squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        if (std::abs(x[i]) > std::abs(x[most])) most = i;
    }
    wrapped(line_("{} values, length {:.3f}; the largest is {:.3f}, value {}.", n, std::sqrt(squares),
                  x[most], most));
}

} // namespace gf::ui
