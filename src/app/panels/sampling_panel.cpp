// Sampling: the chain from logits to the drawn token, each stage with what it changes and cuts, and the draw.

#include "app/panel_frame.h"
#include "app/sampling/parts.h"
#include "app/widget_parts.h"
#include "app/widgets.h"

#include <algorithm>
#include <array>

namespace gf {
namespace {

class SamplingPanel : public Panel {
  public:
    const char* title() const override { return "Sampling"; }
    const char* about() const override { return "from logits to the next token: the chain, the probabilities, the draw"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
    std::vector<PanelOption> options() const override;
    void choose(std::string_view option, std::string_view value) override;

  private:
    void draw_lower_part(const Snapshot& snapshot, Selection& selection, Commands& commands);
    void draw_buttons(Commands& commands);

    SamplingView view_;
    TokenTable table_;
    SamplingChain edited_;
};

std::vector<PanelOption> SamplingPanel::options() const {
    return {{"stage", {"all", "repetition", "temperature", "top-k", "top-p", "min-p", "greedy"}},
            {"token", {}},
            {"resamples", {"on", "off"}}};
}

void SamplingPanel::choose(std::string_view option, std::string_view value) {
    if (option == "resamples") view_.set_resampling(value == "on");
    if (option == "token") view_.choose_token_named(std::string(value));
    if (option != "stage") return;
    view_.focus_on_kind({});
    for (int i = 0; i < k_n_stage_kinds; ++i)
        if (short_name(static_cast<StageKind>(i)) == value) view_.focus_on_kind(static_cast<StageKind>(i));
}

void SamplingPanel::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    panel_header("Sampling", view_.line("next token, after {} tokens", s.cursor));
    if (s.cursor < 1) {
        label_text("The first token has no probabilities: write a prompt.", theme().muted, TextSize::small);
        return;
    }
    view_.update(s);
    if (draw_chain(view_, edited_, s.config().d_vocab)) {
        next_draw().propose(edited_);
        commands.post(command::SetSampling{edited_});
        view_.update(s);
    }
    draw_lower_part(s, selection, commands);
}

void SamplingPanel::draw_lower_part(const Snapshot& s, Selection& selection, Commands& commands) {
    const ImVec2 spacing = ImGui::GetStyle().ItemSpacing;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {spacing.x, px(6)});
    draw_summary(view_);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float gap = px(6), row = TokenTable::row_height();
    const float draw_part = the_draw_height() + gap + px(k_control_height) + gap;
    const bool derives = view_.token() >= 0;
    const float card = derives ? derivation_height(view_, room.x) + gap : 0;
    // The card takes the place of the draw where there is no room for both.
    const bool both = room.y - card - draw_part >= 8 * row;
    float below = derives && !both ? std::min(card, std::max(room.y - 3 * row - px(18), room.y * 0.6f)) : card + draw_part;
    table_.draw(view_, s, selection, commands, std::max(room.y - below, 3 * row));
    if (derives) draw_derivation(view_, s, commands, (both ? card : below) - gap);
    if (!derives || both) {
        draw_the_draw(view_, s);
        draw_buttons(commands);
    }
    ImGui::PopStyleVar();
}

/// Side by side and equally wide, where the panel is wide enough; below each other where not.
void SamplingPanel::draw_buttons(Commands& commands) {
    ImFont* f = font(TextSize::body);
    const float room = ImGui::GetContentRegionAvail().x, gap = px(6);
    float least = 0;
    for (const char* label : {"Resample", "× 1 000", "Use it"}) least = std::max(least, measure(f, label).x + px(12));
    const bool wraps = 3 * least + 2 * gap > room;
    const float width = wraps ? room : std::min(std::floor((room - 2 * gap) / 3), px(120));
    const auto next = [&] {
        if (!wraps) ImGui::SameLine(0, gap);
    };
    if (push_button("Resample", width)) commands.post(command::Resample{});
    tooltip("Draw the next token again: another branch");
    next();
    if (push_button("× 1 000", width)) view_.set_resampling(!view_.resampling());
    tooltip("Draw 1 000 times, to see that the draws follow the probabilities; the text stays as it is");
    next();
    if (push_button("Use it", width, Emphasis::primary)) commands.post(command::Step{1});
    tooltip("Write this token and go on  (Right)");
}

} // namespace

std::unique_ptr<Panel> make_sampling_panel() { return std::make_unique<SamplingPanel>(); }

} // namespace gf
