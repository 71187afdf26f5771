#include "app/panels/routing/router_panel.h"

#include "app/panels/routing/no_experts.h"
#include "app/panels/routing/router_table.h"
#include "app/view/logits_change.h"
#include "app/view/own_setup.h"
#include "app/view/token_labels.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/menu.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/popup.h"
#include "app/widgets/slider.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_line = 18, k_slider_width = 110, k_gap = 6, k_swap_width = 200,
                k_row_height = 20; // design lengths

class RouterPanel : public Panel {
  public:
    const char* title() const override { return "Router"; }
    const char* about() const override {
        return "how one token is routed, and hands to route it in another way";
    }
    bool shows_values() const override { return false; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_hands(const View& view, ExpertRef expert, int token, Commands& commands);
    void draw_swap_menu(const View& view, ExpertRef expert, int token, Commands& commands);
    void draw_number_of_experts(const View& view, Commands& commands);
    void draw_change(const View& view, bool changed);

    RouterTable table_;
    LogitsChange change_;
    LineBuffer line_;
};

/// Goes on in the line if a button of this text has room there.
void next_in_line(std::string_view text) {
    const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
    if (ImGui::GetItemRectMax().x + px(k_gap) + header_button_width(text) <= right)
        ImGui::SameLine(0, px(k_gap));
}

void RouterPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const int layer = v.config().is_moe() ? routed_layer(v, selection) : 0,
              token = std::max(selection.token_in_view(v.cursor), 0);
    if (v.cursor == 0 || !v.config().is_moe()) {
        panel_header(title(), about());
        if (v.cursor > 0) draw_no_experts_notice(v, layer, commands);
        return;
    }
    panel_header(title(), line_("“{}” (row {}) in layer {}", short_label(v.run, token), token, layer));
    const bool is_text = v.run.id == Run::k_text, changed = has_expert_hands(v.trace().setup());
    if (is_text) change_.look_at(v.run, changed);
    if (draw_no_experts_notice(v, layer, commands)) return;
    const ExpertRef expert = expert_in_view(v, selection, layer, token);
    ImGui::BeginChild("routed token", {0, 0}, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    table_.draw(v, selection, expert, token, commands);
    if (is_text) {
        draw_hands(v, expert, token, commands);
        draw_change(v, changed);
    }
    ImGui::EndChild();
}

/// What can be done with the expert in focus.
void RouterPanel::draw_hands(const View& v, ExpertRef expert, int token, Commands& commands) {
    const Run& text = v.snapshot.text();
    const RunSetup& setup = text.trace->setup();
    const auto post = [&](RunSetup changed) { commands.post(command::SetSetup{"", std::move(changed)}); };
    vertical_space(4);
    text_line(line_("expert {}", expert.expert), theme().text, TextSize::small, Face::bold);
    const auto button = [&](const char* name, std::string_view words, const char* tip) {
        next_in_line(words);
        const bool pressed = header_button(name, words);
        tooltip(tip);
        return pressed;
    };
    if (button("off", is_expert_off(v, expert, token) ? "On again" : "Off",
               "Its router logit becomes -inf in this layer: the next one takes its place. (X)"))
        post(with_expert_switched(own_setup(text), expert));
    if (button("force one", is_expert_forced(setup, expert, token) ? "Let this token go" : "Force this token",
               "The token in view goes to this expert alone in this layer, with the gate 1."))
        post(with_expert_forced(own_setup(text), expert, token));
    if (button("force all", is_expert_forced(setup, expert, -1) ? "Let all go" : "Force all",
               "Every token goes to this expert alone in this layer, with the gate 1."))
        post(with_expert_forced(own_setup(text), expert, -1));
    if (button("swap", "Swap with …",
               "Tokens that are sent to one of two experts visit the other one, with the gate of the first."))
        ImGui::OpenPopup("experts to swap with");
    draw_swap_menu(v, expert, token, commands);
    draw_number_of_experts(v, commands);
    if (!has_expert_hands(setup)) return;
    if (header_button("as trained", "Route as trained")) post(without_expert_hands(own_setup(text)));
    tooltip("Takes all of it back, in every layer.");
    if (v.snapshot.find_run(std::string_view("as trained"))) return;
    if (button("beside", "Show beside as trained",
               "Runs the same text as the model was trained, in lock-step beside this one.")) {
        command::AddRun run;
        run.setup = without_expert_hands(own_setup(text));
        run.name = "as trained";
        commands.post(std::move(run));
    }
}

void RouterPanel::draw_swap_menu(const View& v, ExpertRef expert, int token, Commands& commands) {
    if (!begin_popup_beside("experts to swap with", region_of_last_item())) return;
    menu_heading(line_("swap expert {} with", expert.expert));
    const int now = expert_swapped_with(v, expert, token);
    for (int e = 0; e < v.config().n_experts; ++e) {
        if (e == expert.expert) continue;
        char name[24];
        *fmt::format_to_n(name, sizeof name - 1, "expert {}", e).out = 0;
        if (!menu_row(name, {.text = name, .chosen = e == now}, popup_width(k_swap_width))) continue;
        commands.post(command::SetSetup{
            "", with_experts_swapped(own_setup(v.snapshot.text()), expert.layer, expert.expert, e)});
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
}

void RouterPanel::draw_number_of_experts(const View& v, Commands& commands) {
    const int own = v.weights().config.experts_per_token;
    const RunSetup& setup = v.trace().setup();
    int k = setup.experts_per_token > 0 ? setup.experts_per_token : own;
    next_in_line("experts per token: 88"); // about as long as the number and its slider
    text_line(line_("k = {}", k), theme().text, TextSize::small);
    ImGui::SameLine(0, px(8));
    ImGui::BeginChild("number of experts",
                      {std::min(available_width(), px(k_slider_width)), px(k_row_height)},
                      ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_NoScrollbar);
    if (slim_slider("k", k, 1, v.config().n_experts)) {
        RunSetup changed = own_setup(v.snapshot.text());
        changed.experts_per_token = k == own ? 0 : k;
        commands.post(command::SetSetup{"", std::move(changed)});
    }
    ImGui::EndChild();
    tooltip(line_("How many experts each token visits; the model was trained with {}.", own));
}

void RouterPanel::draw_change(const View& v, bool changed) {
    if (!changed || v.run.trace->n_tokens() == 0) return;
    const Theme& t = theme();
    const auto line = [&](std::string_view left, std::string_view right, ImU32 ink) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const UiRect box{at, {at.x + available_width(), at.y + px(k_line)}};
        ImGui::Dummy(box.size());
        ImFont* mono = font(TextSize::small, Face::mono);
        const float number = std::ceil(measure(mono, right).x);
        ImDrawList& list = *ImGui::GetWindowDrawList();
        draw_text_cut(list, {box.min, {box.max.x - number - px(6), box.max.y}}, font(TextSize::small), ink,
                      left);
        draw_text(list, box, box.max.x - number, mono, ink, right);
    };
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(6), 0});
    if (change_.changes().empty())
        line("Route as trained once to compare: this text was not seen so", "", t.muted);
    else
        line("logits of the next token", "before → now", t.muted);
    for (const LogitsChange::Change& c : change_.changes())
        line(token_labels().label(c.token),
             line_("{:.2f} → {:.2f} ({:+.2f})", c.before, c.after, c.after - c.before), t.text);
    ImGui::PopStyleVar();
}

} // namespace

std::unique_ptr<Panel> make_router_panel() { return std::make_unique<RouterPanel>(); }

} // namespace gf::ui
