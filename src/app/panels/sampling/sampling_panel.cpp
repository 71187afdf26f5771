#include "app/panels/sampling/sampling_panel.h"

#include "app/panels/sampling/chain_editor.h"
#include "app/panels/sampling/derivation_card.h"
#include "app/panels/sampling/entropy_and_fit.h"
#include "app/panels/sampling/probability_bar.h"
#include "app/panels/sampling/stage_names.h"
#include "app/panels/sampling/token_table.h"
#include "app/panels/sampling/tokenless_output.h"
#include "app/view/panel_options.h"
#include "app/view/token_labels.h"
#include "app/widgets/buttons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths
constexpr float k_min_width_for_card_beside_table = 600;
constexpr float k_max_card_width = 400, k_gap_beside_card = 16;

/// Pixels between the lines of the panel: less where it is low.
float line_spacing() { return px(is_low_panel() ? 4 : 6); }

constexpr std::array<std::string_view, 7> k_stage_words{"all",   "repetition", "temperature", "top-k",
                                                        "top-p", "min-p",      "greedy"};

struct SamplingOptions {
    std::string stage = "temperature"; ///< the one in focus
    std::string token = "none";        ///< the one whose probability is derived: its text, its id, or "next"
    bool resamples = false;
    static void fields(auto& options, auto visit) {
        visit("stage", options.stage, {.words = k_stage_words});
        visit("token", options.token);
        visit("resamples", options.resamples, {.words = k_off_on});
    }
};

class SamplingPanel : public PanelWithOptions<SamplingOptions> {
  public:
    bool always_shows_text() const override { return true; }
    const char* title() const override { return "Sampling"; }
    const char* about() const override {
        return "from logits to the next token: the chain, the probabilities, the draw";
    }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void take_option(std::string_view name) override;
    void note_options();
    void draw_below_chain(const View& view, Selection& selection, Commands& commands);
    void draw_with_card_beside_table(const View& view, Selection& selection, Commands& commands);
    void draw_in_one_column(const View& view, Selection& selection, Commands& commands);
    void draw_buttons(const View& view, Commands& commands);
    const char* subtitle(const View& view, const Selection& selection);

    SamplingPanelState state_;
    ChainEditor chain_editor_;
    TokenTable table_;
    TokenlessOutput tokenless_output_;
    SamplingChain edited_chain_; ///< kept only to reuse its memory
};

void SamplingPanel::take_option(std::string_view option) {
    if (option == "resamples") state_.set_resampling(options_.resamples);
    if (option == "token") state_.choose_token_by_name(options_.token);
    if (option != "stage") return;
    state_.focus_on_first_of_kind({});
    for (int i = 0; i < k_n_stage_kinds; ++i) {
        const auto kind = static_cast<StageKind>(i);
        if (short_stage_name(kind) == options_.stage) state_.focus_on_first_of_kind(kind);
    }
}

/// Notes in options_ what a person chose by hand.
void SamplingPanel::note_options() {
    options_.stage = state_.focused_kind() ? short_stage_name(*state_.focused_kind()) : "all";
    options_.resamples = state_.resampling();
    if (state_.chosen_token() >= 0 && !state_.is_looking_for_token())
        options_.token = "#" + std::to_string(state_.chosen_token());
    else if (!state_.is_looking_for_token())
        options_.token = "none";
}

void SamplingPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const ImVec2 spacing = ImGui::GetStyle().ItemSpacing;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {spacing.x, line_spacing()});
    const bool predicts = predicts_tokens(v);
    panel_header("Sampling", predicts ? subtitle(v, selection) : tokenless_output_.subtitle(v));
    if (!predicts) {
        tokenless_output_.draw(v, selection, commands);
    } else if (v.cursor < 1) {
        label_text("The first token has no probabilities: write a prompt.", theme().muted, TextSize::small);
    } else {
        const int position = sampled_position(v, selection);
        state_.update(v, position);
        if (chain_editor_.draw(state_, edited_chain_, v.config().d_vocab)) {
            sampling_preview().propose(edited_chain_);
            commands.post(command::SetSampling{edited_chain_});
            state_.update(v, position);
        }
        draw_below_chain(v, selection, commands);
        note_options();
    }
    ImGui::PopStyleVar();
}

const char* SamplingPanel::subtitle(const View& v, const Selection& selection) {
    if (!v.config().fills_in())
        return state_.format("next token, after {} token{}", v.cursor, v.cursor == 1 ? "" : "s");
    if (v.cursor < 1) return "what fits in the place of a token";
    const int position = sampled_position(v, selection);
    return state_.format("in the place of {}, token {}", token_labels().label(v.run.token(position)),
                         position);
}

/// Pixels that the probability bar and the buttons below it take, with the spacing above each.
float bar_and_buttons_height() {
    const float spacing = ImGui::GetStyle().ItemSpacing.y;
    return spacing + probability_bar_height() + spacing + px(k_control_height);
}

void SamplingPanel::draw_below_chain(const View& v, Selection& selection, Commands& commands) {
    draw_entropy_and_fit(state_);
    const float width = ImGui::GetContentRegionAvail().x;
    if (state_.chosen_token() >= 0 && width >= px(k_min_width_for_card_beside_table))
        draw_with_card_beside_table(v, selection, commands);
    else
        draw_in_one_column(v, selection, commands);
}

void SamplingPanel::draw_with_card_beside_table(const View& v, Selection& selection, Commands& commands) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const float card_width = std::min(px(k_max_card_width), std::floor(room.x * 0.45f));
    const float height = std::max(room.y - bar_and_buttons_height(), 4 * TokenTable::row_height());
    table_.draw(state_, v, selection, commands, {room.x - card_width - px(k_gap_beside_card), height});
    const ImVec2 below_table = ImGui::GetCursorScreenPos();
    ImGui::SetCursorScreenPos({at.x + room.x - card_width, at.y});
    draw_derivation_card(state_, commands, card_width, height);
    ImGui::SetCursorScreenPos(below_table);
    draw_probability_bar(state_, v);
    draw_buttons(v, commands);
}

/// The table, below it the card of the chosen token, then the probability bar. The card takes the place of
/// the bar where there is no room for both.
void SamplingPanel::draw_in_one_column(const View& v, Selection& selection, Commands& commands) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float spacing = ImGui::GetStyle().ItemSpacing.y, row = TokenTable::row_height();
    const bool has_card = state_.chosen_token() >= 0;
    const float card = has_card ? spacing + derivation_card_height(state_, room.x) : 0;
    const float bar_and_buttons = bar_and_buttons_height();
    const bool has_bar = !has_card || room.y - card - bar_and_buttons >= 8 * row;
    const float below_table =
        has_bar ? card + bar_and_buttons : std::min(card, std::max(room.y - 4 * row, room.y * 0.6f));
    const float min_table_height = 2 * row + TokenTable::heading_height();
    table_.draw(state_, v, selection, commands, {room.x, std::max(room.y - below_table, min_table_height)});
    if (has_card) draw_derivation_card(state_, commands, room.x, (has_bar ? card : below_table) - spacing);
    if (has_bar) {
        draw_probability_bar(state_, v);
        draw_buttons(v, commands);
    }
}

/// The buttons stand side by side: equally wide where there is room, else as wide as their words. Where even
/// that is too much, they stand below each other.
void SamplingPanel::draw_buttons(const View& v, Commands& commands) {
    ImFont* f = font(TextSize::body);
    const float room = ImGui::GetContentRegionAvail().x, gap = px(6);
    float widest = 0, total = 2 * gap;
    for (const char* label : {"Resample", "× 1 000", "Use it"}) {
        const float width = std::ceil(measure(f, label).x) + px(12);
        widest = std::max(widest, width);
        total += width;
    }
    const bool equal = 3 * widest + 2 * gap <= room, stacked = total > room;
    const auto width_of = [&](const char* label) {
        if (stacked) return room;
        return equal ? std::min(std::floor((room - 2 * gap) / 3), px(120))
                     : std::ceil(measure(f, label).x) + px(12);
    };
    const auto next = [&] {
        if (!stacked) ImGui::SameLine(0, gap);
    };
    const bool fills_in = v.config().fills_in();
    if (push_button("Resample", width_of("Resample"))) commands.post(command::Resample{});
    tooltip(fills_in ? "Draw the token again" : "Draw the next token again: another branch");
    next();
    if (push_button("× 1 000", width_of("× 1 000"))) state_.set_resampling(!state_.resampling());
    tooltip("Draw 1 000 times, to see that the draws follow the probabilities; the text stays as it is");
    next();
    if (push_button("Use it", width_of("Use it"), Emphasis::primary)) {
        if (fills_in)
            commands.post(command::ForceToken{state_.position(), state_.next_token()});
        else
            commands.post(command::UseDraw{});
    }
    tooltip(fills_in ? "Write this token in its place: a branch"
            : !state_.would_draw_another()
                ? "Write this token and go on  (Right)"
                : state_.format("Write {} in place of {}, which was drawn otherwise: a "
                                "branch. Right keeps {}.",
                                token_labels().label(state_.step().token),
                                token_labels().label(state_.next_token()),
                                token_labels().label(state_.next_token())));
}

} // namespace

std::unique_ptr<Panel> make_sampling_panel() { return std::make_unique<SamplingPanel>(); }

} // namespace gf::ui
