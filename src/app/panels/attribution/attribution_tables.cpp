#include "app/panels/attribution/attribution_tables.h"

#include "app/panels/attribution/attribution_words.h"
#include "app/view/token_labels.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "core/kernels/kernels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_row = 18, k_mark = 22, k_number = 62, k_label = 84, k_bar_gap = 8;

/// Lines of equal height in an area, one after the other.
class Lines {
  public:
    explicit Lines(const UiRect& area) : area_(area), y_(area.min.y) {}
    UiRect next() {
        const UiRect line{{area_.min.x, y_}, {area_.max.x, y_ + px(k_row)}};
        y_ += px(k_row);
        return line;
    }
    int n_left() const { return std::max(0, static_cast<int>((area_.max.y - y_) / px(k_row))); }

  private:
    UiRect area_;
    float y_;
};

void number_at(const UiRect& line, float right, ImU32 ink, std::string_view text, bool bold = false) {
    ImFont* f = font(TextSize::small, bold ? Face::mono_bold : Face::mono);
    draw_text(*ImGui::GetWindowDrawList(), line, right - std::ceil(measure(f, text).x), f, ink, text);
}

void words_at(const UiRect& line, float left, float right, ImU32 ink, std::string_view text,
              Face face = Face::regular) {
    draw_text_cut(*ImGui::GetWindowDrawList(), {{left, line.min.y}, {right, line.max.y}},
                  font(TextSize::small, face), ink, text);
}

/// A bar to both sides of the middle of a band, as long as the value's share of the largest.
void signed_bar(const UiRect& band, double share, ImU32 colour) {
    const float middle = std::floor(band.center().x),
                end = middle + band.width() / 2 * static_cast<float>(std::clamp(share, -1.0, 1.0));
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled({std::min(middle, end), band.min.y + px(4)},
                       {std::max(middle, end) + 1, band.max.y - px(4)}, colour);
    list.AddLine({middle, band.min.y + px(1)}, {middle, band.max.y - px(1)}, theme().line, px(1));
}

} // namespace

void AttributionTables::heading(const UiRect& line, std::string_view title, std::string_view words) {
    ImFont* bold = font(TextSize::body, Face::bold);
    const float width = std::ceil(measure(bold, title).x);
    draw_text_cut(*ImGui::GetWindowDrawList(), line, bold, theme().text, title);
    words_at(line, line.min.x + width + px(8), line.max.x, theme().muted, words);
}

/// The likeliest ones, and the two that are compared wherever they stand.
void AttributionTables::choose_candidates(const AttributionScene& s, std::size_t most) {
    const int n = s.view.config().d_vocab;
    const real* logits = s.view.trace().row(Site::logits, -1, s.target().row);
    order_.resize(static_cast<std::size_t>(n));
    std::iota(order_.begin(), order_.end(), 0);
    const auto end = order_.begin() + static_cast<std::ptrdiff_t>(std::min(most, order_.size()));
    std::ranges::partial_sort(order_, end, std::ranges::greater(), [&](int t) { return logits[t]; });
    candidates_.assign(order_.begin(), end);
    for (const int token : {s.target().token, s.target().against}) {
        if (token < 0 || std::ranges::find(candidates_, token) != candidates_.end()) continue;
        auto at = candidates_.end();
        while (at != candidates_.begin() &&
               (*(at - 1) == s.target().token || *(at - 1) == s.target().against))
            --at;
        if (at != candidates_.begin()) *(at - 1) = token;
    }
    std::ranges::stable_sort(candidates_, std::ranges::greater(), [&](int t) { return logits[t]; });
}

void AttributionTables::draw_candidates(const AttributionScene& s, const UiRect& area) {
    const Theme& t = theme();
    Lines lines(area);
    heading(lines.next(), "Candidates", line_("of {} tokens", s.view.config().d_vocab));
    const UiRect names = lines.next();
    const float label = area.min.x + 2 * px(k_mark), logit = area.max.x - px(k_number);
    words_at(names, area.min.x + px(6), label, t.muted, "+");
    words_at(names, area.min.x + px(k_mark + 7), label, t.muted, "−");
    words_at(names, label, logit, t.muted, "token");
    number_at(names, logit, t.muted, "logit");
    number_at(names, area.max.x, t.muted, "p");
    choose_candidates(s, static_cast<std::size_t>(std::max(lines.n_left(), 2)));
    const real* logits = s.view.trace().row(Site::logits, -1, s.target().row);
    const double log_sum = static_cast<double>(log_sum_exp(logits, s.view.config().d_vocab));
    for (const int token : candidates_) {
        const UiRect line = lines.next();
        const bool plus = token == s.target().token, minus = token == s.target().against;
        if (plus || minus) draw_fill(*ImGui::GetWindowDrawList(), line, plus ? t.accent_tint : t.well, px(3));
        const auto choose = [&](const char* option, float left, bool chosen, const char* sign) {
            ImGui::SetCursorScreenPos({left, line.min.y});
            char name[40];
            *fmt::format_to_n(name, sizeof name - 1, "{} {}", option, token).out = 0;
            const ButtonItem item = button_item(name, {px(k_mark - 2), line.height()}, mark_of(chosen));
            if (!item.seen) return;
            if (item.hovered) draw_fill(*ImGui::GetWindowDrawList(), item.box, t.control_hover, px(3));
            draw_text_centred(*ImGui::GetWindowDrawList(), item.box, font(TextSize::small, Face::mono_bold),
                              chosen ? t.accent_text : t.faint, chosen || item.hovered ? sign : "·");
            draw_focus_ring(item, px(3));
            tooltip(*sign == '+' ? "Explains this token's logit"
                                 : "Explains how far the other one is above this one; again: no other");
            if (item.pressed) s.set(option, chosen ? -2 : token);
        };
        choose("token", area.min.x, plus, "+");
        choose("against", area.min.x + px(k_mark), minus, "−");
        const Face face = plus || minus ? Face::bold : Face::regular;
        words_at(line, label, logit - px(44), t.text, token_labels().label(s.view.run, token), face);
        number_at(line, logit, t.text, line_("{:.3f}", logits[token]), plus || minus);
        const double p = std::exp(static_cast<double>(logits[token]) - log_sum);
        number_at(line, area.max.x, t.text, p < 1e-4 ? line_("{:.0e}", p) : line_("{:.2f}%", 100 * p));
    }
}

void AttributionTables::draw_proof(const AttributionScene& s, const UiRect& area) {
    const Theme& t = theme();
    Lines lines(area);
    const auto line = [&](std::string_view words, const char* number, ImU32 ink) {
        if (lines.n_left() == 0) return;
        const UiRect at = lines.next();
        words_at(at, at.min.x, at.max.x - px(k_number + 14), t.muted, words);
        number_at(at, at.max.x, ink, number);
    };
    heading(lines.next(), "Taken as computed", "");
    const std::vector<TakenFactor>& taken = s.split.taken();
    const int room = std::max(lines.n_left() - 4, 1), shown = std::min(static_cast<int>(taken.size()), room);
    for (int i = 0; i < shown; ++i)
        line(taken[static_cast<std::size_t>(i)].name,
             line_("{:.4f}", taken[static_cast<std::size_t>(i)].value), t.text);
    if (static_cast<int>(taken.size()) > shown)
        line(number_("and {} more divisors", static_cast<int>(taken.size()) - shown), "", t.text);
    heading(lines.next(), "The proof", "");
    const double magnitudes = s.split.sum_of_magnitudes();
    line(number_("sum of the {} terms", s.split.terms().size()), line_("{:.5f}", s.split.sum()), t.text);
    line(s.view.config().logit_cap > 0 ? "before the soft-cap"
         : s.target().against < 0      ? "logit"
                                       : "difference of logits",
         line_("{:.5f}", s.split.value()), t.text);
    line(number_("apart, of Σ|term| = {:.2f}", magnitudes),
         line_("{:.0e}", std::abs(s.split.sum() - s.split.value()) / std::max(magnitudes, 1e-12)),
         t.good_text);
}

/// The strongest sources, in the order of the text. Returns the sum of the others.
double AttributionTables::choose_sources(const AttributionScene& s, std::size_t most) {
    const auto value = [&](int i) { return s.sources[static_cast<std::size_t>(i)].value(); };
    order_.resize(s.sources.size());
    std::iota(order_.begin(), order_.end(), 0);
    if (order_.size() <= most) return 0;
    std::ranges::stable_sort(order_, std::ranges::greater(), [&](int i) { return std::abs(value(i)); });
    double rest = 0;
    for (std::size_t i = most; i < order_.size(); ++i) rest += value(order_[i]);
    order_.resize(most);
    std::ranges::sort(order_);
    return rest;
}

void AttributionTables::draw_sources(const AttributionScene& s, const UiRect& area) {
    const Theme& t = theme();
    Lines lines(area);
    if (s.part < 0) return heading(lines.next(), "A head", "click a bar above: by the tokens that it reads");
    const std::string name = part_name(s.view.config(), s.term());
    if (!s.is_head()) {
        heading(lines.next(), name, "reads one row: only heads read other tokens");
        return;
    }
    heading(lines.next(), name, "by the token it reads from");
    const UiRect names = lines.next();
    const float weight = area.min.x + px(k_label + 66), worth = weight + px(k_number), end = area.max.x;
    words_at(names, area.min.x, weight, t.muted, "token");
    number_at(names, weight, t.muted, "weight");
    number_at(names, worth, t.muted, "× worth");
    number_at(names, end, t.muted, "= wrote");
    const double rest = choose_sources(s, static_cast<std::size_t>(std::max(lines.n_left() - 2, 1)));
    double largest = 1e-9;
    for (const int i : order_)
        largest = std::max(largest, std::abs(s.sources[static_cast<std::size_t>(i)].value()));
    const bool cross = s.term().part == AttributionTerm::Part::source_head;
    const Run& read = cross && s.view.source ? *s.view.source : s.view.run;
    for (const int i : order_) {
        const UiRect line = lines.next();
        const AttributionSource& source = s.sources[static_cast<std::size_t>(i)];
        ImGui::SetCursorScreenPos(line.min);
        char item_name[32];
        *fmt::format_to_n(item_name, sizeof item_name - 1, "source {}", source.row).out = 0;
        const ButtonItem item = button_item(item_name, line.size(), mark_of(i == s.source));
        if (!item.seen) continue;
        if (i == s.source || item.hovered)
            draw_fill(*ImGui::GetWindowDrawList(), line, i == s.source ? t.accent_tint : t.control_hover,
                      px(3));
        if (item.hovered && !cross) s.selection.token.set(source.row);
        if (item.pressed) s.set("source", source.row);
        draw_focus_ring(item, px(3));
        words_at(line, area.min.x + px(3), area.min.x + px(k_label), t.text, label_at(read, source.row),
                 i == s.source ? Face::bold : Face::regular);
        number_at(line, weight, t.text, line_("{:.3f}", source.weight));
        number_at(line, worth, t.text, line_("{:+.2f}", source.worth));
        number_at(line, end, t.text, line_("{:+.3f}", source.value()), i == s.source);
        if (const UiRect bar{{worth + px(k_bar_gap), line.min.y}, {end - px(56), line.max.y}};
            bar.width() > px(16))
            signed_bar(bar, source.value() / largest, part_fill(s.view.config(), s.term()));
    }
    if (order_.size() < s.sources.size()) {
        const UiRect line = lines.next();
        words_at(line, area.min.x + px(3), end - px(60), t.muted,
                 line_("{} others", s.sources.size() - order_.size()));
        number_at(line, end, t.muted, line_("{:+.3f}", rest));
    }
    if (lines.n_left() == 0) return;
    const UiRect line = lines.next();
    words_at(line, area.min.x + px(3), end - px(60), t.muted, "sum");
    number_at(line, end, t.accent_text, line_("{:+.3f}", s.term().value), true);
}

void AttributionTables::draw_copied(const AttributionScene& s, const UiRect& area) {
    const Theme& t = theme();
    Lines lines(area);
    if (s.copied.empty()) {
        heading(lines.next(), "What it copied", "click a token of a head's: who wrote there what it takes");
        return;
    }
    const AttributionSource& source = s.sources[static_cast<std::size_t>(s.source)];
    heading(lines.next(), "What it copied",
            line_("of the {:+.3f} from “{}”", source.value(), label_at(s.view.run, source.row)));
    order_.resize(s.copied.size());
    std::iota(order_.begin(), order_.end(), 0);
    const auto size = [&](int i) { return std::abs(s.copied[static_cast<std::size_t>(i)].value); };
    std::ranges::stable_sort(order_, std::ranges::greater(), size);
    const auto room = static_cast<std::size_t>(std::max(lines.n_left() - 1, 1));
    double rest = 0;
    for (std::size_t i = room; i < order_.size(); ++i)
        rest += s.copied[static_cast<std::size_t>(order_[i])].value;
    const std::size_t n_others = order_.size() > room ? order_.size() - room : 0;
    order_.resize(order_.size() - n_others);
    const double largest = std::max(size(order_.front()), 1e-9);
    for (const int i : order_) {
        const UiRect line = lines.next();
        const AttributionTerm& term = s.copied[static_cast<std::size_t>(i)];
        words_at(line, area.min.x, area.min.x + px(k_label), t.text, part_name(s.view.config(), term));
        number_at(line, area.max.x, t.text, line_("{:+.3f}", term.value), i == order_.front());
        signed_bar({{area.min.x + px(k_label), line.min.y}, {area.max.x - px(60), line.max.y}},
                   term.value / largest, part_fill(s.view.config(), term));
    }
    if (n_others == 0) return;
    const UiRect line = lines.next();
    words_at(line, area.min.x, area.max.x - px(60), t.muted, line_("{} others", n_others));
    number_at(line, area.max.x, t.muted, line_("{:+.3f}", rest));
}

} // namespace gf::ui
