#include "app/panels/sampling/sampling_panel.h"

#include "app/panels/sampling/parts.h"
#include "app/view/token_labels.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <array>

namespace gf::ui {
namespace {

constexpr float k_side_by_side = 600;

class SamplingPanel : public Panel {
  public:
    bool of_the_text() const override { return true; }
    const char* title() const override { return "Sampling"; }
    const char* about() const override {
        return "from logits to the next token: the chain, the probabilities, the draw";
    }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
    std::vector<PanelOption> options() const override;
    void choose(std::string_view option, std::string_view value) override;

  private:
    void draw_lower_part(const Snapshot& snapshot, Selection& selection, Commands& commands);
    void draw_buttons(const Snapshot& snapshot, Commands& commands);
    const char* subtitle(const Snapshot& snapshot, const Selection& selection);

    SamplingView view_;
    TokenTable table_;
    NoTokens no_tokens_;
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
    const ImVec2 spacing = ImGui::GetStyle().ItemSpacing;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {spacing.x, line_gap()});
    const bool predicts = predicts_tokens(s);
    panel_header("Sampling", predicts ? subtitle(s, selection) : no_tokens_.subtitle(s));
    if (!predicts) {
        no_tokens_.draw(s, selection, commands);
    } else if (s.cursor < 1) {
        label_text("The first token has no probabilities: write a prompt.", theme().muted, TextSize::small);
    } else {
        const int position = drawn_position(s, selection);
        view_.update(s, position);
        if (draw_chain(view_, edited_, s.config().d_vocab)) {
            next_draw().propose(edited_);
            commands.post(command::SetSampling{edited_});
            view_.update(s, position);
        }
        draw_lower_part(s, selection, commands);
    }
    ImGui::PopStyleVar();
}

const char* SamplingPanel::subtitle(const Snapshot& s, const Selection& selection) {
    if (!s.config().fills_in())
        return view_.line("next token, after {} token{}", s.cursor, s.cursor == 1 ? "" : "s");
    if (s.cursor < 1) return "what fits in the place of a token";
    const int position = drawn_position(s, selection);
    return view_.line("in the place of {}, token {}", token_labels().alone(s.run().token(position)),
                      position);
}

void SamplingPanel::draw_lower_part(const Snapshot& s, Selection& selection, Commands& commands) {
    draw_summary(view_);
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float gap = line_gap(), row = TokenTable::row_height();
    const float draw_part = gap + the_draw_height() + gap + px(k_control_height);
    const bool derives = view_.token() >= 0;
    if (derives && room.x >= px(k_side_by_side)) { // the card to the right of the table
        const float card = std::min(px(400), std::floor(room.x * 0.45f)),
                    height = std::max(room.y - draw_part, 4 * row);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        table_.draw(view_, s, selection, commands, {room.x - card - px(16), height});
        const ImVec2 below = ImGui::GetCursorScreenPos();
        ImGui::SetCursorScreenPos({at.x + room.x - card, at.y});
        draw_derivation(view_, commands, card, height);
        ImGui::SetCursorScreenPos(below);
        draw_the_draw(view_, s);
        draw_buttons(s, commands);
    } else {
        const float least = 2 * row + TokenTable::heading_height(),
                    card = derives ? gap + derivation_height(view_, room.x) : 0;
        // The card takes the place of the draw where there is no room for both.
        const bool both = !derives || room.y - card - draw_part >= 8 * row;
        const float below =
            both ? card + draw_part : std::min(card, std::max(room.y - 4 * row, room.y * 0.6f));
        table_.draw(view_, s, selection, commands, {room.x, std::max(room.y - below, least)});
        if (derives) draw_derivation(view_, commands, room.x, (both ? card : below) - gap);
        if (both) {
            draw_the_draw(view_, s);
            draw_buttons(s, commands);
        }
    }
}

/// Side by side: equally wide where there is room, else as wide as their words; below each other where even
/// that is too much.
void SamplingPanel::draw_buttons(const Snapshot& s, Commands& commands) {
    ImFont* f = font(TextSize::body);
    const float room = ImGui::GetContentRegionAvail().x, gap = px(6);
    float widest = 0, all = 2 * gap;
    for (const char* label : {"Resample", "× 1 000", "Use it"}) {
        const float width = std::ceil(measure(f, label).x) + px(12);
        widest = std::max(widest, width);
        all += width;
    }
    const bool equal = 3 * widest + 2 * gap <= room, wraps = all > room;
    const auto width_of = [&](const char* label) {
        if (wraps) return room;
        return equal ? std::min(std::floor((room - 2 * gap) / 3), px(120))
                     : std::ceil(measure(f, label).x) + px(12);
    };
    const auto next = [&] {
        if (!wraps) ImGui::SameLine(0, gap);
    };
    const bool fills_in = s.config().fills_in();
    if (push_button("Resample", width_of("Resample"))) commands.post(command::Resample{});
    tooltip(fills_in ? "Draw the token again" : "Draw the next token again: another branch");
    next();
    if (push_button("× 1 000", width_of("× 1 000"))) view_.set_resampling(!view_.resampling());
    tooltip("Draw 1 000 times, to see that the draws follow the probabilities; the text stays as it is");
    next();
    if (push_button("Use it", width_of("Use it"), Emphasis::primary)) {
        if (fills_in)
            commands.post(command::ForceToken{view_.position(), view_.next_token()});
        else
            commands.post(command::Step{1});
    }
    tooltip(fills_in ? "Write this token in its place: a branch" : "Write this token and go on  (Right)");
}

} // namespace

std::unique_ptr<Panel> make_sampling_panel() { return std::make_unique<SamplingPanel>(); }

} // namespace gf::ui
