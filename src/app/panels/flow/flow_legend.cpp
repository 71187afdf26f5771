#include "app/panels/flow/flow_legend.h"

#include "app/panels/flow/flow_picture.h"
#include "app/view/token_labels.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_legend_gap = 22, k_value_ramp = 180, k_weight_ramp = 150, k_masked_sample = 80,
                k_longer_ends = 72; ///< "-3 rms" instead of "0"
constexpr float k_min_sentence = 200, k_changed_legend = 200;

/// What the dots beside the token labels mean. Returns where the next thing may begin.
float draw_changed_legend(float left, float right, float y) {
    ImFont* f = font(TextSize::small);
    constexpr std::string_view k_words = "changed with the last token";
    const float x = left + px(12), width = std::ceil(measure(f, k_words).x);
    if (x + width > right) return left;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_changed_mark(list, {x - px(8), y + f->FontSize / 2});
    draw_text(list, {{x, y}, {x + width, y + f->FontSize}}, x, f, theme().muted, k_words);
    return x + width + px(k_legend_gap);
}

} // namespace

/// Writes which token the row in view listens to most; nothing where there are no weights.
void FlowLegend::write_sentence(const View& v, const FlowLayout& layout, int row_in_view) {
    text_.clear();
    const StrongestKey& strongest = layout.strongest;
    if (strongest.key < 0 || v.config().n_heads == 0) return;
    fmt::format_to(std::back_inserter(text_), "{} listens most to {}: weight {:.2f}, so {:.0f} % of what it ",
                   label_at(v.run, row_in_view), label_at(v.run, strongest.key), strongest.weight,
                   100 * strongest.weight);
    fmt::format_to(std::back_inserter(text_), "receives here comes from there");
}

/// Says loudly how many rows are hidden, and quietly that none is. Returns the left edge of the words.
float FlowLegend::draw_rows_shown(const FlowLayout& layout, const UiRect& line) {
    const Theme& t = theme();
    const int first = static_cast<int>(std::floor(layout.row0)),
              end = std::min(static_cast<int>(std::ceil(layout.row1)), layout.n_rows);
    const int hidden = layout.n_rows - (end - first);
    text_.clear();
    auto to = std::back_inserter(text_);
    if (hidden > 0)
        fmt::format_to(to, "{} of {} rows hidden: {} to {} are shown", hidden, layout.n_rows, first, end - 1);
    else
        fmt::format_to(to, "all {} rows shown", layout.n_rows);
    ImFont* f = font(TextSize::small, hidden > 0 ? Face::bold : Face::regular);
    const std::string_view words(text_.data(), text_.size());
    const float x = std::floor(line.max.x - measure(f, words).x);
    draw_text(*ImGui::GetWindowDrawList(), line, x, f, hidden > 0 ? t.accent_text : t.muted, words);
    return x;
}

/// The colours of values and weights, as far as there is room.
void FlowLegend::draw_ramps(const View& v, const FlowLayout& layout, const FlowMaps& maps, float left,
                            float right, float y) {
    const FlowColumn* matrix = layout.matrix();
    const bool is_signed = v.has_both_signs() || layout.shows_scores;
    const auto room = [&](float wanted) { return right - left >= px(wanted); };
    if (v.run.changed) left = draw_changed_legend(left, right, y);
    if (matrix && room(k_weight_ramp)) {
        const bool masked = room(k_weight_ramp + k_masked_sample + (is_signed ? k_longer_ends : 0));
        ImGui::SetCursorScreenPos({left, y});
        colour_legend({layout.shows_scores ? "score" : "weight", is_signed ? "-3 rms" : "0",
                       is_signed ? "+3 rms" : "1", masked},
                      maps.colour_scale(matrix->site));
        left = ImGui::GetItemRectMax().x + px(k_legend_gap);
    }
    if (!room(k_value_ramp)) return;
    ImGui::SetCursorScreenPos({left, y});
    colour_legend({"value", "-3 rms", "+3 rms", false}, maps.colour_scale(Site::embed));
}

void FlowLegend::draw(const View& v, const FlowLayout& layout, const FlowMaps& maps, int row_in_view,
                      UiRect line) {
    const float right = draw_rows_shown(layout, line) - px(k_legend_gap);
    write_sentence(v, layout, row_in_view);
    ImFont* f = font(TextSize::small);
    const std::string_view sentence(text_.data(), text_.size());
    // Where there is little room the sentence ends behind the weight.
    const std::string_view brief = sentence.substr(0, sentence.find(", so"));
    const float beside = k_weight_ramp + (v.run.changed ? k_changed_legend : 0);
    const bool has_room = right - line.min.x >= measure(f, sentence).x + px(k_legend_gap + beside);
    const std::string_view shown = has_room ? sentence : brief;
    float left = line.min.x;
    if (!shown.empty() && right - left >= px(k_min_sentence)) {
        const float end = std::min(left + std::ceil(measure(f, shown).x), right);
        draw_text_cut(*ImGui::GetWindowDrawList(), {{left, line.min.y}, {end, line.max.y}}, f, theme().text,
                      shown);
        left = end + px(k_legend_gap);
    }
    draw_ramps(v, layout, maps, left, right, line.min.y);
}

} // namespace gf::ui
