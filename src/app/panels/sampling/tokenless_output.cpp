#include "app/panels/sampling/tokenless_output.h"

#include "app/widgets/buttons.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_class_row_height = 24, k_name_width = 84, k_number_width = 56; // design lengths

/// Which vector a pooling takes, to stand after "made from".
const char* pooling_in_words(Pooling pooling) {
    switch (pooling) {
    case Pooling::first: return "what the last layer gives for its first token";
    case Pooling::last: return "what the last layer gives for its last token";
    case Pooling::mean: break;
    }
    return "the mean of what the last layer gives for its tokens";
}

/// Writes a muted text that is wrapped at the panel's right edge.
void write_wrapped(std::string_view text) {
    const FontScope scope(TextSize::small);
    ImGui::PushStyleColor(ImGuiCol_Text, theme().muted);
    ImGui::PushTextWrapPos(0);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    record_text(ImGui::GetFont(), at, text, ImGui::GetContentRegionAvail().x);
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
}

/// The bar of a class with its name to the left and its probability to the right.
void draw_class(const UiRect& box, std::string_view name, double probability, bool is_likeliest) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ink = is_likeliest ? t.accent_text : t.text;
    const float left = box.min.x + px(4), right = box.max.x - px(4), bar = left + px(k_name_width),
                bar_end = std::max(right - px(k_number_width), bar);
    draw_text_cut(list, {{left, box.min.y}, {bar - px(6), box.max.y}},
                  font(TextSize::body, is_likeliest ? Face::bold : Face::regular), ink, name);
    const float middle = std::floor(box.center().y);
    list.AddRectFilled({bar, middle - px(3)}, {bar_end, middle + px(3)}, t.control, px(1));
    list.AddRectFilled({bar, middle - px(3)},
                       {bar + (bar_end - bar) * static_cast<float>(probability), middle + px(3)},
                       is_likeliest ? t.accent : t.muted, px(1));
    char number[16];
    *fmt::format_to_n(number, sizeof number - 1, "{:.1f} %", 100 * probability).out = 0;
    ImFont* number_font = font(TextSize::small, Face::mono);
    draw_text(list, box, right - std::ceil(measure(number_font, number).x), number_font, ink, number);
}

} // namespace

const char* TokenlessOutput::subtitle(const View& v) {
    switch (v.config().head) {
    case OutputHead::classes: return line_("classes of {} tokens", v.run.rows);
    case OutputHead::embedding: return line_("one vector for {} tokens", v.run.rows);
    default: return "no next token";
    }
}

void TokenlessOutput::draw(const View& v, Selection& selection, Commands& commands) {
    const OutputHead head = v.config().head;
    if (head != OutputHead::classes && head != OutputHead::embedding) {
        write_wrapped("This model has no output layer: it gives the residual stream of each token after the "
                      "last norm, and no next token to draw.");
        return;
    }
    if (head == OutputHead::classes)
        write_wrapped(line_("This model sorts a text into classes instead of continuing it: the softmax of "
                            "class_logits, which are made from {}.",
                            pooling_in_words(v.config().pooling)));
    else
        write_wrapped(
            line_("This model turns a text into one vector instead of continuing it: hook_pooled, {}.",
                  pooling_in_words(v.config().pooling)));
    if (!has_pooled_output(v)) return write_wrapped("The text is being read.");
    head == OutputHead::classes ? draw_classes(v, selection) : draw_vector(v);
    const char* site = head == OutputHead::classes ? "class_logits" : "hook_pooled";
    if (push_button("Show it in the Inspector")) commands.post(command::Inspect{site});
}

/// A row for each class, the likeliest first, as many as there is room for.
void TokenlessOutput::draw_classes(const View& v, Selection& selection) {
    class_probabilities(v, classes_);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float width = std::max(room.x, 1.0f), row = px(k_class_row_height);
    const float height =
        room.y - px(k_control_height) - 2 * ImGui::GetStyle().ItemSpacing.y - font(TextSize::body)->FontSize;
    const auto max_rows = static_cast<std::size_t>(std::max(std::floor(height / row), 2.0f));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    for (std::size_t i = 0; i < std::min(classes_.size(), max_rows); ++i) {
        const ClassProbability& c = classes_[i];
        char name[24];
        *fmt::format_to_n(name, sizeof name - 1, "class {}", c.id).out = 0;
        const ButtonItem item = button_item(name, {width, row});
        if (!item.seen) continue;
        if (item.hovered)
            ImGui::GetWindowDrawList()->AddRectFilled(item.box.min, item.box.max, theme().control, px(4));
        draw_class(item.box, name, c.probability, i == 0);
        draw_focus_ring(item, px(4));
        if (!item.hovered) continue;
        selection.cell.set(v.cell(Site::class_logits, -1, -1, 0, c.id));
        tooltip(line_("{}: probability {:.4f}, logit {:.3f}", name, c.probability, c.logit));
    }
    ImGui::PopStyleVar();
    if (classes_.size() > max_rows)
        label_text(line_("and {} less likely ones", classes_.size() - max_rows), theme().muted,
                   TextSize::small);
}

void TokenlessOutput::draw_vector(const View& v) {
    const int n = v.config().d_model;
    const real* x = v.trace().row(Site::pooled, -1, 0);
    double squares = 0;
    int largest = 0;
    for (int i = 0; i < n; ++i) {
        squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        if (std::abs(x[i]) > std::abs(x[largest])) largest = i;
    }
    write_wrapped(line_("{} values, length {:.3f}; the largest is {:.3f}, value {}.", n, std::sqrt(squares),
                        x[largest], largest));
}

} // namespace gf::ui
