#include "app/panels/positions/reach_chart.h"

#include "app/panels/positions/line_chart.h"
#include "app/panels/positions/stage_heading.h"
#include "app/widgets/buttons.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr int k_block = 16; ///< positions that one point of a curve is the mean of
constexpr int k_texts = 60;
constexpr double k_most_nats = 6; ///< curves may leave the chart: the label says how high they go
// Design lengths.
constexpr float k_axis = 22, k_left = 30, k_label_width = 104, k_button_width = 104, k_words_height = 36,
                k_line = 17;

} // namespace

void ReachChart::collect(const View& v) {
    curves_.clear();
    trained_length_ = length_ = 0;
    const PositionStudy* study = v.snapshot.positions.get();
    if (!study) return;
    for (const SchemeRow& row : scheme_rows()) {
        const Run* run = run_with_scheme(v, row.scheme);
        if (!run) continue;
        const RopeSetup own, &now = run->trace->setup().rope;
        for (const bool is_changed : {false, true}) {
            if (is_changed && now == own) continue;
            const PositionStudy::OfModel* of = study->find(run->model.get(), is_changed ? now : own);
            if (!of || of->loss.n_texts() == 0) continue;
            Curve& curve = curves_.emplace_back(Curve{of, is_changed, {}});
            for (int p = 0; p + k_block <= of->loss.n_positions(); p += k_block)
                curve.blocks.push_back(of->loss.mean(p, p + k_block));
            length_ = std::max(length_, of->loss.n_positions());
            trained_length_ = std::max(trained_length_, of->trained_length);
        }
    }
}

void ReachChart::draw(const View& v, Commands& commands, const UiRect& area) {
    collect(v);
    draw_header(v, commands, {area.min, {area.max.x, area.min.y + px(20)}});
    const UiRect body{{area.min.x, area.min.y + px(28)}, area.max};
    if (curves_.empty()) {
        draw_wrapped_text(
            *ImGui::GetWindowDrawList(), body.min, font(TextSize::body), theme().muted,
            v.snapshot.positions
                ? "Reading the first text …"
                : "Shows the loss at each position of texts that no model was trained on, up to "
                  "and beyond the trained length: “Read Tinyville” measures it, in seconds.",
            body.width());
        return;
    }
    const bool has_words = body.height() > px(170);
    draw_chart({body.min, {body.max.x, body.max.y - (has_words ? px(k_words_height) : 0)}});
    if (!has_words) return;
    write_finding();
    draw_wrapped_text(*ImGui::GetWindowDrawList(), {body.min.x, body.max.y - px(k_words_height) + px(2)},
                      font(TextSize::small), theme().text, {text_.data(), text_.size()}, body.width());
}

/// What is shown, how many texts were read, and the button that begins or forgets.
void ReachChart::draw_header(const View& v, Commands& commands, const UiRect& line) {
    const PositionStudy* study = v.snapshot.positions.get();
    text_.clear();
    auto out = std::back_inserter(text_);
    if (curves_.empty())
        fmt::format_to(out, "loss by position");
    else {
        int least = curves_.front().of->loss.n_texts();
        for (const Curve& curve : curves_) least = std::min(least, curve.of->loss.n_texts());
        fmt::format_to(out, "loss on Tinyville, {} of {} texts", std::min(least, study->n_texts),
                       study->n_texts);
    }
    draw_heading({line.min, {line.max.x - px(k_button_width) - px(8), line.max.y}}, "How far it reaches",
                 {text_.data(), text_.size()});
    ImGui::SetCursorScreenPos({line.max.x - px(k_button_width), line.min.y - px(4)});
    if (push_button(study ? "Forget" : "Read Tinyville", px(k_button_width)))
        commands.post(command::StudyPositions{study ? 0 : k_texts});
    tooltip(study ? "Forgets what was read"
                  : "Reads 60 texts of Tinyville with each of the models: seconds, beside everything else");
}

void ReachChart::draw_chart(const UiRect& area) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    double least = 1e9, greatest = 0;
    for (const Curve& curve : curves_)
        for (const double nats : curve.blocks)
            least = std::min(least, nats), greatest = std::max(greatest, nats);
    least = std::floor(std::min(least, 1.0));
    greatest = std::min(std::ceil(greatest * 2) / 2, k_most_nats);
    const UiRect inside{{area.min.x + px(k_left), area.min.y + px(6)},
                        {area.max.x - px(k_label_width), area.max.y - px(k_axis)}};
    if (inside.width() < px(60) || inside.height() < px(40)) return;
    const LineChart chart(inside, {0, static_cast<double>(length_)}, {least, greatest});
    ImGui::SetCursorScreenPos(inside.min);
    text_item("loss by position", inside.size());
    if (trained_length_ > 0 && trained_length_ < length_)
        list.AddRectFilled({chart.x(trained_length_), inside.min.y}, inside.max, t.well);
    chart.draw_grid(4, static_cast<int>(greatest - least));
    if (trained_length_ > 0 && trained_length_ < length_) {
        chart.draw_mark(trained_length_, t.muted);
        ImFont* small = font(TextSize::small);
        char words[32];
        *fmt::format_to_n(words, sizeof words - 1, "trained: {}", trained_length_).out = 0;
        const float left = chart.x(trained_length_) - measure(small, words).x - px(6);
        const UiRect line{{left, inside.min.y}, {inside.max.x, inside.min.y + px(16)}};
        draw_text(list, line, left, small, t.muted, words);
        draw_text(list, line, chart.x(trained_length_) + px(6), small, t.muted, "beyond");
    }
    for (const Curve& curve : curves_) {
        const Positions scheme = curve.of->model->config().positions;
        const auto point = [&](int i) {
            return ImVec2{(static_cast<float>(i) + 0.5f) * k_block,
                          static_cast<float>(curve.blocks[static_cast<std::size_t>(i)])};
        };
        chart.draw_curve(static_cast<int>(curve.blocks.size()), point,
                         curve.is_changed ? t.accent : t.fill(scheme), px(curve.is_changed ? 3 : 2));
    }
    draw_labels(inside, least, greatest);
}

/// The name of each curve beside its end, with the loss there; the labels keep out of each other's way.
void ReachChart::draw_labels(const UiRect& chart, double least, double greatest) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    std::vector<const Curve*> by_height;
    for (const Curve& curve : curves_) by_height.push_back(&curve);
    std::ranges::sort(by_height, std::ranges::greater(),
                      [](const Curve* c) { return c->blocks.empty() ? 0 : c->blocks.back(); });
    float last = -1e9f;
    const auto n = static_cast<float>(by_height.size());
    for (std::size_t i = 0; i < by_height.size(); ++i) {
        const Curve& curve = *by_height[i];
        if (curve.blocks.empty()) continue;
        const double share = (std::min(curve.blocks.back(), greatest) - least) / (greatest - least);
        const float wanted = chart.max.y - chart.height() * static_cast<float>(share) - px(k_line) / 2;
        const float most = chart.max.y - px(k_line) * (n - static_cast<float>(i)); // room for those below
        last = std::max(last + px(k_line), std::min(wanted, most));
        const Positions scheme = curve.of->model->config().positions;
        const ImU32 ink = curve.is_changed ? t.accent_text : t.ink(scheme);
        ImFont* bold = font(TextSize::small, Face::bold);
        const std::string_view label = curve.is_changed ? "changed" : scheme_row(scheme).label;
        const UiRect line{{chart.max.x + px(8), last}, {chart.max.x + px(k_label_width), last + px(k_line)}};
        draw_text(list, line, line.min.x, bold, ink, label);
        char number[16];
        *fmt::format_to_n(number, sizeof number - 1, "{:.2f}", curve.blocks.back()).out = 0;
        draw_text(list, line, line.min.x + measure(bold, label).x + px(6), font(TextSize::small, Face::mono),
                  t.text, number);
    }
}

/// What each scheme loses from the second half of the trained length to what lies beyond it, in nats.
void ReachChart::write_finding() {
    text_.clear();
    auto out = std::back_inserter(text_);
    if (trained_length_ <= 0 || trained_length_ >= length_) {
        fmt::format_to(out, "Nats for each token, {} positions at a time.", k_block);
        return;
    }
    std::vector<std::pair<double, std::string_view>> losses;
    for (const Curve& curve : curves_) {
        if (curve.of->loss.n_positions() < length_) continue;
        const double inside = curve.of->loss.mean(trained_length_ / 2, trained_length_),
                     beyond = curve.of->loss.mean(trained_length_, length_);
        losses.emplace_back(beyond - inside, curve.is_changed
                                                 ? "changed"
                                                 : scheme_row(curve.of->model->config().positions).label);
    }
    std::ranges::sort(losses);
    fmt::format_to(out, "Past {} tokens each word costs", trained_length_);
    for (std::size_t i = 0; i < losses.size(); ++i)
        fmt::format_to(out, "{} {:+.2f} nats with {}", i == 0 ? "" : ",", losses[i].first, losses[i].second);
    fmt::format_to(out, ".");
}

} // namespace gf::ui
