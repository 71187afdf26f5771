#include "app/panels/masks/next_token_change.h"

#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace gf::ui {
namespace {

constexpr std::size_t k_most_lines = 8;
constexpr double k_least_shown = 0.0005; ///< smaller probabilities are "<0.05%"
// Design lengths.
constexpr float k_bar_line = 22, k_token_label = 84, k_share_column = 66, k_bar_legend = 22, k_least_bar = 60;

/// Softmax of a row of logits, (d_vocab).
std::vector<double> probabilities_of(const Trace& run, int row) {
    const std::span<const real> logits(run.row(Site::logits, -1, row),
                                       static_cast<std::size_t>(run.width(Site::logits)));
    const real most = *std::max_element(logits.begin(), logits.end());
    std::vector<double> p;
    double sum = 0;
    for (const real x : logits) sum += p.emplace_back(std::exp(static_cast<double>(x - most)));
    for (double& x : p) x /= sum;
    return p;
}

std::string write_share(double p) {
    return p > 0 && p < k_least_shown ? "<0.05%" : fmt::format("{:.1f}%", 100 * p);
}

} // namespace

void NextTokenChange::update(const MaskCase& c, int row) {
    if (before_.lock() == c.found->before && now_.lock() == c.view.run.trace && row_ == row) return;
    before_ = c.found->before, now_ = c.view.run.trace, row_ = row;
    const std::vector<double> before = probabilities_of(*c.found->before, row),
                              now = probabilities_of(c.view.trace(), row);
    lines_.clear();
    for (std::size_t token = 0; token < now.size(); ++token)
        lines_.push_back({static_cast<int>(token), before[token], now[token]});
    const auto is_likelier = [](const Line& a, const Line& b) {
        return std::max(a.before, a.now) > std::max(b.before, b.now);
    };
    const auto n = static_cast<std::ptrdiff_t>(std::min(k_most_lines, lines_.size()));
    std::partial_sort(lines_.begin(), lines_.begin() + n, lines_.end(), is_likelier);
    lines_.resize(static_cast<std::size_t>(n));
    // In the order of before, so that lines keep their places while a person paints.
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const Line& a, const Line& b) { return a.before > b.before; });
}

void NextTokenChange::draw(const MaskCase& c, int row, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *words = font(TextSize::small), *numbers = font(TextSize::small, Face::mono);
    const UiRect top{area.min, {area.max.x, area.min.y + px(k_bar_legend)}};
    if (!c.change(row)) return draw_text_cut(list, top, words, t.muted, why_no_predictions(c));
    update(c, row);
    const float label = std::min(px(k_token_label), area.width() / 4), right = area.max.x;
    const bool has_bars = area.width() - label - 3 * px(k_share_column) > px(k_least_bar);
    const float bars = area.min.x + label, bars_end = right - 3 * px(k_share_column) - px(10);
    const auto column = [&](int i) { return right - static_cast<float>(2 - i) * px(k_share_column); };
    const auto write = [&](const UiRect& line, int i, ImFont* face, ImU32 ink, std::string_view text) {
        draw_text(list, line, column(i) - measure(face, text).x, face, ink, text);
    };
    draw_text_cut(list, {top.min, {bars_end, top.max.y}}, words, t.muted,
                  fmt::format("after {}{}", c.label(row), row == c.n() - 1 ? ", the last row" : ""));
    for (const auto& [i, word] : {std::pair(0, "before"), {1, "now"}, {2, "difference"}})
        write(top, i, words, t.muted, word);
    double largest = 0;
    for (const Line& line : lines_) largest = std::max({largest, line.before, line.now});
    UiRect box{{area.min.x, top.max.y}, {area.max.x, top.max.y + px(k_bar_line)}};
    for (const Line& line : lines_) {
        if (box.max.y > area.max.y - px(k_bar_legend)) break;
        const bool gains = line.now - line.before > 0.05, leads = &line == lines_.data();
        draw_text_cut(list, {box.min, {bars - px(6), box.max.y}},
                      font(TextSize::small, gains || leads ? Face::bold : Face::regular),
                      gains ? t.accent_text : t.text, token_labels().label(line.token));
        const float middle = std::floor(box.center().y), height = px(5);
        const auto bar = [&](double p, float y, ImU32 colour) {
            const float width = std::max(1.0f, static_cast<float>(p / largest) * (bars_end - bars));
            list.AddRectFilled({bars, y}, {bars + width, y + height}, colour, px(1));
        };
        if (has_bars) bar(line.before, middle - height - 1, t.block), bar(line.now, middle + 1, t.accent);
        write(box, 0, numbers, t.muted, write_share(line.before));
        write(box, 1, numbers, gains ? t.accent_text : t.text, write_share(line.now));
        write(box, 2, numbers, t.muted, fmt::format("{:+.1f} pt", 100 * (line.now - line.before)));
        box.min.y += px(k_bar_line), box.max.y += px(k_bar_line);
    }
    if (!has_bars) return;
    float x = bars;
    const UiRect legend{{bars, box.min.y}, {area.max.x, box.min.y + px(k_bar_legend)}};
    for (const auto& [colour, word] :
         {std::pair(t.block, "without the mask's rules"), {t.accent, "with them"}}) {
        const float y = std::floor(legend.center().y);
        list.AddRectFilled({x, y - px(4)}, {x + px(8), y + px(4)}, colour);
        draw_text(list, legend, x + px(14), words, t.muted, word);
        x += px(14) + measure(words, word).x + px(16);
    }
}

} // namespace gf::ui
