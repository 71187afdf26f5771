#include "app/panels/positions/reach_chart.h"

#include "app/panels/positions/stage_heading.h"
#include "app/widgets/header_controls.h"
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
constexpr float k_reach_axis = 22, k_left = 30, k_reach_label_width = 104, k_words_height = 36, k_line = 17;

} // namespace

/// Once for each publication: the study may have grown, and runs may have come or gone.
void ReachChart::collect(const View& v) {
    if (version_ == v.snapshot.version && run_ == v.run.id) return;
    version_ = v.snapshot.version;
    run_ = v.run.id;
    curves_.clear();
    trained_length_ = length_ = 0;
    const PositionStudy* study = v.snapshot.positions.get();
    if (!study) return;
    for (const SchemeRow& row : scheme_rows()) {
        const Run* run = run_with_scheme(v, row.scheme);
        if (!run) continue;
        const RopeSetup own, &now = run->trace->setup().rope;
        if (const auto* of = study->find(run->model.get(), own)) add_curve(*of, false);
        if (now == own) continue;
        if (const auto* of = study->find(run->model.get(), now)) add_curve(*of, true);
    }
    std::ranges::sort(curves_, std::ranges::greater(), [](const Curve& c) { return c.blocks.back(); });
    write_finding();
}

void ReachChart::add_curve(const PositionStudy::OfModel& of, bool is_changed) {
    const int n = of.loss.n_positions(), trained = of.trained_length;
    if (of.loss.n_texts() == 0 || n < k_block) return;
    Curve& curve =
        curves_.emplace_back(Curve{of.model->config().positions, is_changed, of.loss.n_texts(), {}, 0});
    for (int p = 0; p + k_block <= n; p += k_block) curve.blocks.push_back(of.loss.mean(p, p + k_block));
    if (trained > 1 && trained < n)
        curve.lost = of.loss.mean(trained, n) - of.loss.mean(trained / 2, trained);
    length_ = std::max(length_, n);
    trained_length_ = std::max(trained_length_, trained);
}

void ReachChart::write_finding() {
    finding_ = fmt::format("Nats for each token, {} positions at a time.", k_block);
    if (!has_beyond()) return;
    finding_ = fmt::format("Past {} a token costs more by", trained_length_);
    std::vector<const Curve*> by_loss;
    for (const Curve& curve : curves_) by_loss.push_back(&curve);
    std::ranges::sort(by_loss, {}, &Curve::lost);
    for (const Curve* curve : by_loss)
        finding_ +=
            fmt::format("{} {:+.2f} ({})", curve == by_loss.front() ? "" : ",", curve->lost, curve->label());
    finding_ += " nats.";
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
    draw_wrapped_text(*ImGui::GetWindowDrawList(), {body.min.x, body.max.y - px(k_words_height) + px(2)},
                      font(TextSize::small), theme().text, finding_, body.width());
}

/// What is shown, how many texts were read, and the button that begins or forgets.
void ReachChart::draw_header(const View& v, Commands& commands, const UiRect& line) {
    const PositionStudy* study = v.snapshot.positions.get();
    text_.clear();
    auto out = std::back_inserter(text_);
    if (curves_.empty())
        fmt::format_to(out, "loss by position");
    else {
        int least = curves_.front().n_texts;
        for (const Curve& curve : curves_) least = std::min(least, curve.n_texts);
        fmt::format_to(out, "loss on Tinyville, {} of {} texts", std::min(least, study->n_texts),
                       study->n_texts);
    }
    draw_heading({line.min, {line.max.x - px(112), line.max.y}}, "How far it reaches",
                 {text_.data(), text_.size()}, "loss by position");
    const char* label = study ? "Forget" : "Read Tinyville";
    ImGui::SetCursorScreenPos({line.max.x - header_button_width(label), line.min.y - px(2)});
    if (header_button("read Tinyville", label)) commands.post(command::StudyPositions{study ? 0 : k_texts});
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
                        {area.max.x - px(k_reach_label_width), area.max.y - px(k_reach_axis)}};
    if (inside.width() < px(60) || inside.height() < px(40)) return;
    const LineChart chart(inside, {0, static_cast<double>(length_)}, {least, greatest});
    ImGui::SetCursorScreenPos(inside.min);
    text_item("loss by position", inside.size());
    if (has_beyond()) list.AddRectFilled({chart.x(trained_length_), inside.min.y}, inside.max, t.well);
    chart.draw_grid(8, static_cast<int>(greatest - least));
    if (has_beyond()) draw_trained_length(chart);
    for (const Curve& curve : curves_) {
        const auto point = [&](int i) {
            return ImVec2{(static_cast<float>(i) + 0.5f) * k_block,
                          static_cast<float>(curve.blocks[static_cast<std::size_t>(i)])};
        };
        chart.draw_curve(static_cast<int>(curve.blocks.size()), point,
                         curve.is_changed ? t.accent : t.fill(curve.scheme), px(curve.is_changed ? 3 : 2));
    }
    draw_labels(inside, least, greatest);
}

/// Where the texts of the training ended.
void ReachChart::draw_trained_length(const LineChart& chart) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    chart.draw_mark(trained_length_, t.muted);
    ImFont* small = font(TextSize::small);
    char words[32];
    *fmt::format_to_n(words, sizeof words - 1, "trained: {}", trained_length_).out = 0;
    const float middle = chart.x(trained_length_), left = middle - measure(small, words).x - px(6);
    const UiRect line{{left, chart.area().min.y}, {chart.area().max.x, chart.area().min.y + px(16)}};
    draw_text(list, line, left, small, t.muted, words);
    draw_text(list, line, middle + px(6), small, t.muted, "beyond");
}

/// The name of each curve beside its end, with the loss there; the labels keep out of each other's way.
void ReachChart::draw_labels(const UiRect& chart, double least, double greatest) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float last = -1e9f;
    for (std::size_t i = 0; i < curves_.size(); ++i) {
        const Curve& curve = curves_[i];
        const double share = (std::min(curve.blocks.back(), greatest) - least) / (greatest - least);
        const float wanted = chart.max.y - chart.height() * static_cast<float>(share) - px(k_line) / 2;
        const float most =
            chart.max.y - px(k_line) * static_cast<float>(curves_.size() - i); // room for those below
        last = std::max(last + px(k_line), std::min(wanted, most));
        ImFont* bold = font(TextSize::small, Face::bold);
        const UiRect line{{chart.max.x + px(8), last},
                          {chart.max.x + px(k_reach_label_width), last + px(k_line)}};
        draw_text(list, line, line.min.x, bold, curve.is_changed ? t.accent_text : t.ink(curve.scheme),
                  curve.label());
        char number[16];
        *fmt::format_to_n(number, sizeof number - 1, "{:.2f}", curve.blocks.back()).out = 0;
        draw_text(list, line, line.min.x + measure(bold, curve.label()).x + px(6),
                  font(TextSize::small, Face::mono), t.text, number);
    }
}

} // namespace gf::ui
