#include "app/panels/lab/experiment_panel.h"

#include "app/lab/lab_room.h"
#include "app/panels/lab/lab_plots.h"
#include "app/view/panel_options.h"
#include "app/widgets/buttons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/popup.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/slider.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_control_label = 150, k_slider_width = 150, k_progress_height = 4;

struct ExperimentOptions {
    std::string plot; ///< its id; empty: the one that the lesson's step speaks of
    static void fields(auto& options, auto visit) { visit("plot", options.plot); }
};

class ExperimentPanel : public PanelWithOptions<ExperimentOptions> {
  public:
    const char* title() const override { return "Experiment"; }
    const char* about() const override { return "of the lab that is open: controls, curves, progress"; }
    bool shows_values() const override { return false; }
    bool shows_all_runs() const override { return true; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_run(const LabRoom& room, const LabResults& results, Commands& commands) const;
    void draw_controls(const LabRoom& room, Commands& commands);
    const LabPlot* plot_in_view(const LabRoom& room, const LabResults& results);
    std::optional<double> guess_for(const LabRoom& room, const LabPlot& plot) const;

    std::string lesson_;
    int step_ = 0;
};

void ExperimentPanel::draw(const View& v, Selection&, Commands& commands) {
    if (!v.lab || !v.lab->is_open() || !v.lab->has_experiment()) {
        panel_header(title(), v.lab && v.lab->is_open() ? "this lesson has none" : "opens with a lab");
        return;
    }
    const LabRoom& room = *v.lab;
    const auto results = room.results();
    static const LabResults k_none;
    const LabResults& shown = results ? *results : k_none;
    panel_header(title(), shown.problem.empty() ? shown.progress.what : "it stopped");
    draw_run(room, shown, commands);
    draw_controls(room, commands);
    if (!shown.problem.empty()) return wrapped_text(shown.problem, available_width(), theme().bad_text);
    const LabPlot* plot = plot_in_view(room, shown);
    if (!plot) return;
    wrapped_text(room.hides_plot(*plot) ? std::string_view("What it shows is hidden.")
                                        : std::string_view(plot->sentence),
                 available_width(), theme().muted, TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
    const UiRect area{at, {at.x + size.x, at.y + std::max(size.y, px(80))}};
    if (room.hides_plot(*plot))
        draw_locked(area, room.why_hidden(plot->id));
    else
        draw_lab_plot(*plot, area, guess_for(room, *plot));
}

/// The button that runs it, how far it is, and how long it takes still.
void ExperimentPanel::draw_run(const LabRoom& room, const LabResults& results, Commands& commands) const {
    const Theme& t = theme();
    const bool running = room.is_running();
    if (push_button(running                                                     ? "Pause"
                    : results.progress.is_finished || !results.progress.seconds ? "Run again"
                                                                                : "Go on",
                    px(90)))
        results.progress.is_finished ? commands.post(command::RunLab{1})
                                     : commands.post(command::PauseLab{running});
    ImGui::SameLine(0, px(8));
    const LabProgress& p = results.progress;
    label_text(p.is_finished
                   ? std::string("done")
                   : fmt::format("{:.0f} %, about {:.0f} s left", 100 * p.share, std::ceil(p.seconds_left)),
               t.muted, TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = available_width();
    draw_fill(*ImGui::GetWindowDrawList(), {at, {at.x + width, at.y + px(k_progress_height)}}, t.control,
              px(2));
    draw_fill(*ImGui::GetWindowDrawList(),
              {at, {at.x + width * static_cast<float>(p.share), at.y + px(k_progress_height)}}, t.accent,
              px(2));
    ImGui::Dummy({width, px(k_progress_height + 4)});
}

void ExperimentPanel::draw_controls(const LabRoom& room, Commands& commands) {
    for (const LabControl& control : room.controls()) {
        const auto post = [&](const std::string& value) {
            commands.post(command::SetLabControl{control.key, value});
        };
        label_text(control.title, theme().text, TextSize::small);
        tooltip(control.help);
        ImGui::SameLine(px(k_control_label + 12), 0);
        if (control.kind == LabControl::Kind::choice) {
            std::vector<const char*> words;
            int chosen = -1;
            for (const std::string& word : control.choices) {
                if (control.value == word) chosen = static_cast<int>(words.size());
                words.push_back(word.c_str());
            }
            if (segmented_control(control.key.c_str(), chosen, words, ControlSize::small))
                post(control.choices[static_cast<std::size_t>(chosen)]);
        } else if (control.kind == LabControl::Kind::toggle) {
            bool on = control.value.get<bool>();
            if (toggle(control.key.c_str(), on)) post(on ? "true" : "false");
        } else if (control.kind == LabControl::Kind::integer || control.kind == LabControl::Kind::number) {
            auto value = control.value.get<float>();
            label_text(fmt::format("{:g}", value), theme().text, TextSize::small, Face::mono);
            ImGui::SameLine(px(k_control_label + 64), 0);
            ImGui::BeginChild(
                control.key.c_str(), {std::min(px(k_slider_width), available_width()), px(k_control_height)},
                ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_NoScrollbar);
            const bool is_whole = control.kind == LabControl::Kind::integer;
            if (slim_slider(control.key.c_str(), value, static_cast<float>(control.least),
                            static_cast<float>(control.greatest)))
                post(is_whole ? fmt::format("{:.0f}", std::round(value)) : fmt::format("{:.4g}", value));
            ImGui::EndChild();
        }
    }
}

/// The one that a person chose, or else the first that the step speaks of.
const LabPlot* ExperimentPanel::plot_in_view(const LabRoom& room, const LabResults& results) {
    if (results.plots.empty()) return nullptr;
    if (lesson_ != room.lesson().id || step_ != room.step_number()) {
        lesson_ = room.lesson().id, step_ = room.step_number();
        options_.plot = room.step().plots.empty() ? options_.plot : room.step().plots.front();
    }
    auto shown = std::find_if(results.plots.begin(), results.plots.end(),
                              [&](const LabPlot& p) { return p.id == options_.plot; });
    if (shown == results.plots.end()) shown = results.plots.begin();
    if (quiet_button("plot", {shown->title, {}, true}, "Another plot of the experiment"))
        ImGui::OpenPopup("plots");
    if (begin_popup("plots")) {
        for (const LabPlot& plot : results.plots)
            if (ImGui::MenuItem(plot.title.c_str(), nullptr, plot.id == shown->id)) options_.plot = plot.id;
        ImGui::EndPopup();
    }
    return &*shown;
}

/// The learner's number, in the plot that its question names.
std::optional<double> ExperimentPanel::guess_for(const LabRoom& room, const LabPlot& plot) const {
    for (int s = 1; s <= room.n_steps(); ++s) {
        const auto& q = room.lesson().steps[static_cast<std::size_t>(s) - 1].question;
        const std::string& given = room.answer_of(s);
        if (!q || q->plot != plot.id || given.empty() || !q->choices.empty()) continue;
        double value = 0;
        if (std::from_chars(given.data(), given.data() + given.size(), value).ec == std::errc()) return value;
    }
    return std::nullopt;
}

} // namespace

std::unique_ptr<Panel> make_experiment_panel() { return std::make_unique<ExperimentPanel>(); }

} // namespace gf::ui
