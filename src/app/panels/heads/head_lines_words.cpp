// What the lines of a head say in words: what stands above and below, the caption, and what is out of sight.

#include "app/panels/heads/head_lines.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr float k_least_height_for_meanings = 64; ///< of the canvas, in design lengths

} // namespace

/// Above are the tokens that are listened to, below those that listen. The words stand where lines are
/// fewest.
void HeadLines::draw_meanings(const HeadContext& context, const UiRect& canvas) const {
    if (canvas.height() < px(k_least_height_for_meanings)) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* face = font(TextSize::small);
    const float line = face->FontSize;
    const std::string_view above = context.is_cross() ? "↑ the source" : "↑ listened to";
    const float left = std::max(canvas.max.x - std::ceil(measure(face, above).x), canvas.min.x);
    draw_text_cut(list, {{left, canvas.min.y}, {canvas.max.x + 1, canvas.min.y + line}}, face, theme().muted,
                  above);
    draw_text_cut(list, {{canvas.min.x, canvas.max.y - line}, canvas.max}, face, theme().muted,
                  "↓ listening");
}

/// "60 of 100 rows hidden", where there is no room for all tokens or a person zoomed.
std::string_view HeadLines::write_hidden_tokens(const HeadContext& context) {
    const int n = context.n_queries(), hidden = n - (queries_.end - queries_.first);
    hidden_text_.clear();
    if (hidden > 0) fmt::format_to(std::back_inserter(hidden_text_), "{} of {} rows hidden", hidden, n);
    return {hidden_text_.data(), hidden_text_.size()};
}

/// The cell in focus in words, else what the query in view reads most and how many curves are left out.
void HeadLines::draw_caption(const HeadContext& context, const UiRect& line) {
    auto cell = context.cell_in_focus();
    text_.clear();
    for (const int head : context.heads) { // of several heads the one whose line is pointed at
        if (cell || context.heads.size() == 1) break;
        cell = context.of(head).cell_in_focus();
        if (cell) fmt::format_to(std::back_inserter(text_), "head {}: ", head);
        if (cell) context.of(head).write_cell(text_, *cell);
    }
    if (cell && text_.size() == 0) context.write_cell(text_, *cell);
    if (cell) {
    } else {
        if (!curves_of_query_.empty()) write_strongest(context);
        const auto n_drawn = static_cast<int>(curves_.size());
        if (n_drawn < n_visible_curves_)
            fmt::format_to(std::back_inserter(text_), "{}the {} strongest of {} lines",
                           text_.size() ? "; " : "", n_drawn, n_visible_curves_);
    }
    draw_text_cut(*ImGui::GetWindowDrawList(), line, font(TextSize::small),
                  cell ? theme().text : theme().muted, {text_.data(), text_.size()});
}

/// "“lo” reads hel 0.71, to 0.20, a 0.05; 0.04 before this window".
void HeadLines::write_strongest(const HeadContext& context) {
    auto out = std::back_inserter(text_);
    constexpr std::size_t k_max_named = 3;
    fmt::format_to(out, "“{}” {}", short_label(context.view.run, query_in_view_),
                   context.shows_scores()  ? "scores"
                   : context.shows_taken() ? "takes"
                                           : "reads");
    const std::size_t n = std::min(k_max_named, curves_of_query_.size());
    for (std::size_t i = 0; i < n; ++i) {
        const Curve& c = curves_of_query_[curves_of_query_.size() - 1 - i];
        fmt::format_to(out, "{} {} {:.2f}", i ? "," : "", short_label(context.key_run(), c.cell.key),
                       c.value);
        if (context.heads.size() > 1) fmt::format_to(out, " (head {})", c.head);
    }
    if (context.shows_scores() || keys_.first == 0 || context.heads.size() > 1) return;
    double before = 0;
    for (int k = 0; k < keys_.first; ++k) before += std::max(0.0f, context.value({query_in_view_, k}));
    fmt::format_to(out, "; {:.2f} before this window", before);
}

} // namespace gf::ui
