#include "app/panels/routing/load_panel.h"

#include "app/panels/routing/figure_table.h"
#include "app/panels/routing/no_experts.h"
#include "app/view/own_setup.h"
#include "app/view/shown_amounts.h"
#include "app/widgets/buttons.h"
#include "app/widgets/line_buffer.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/slider.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"
#include "measures/router_load.h"
#include "measures/routing_cost.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace gf::ui {
namespace {

constexpr float k_group_gap = 8, k_column = 62, k_wide_column = 74, k_capacity_width = 150; // design lengths
constexpr float k_largest_factor = 4;
constexpr int k_study_texts = 600;

class LoadPanel : public Panel {
  public:
    const char* title() const override { return "Load"; }
    const char* about() const override { return "how evenly experts are used, what they save, what decides"; }
    bool shows_values() const override { return false; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_loads(const View& view, int layer);
    void draw_capacity(const View& view, Commands& commands);
    void draw_cost(const View& view);
    void draw_split(const View& view, Commands& commands);
    void describe_split(const RoutingStudy& study);

    RouterLoads loads_;
    // What cost_ and the texts below were made for.
    std::weak_ptr<const Trace> trace_;
    int rows_ = -1;
    RoutingCost cost_;
    std::array<std::string, 6> cost_words_;
    std::weak_ptr<const RoutingStudy> study_;
    std::array<std::array<std::string, 2>, 3> split_words_;
    std::string favourites_;
    std::array<LineBuffer, 5> lines_;
    LineBuffer line_;
};

void heading(std::string_view words) {
    vertical_space(k_group_gap);
    figure_line({.words = words, .numbers = {}, .bold = true}, k_column);
}

void LoadPanel::draw(const View& v, Selection& selection, Commands& commands) {
    if (v.cursor == 0 || !v.config().is_moe()) {
        panel_header(title(), about());
        if (v.cursor > 0) draw_no_experts_notice(v, 0, commands);
        return;
    }
    const int layer = routed_layer(v, selection);
    loads_.advance({.trace = v.run.trace, .rows = v.cursor});
    const int n_visits =
        loads_.layers().empty() ? 0 : loads_.layers()[static_cast<std::size_t>(layer)].n_visits;
    panel_header(title(), line_("this text, {} tokens, {} visits in layer {}", v.cursor, n_visits, layer));
    if (draw_no_experts_notice(v, layer, commands)) return;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(6), px(1)});
    ImGui::BeginChild("load", {0, 0}, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    draw_loads(v, layer);
    draw_capacity(v, commands);
    draw_cost(v);
    draw_split(v, commands);
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

/// A line for each layer.
void LoadPanel::draw_loads(const View& v, int layer) {
    const bool biased = v.config().router_bias;
    const std::array<std::string_view, 5> names{"variation", "entropy", "Switch", "z-loss", "bias ±"};
    const auto shown = static_cast<std::size_t>(biased ? 5 : 4);
    figure_line({"", std::span(names).first(shown), true}, k_column);
    tooltip("variation: standard deviation of the visits / their mean, 0 if all are even\n"
            "entropy: bits, how undecided the router is about a token\n"
            "Switch: the load-balancing loss, 1 if even\nz-loss: the mean squared log-sum-exp of the logits");
    for (std::size_t l = 0; l < loads_.layers().size(); ++l) {
        const RouterLoad& load = loads_.layers()[l];
        double largest_bias = 0;
        if (biased) {
            const real* bias = v.weights().blocks[l].router_bias;
            for (int e = 0; e < v.config().n_experts; ++e)
                largest_bias = std::max(largest_bias, static_cast<double>(std::abs(bias[e])));
        }
        const std::array<std::string_view, 5> numbers{
            lines_[0]("{:.3f}", load.variation), lines_[1]("{:.2f}", load.entropy),
            lines_[2]("{:.3f}", load.switch_loss), lines_[3]("{:.2f}", load.z_loss),
            lines_[4]("{:.3f}", largest_bias)};
        figure_line(
            {line_("layer {}", l), std::span(numbers).first(shown), false, static_cast<int>(l) == layer},
            k_column);
    }
}

/// How many visits an expert takes, and how many found theirs full.
void LoadPanel::draw_capacity(const View& v, Commands& commands) {
    const RunSetup& setup = v.trace().setup();
    const bool limited = setup.capacity_factor > 0, is_text = v.run.id == Run::k_text;
    int n_visits = 0, n_dropped = 0;
    for (const RouterLoad& load : loads_.layers()) n_visits += load.n_visits, n_dropped += load.n_dropped;
    heading(limited ? line_("Capacity factor {:.2f}: {} visits an expert, {} of {} dropped",
                            setup.capacity_factor,
                            static_cast<int>(std::ceil(setup.capacity_factor * loads_.layers()[0].even())),
                            n_dropped, n_visits)
                    : "Capacity: an expert takes any number of visits");
    if (!is_text) return;
    auto factor = static_cast<float>(limited ? setup.capacity_factor : 0);
    ImGui::BeginChild("capacity", {std::min(available_width(), px(k_capacity_width)), px(k_control_height)},
                      ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_NoScrollbar);
    if (slim_slider("capacity factor", factor, 0, k_largest_factor)) {
        RunSetup changed = own_setup(v.snapshot.text());
        changed.capacity_factor = std::round(static_cast<double>(factor) * 20) / 20;
        commands.post(command::SetSetup{"", std::move(changed)});
    }
    ImGui::EndChild();
    tooltip("How many visits an expert takes, as a multiple of an even share, rounded up; 0: any number. "
            "Later visits are "
            "dropped, and all later layers are computed with that.");
    ImGui::SameLine(0, px(12));
    bool first = setup.first_choices_first;
    if (toggle("first choices first", first)) {
        RunSetup changed = own_setup(v.snapshot.text());
        changed.first_choices_first = first;
        commands.post(command::SetSetup{"", std::move(changed)});
    }
    tooltip("All first choices take their room before any second one does; else earlier tokens come first.");
}

/// Operations and weights of a token beside those of two dense models.
void LoadPanel::draw_cost(const View& v) {
    if (trace_.lock() != v.run.trace || rows_ != v.cursor) {
        trace_ = v.run.trace, rows_ = v.cursor;
        cost_ = routing_cost(v.trace(), v.cursor);
        std::size_t i = 0;
        for (const TokenCost& c : {cost_.run, cost_.active, cost_.all}) {
            cost_words_[i++] = shown_count(c.flops);
            cost_words_[i++] = shown_size(static_cast<std::uintmax_t>(c.bytes));
        }
    }
    heading("What a token costs");
    const std::array<std::string_view, 2> names{"operations", "weights"};
    figure_line({"", names, true}, k_wide_column);
    const auto line = [&](std::string_view words, std::size_t i) {
        const std::array<std::string_view, 2> numbers{cost_words_[i], cost_words_[i + 1]};
        figure_line({words, numbers}, k_wide_column);
    };
    line(line_("this run, {:.2f} experts", cost_.visits), 0);
    line("dense, as many at work", 2);
    line("dense, as many in all", 4);
    tooltip("Counted from this run: the experts that computed, per token and layer. The dense models have "
            "the same "
            "attention, and one MLP as wide as the experts at work, or as all of them.");
}

void LoadPanel::describe_split(const RoutingStudy& s) {
    if (study_.lock().get() == &s) return;
    const auto words = [&](std::size_t i, double SplitBits::*bits) {
        split_words_[i] = {fmt::format("{:.3f}", s.mean_bits.*bits),
                           fmt::format("{:.4f}", s.mean_control.*bits)};
    };
    words(0, &SplitBits::domain);
    words(1, &SplitBits::kind);
    words(2, &SplitBits::token);
    favourites_.clear();
    for (const RoutingStudy::Favourite& f : s.favourites)
        favourites_ += fmt::format("In layer {}, {:.0f} % of the visits of kind “{}” go to expert {}. ",
                                   f.layer, 100 * f.share, f.kind, f.expert);
}

/// By what the experts split texts up, once that is studied.
void LoadPanel::draw_split(const View& v, Commands& commands) {
    if (v.run.id != Run::k_text) return;
    heading("What decides the expert?");
    const RoutingStudy* study = v.snapshot.routing.get();
    if (!study) {
        if (push_button("Read 600 texts")) commands.post(command::StudyRouting{k_study_texts});
        tooltip("Lets the model read held-out texts of Tinyville: how many bits the choice of an expert "
                "tells about them.");
        return;
    }
    describe_split(*study);
    study_ = v.snapshot.routing;
    const std::array<std::string_view, 2> names{"bits", "shuffled"};
    figure_line({line_("{} of {} held-out texts read", study->n_read, study->n_texts), names, true},
                k_column);
    constexpr std::array<std::string_view, 3> k_what{"domain of the text", "kind of token",
                                                     "the token itself"};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::array<std::string_view, 2> numbers{split_words_[i][0], split_words_[i][1]};
        const UiRect box = figure_line({k_what[i], numbers}, k_column);
        const double largest = std::max(study->mean_bits.token, 1e-9);
        const double bits = i == 0   ? study->mean_bits.domain
                            : i == 1 ? study->mean_bits.kind
                                     : study->mean_bits.token;
        draw_fill(
            *ImGui::GetWindowDrawList(),
            {{box.min.x, box.max.y - px(2)},
             {box.min.x + (box.width() - px(2 * k_column)) * static_cast<float>(bits / largest), box.max.y}},
            theme().fill(ColourRole::mlp), 0);
    }
    tooltip("Mutual information of the expert with each, a mean over layers. Shuffled: what chance gives in "
            "a table of "
            "this size.");
    wrapped_text(favourites_, available_width(), theme().muted, TextSize::small);
    if (push_button("Forget it")) commands.post(command::StudyRouting{0});
}

} // namespace

std::unique_ptr<Panel> make_load_panel() { return std::make_unique<LoadPanel>(); }

} // namespace gf::ui
