#include "app/panels/lab/claims_panel.h"

#include "app/lab/lab_room.h"
#include "app/panels/lab/lab_plots.h"
#include "app/widgets/icons.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_measured = 76, k_wanted = 96, k_verdict = 84, k_line = 24, k_least_statement = 120;

class ClaimsPanel : public Panel {
  public:
    const char* title() const override { return "Claims"; }
    const char* about() const override { return "what the lab claims, beside what was measured here"; }
    bool shows_values() const override { return false; }
    bool shows_all_runs() const override { return true; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_claim(const Claim& claim, const std::string& hidden) const;
};

void ClaimsPanel::draw(const View& v, Selection&, Commands&) {
    const auto results = v.lab && v.lab->is_open() ? v.lab->results() : nullptr;
    panel_header(title(),
                 results ? "measured here, on this seed, beside what is wanted" : "opens with a lab");
    if (!results) return;
    ImGui::BeginChild("claims", {0, 0}, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    for (const Claim& claim : results->claims)
        draw_claim(claim, v.lab->hides_claim(claim.id) ? v.lab->why_hidden(claim.id) : "");
    ImGui::EndChild();
}

/// "a head copies: best induction score   0.734   > 0.5   holds".
void ClaimsPanel::draw_claim(const Claim& claim, const std::string& hidden) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont *body = font(TextSize::body), *small = font(TextSize::small),
           *mono = font(TextSize::small, Face::mono);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = available_width(), figures = px(k_measured + k_wanted + k_verdict);
    const bool is_wide = width - figures >= px(k_least_statement);
    const float words = is_wide ? width - figures - px(8) : width;
    const float height = std::max(px(k_line), wrapped_text_height(body, claim.statement, words) + px(6));
    draw_wrapped_text(list, {at.x, at.y + px(2)}, body, t.text, claim.statement, words);
    float x = is_wide ? at.x + width - figures : at.x, y = is_wide ? at.y : at.y + height - px(4);
    const UiRect rest{{x, y}, {x + px(k_measured), y + px(k_line)}};
    const float end = y + px(k_line);
    if (!hidden.empty()) {
        draw_locked({{x, y + px(2)}, {at.x + width, end - px(2)}}, hidden);
    } else {
        draw_text_cut(list, rest, mono, t.text,
                      claim.is_measured() ? fmt::format("{:.4g}", claim.measured) : "…");
        draw_text_cut(list, {{x + px(k_measured), y}, {x + px(k_measured + k_wanted), end}}, mono, t.muted,
                      claim.requirement());
        const bool holds = claim.holds();
        if (claim.is_measured()) {
            const UiRect verdict{{x + px(k_measured + k_wanted), y}, {at.x + width, end}};
            const ImU32 ink = holds ? t.good_text : t.bad_text;
            draw_icon(list, holds ? Icon::check : Icon::close, {verdict.min.x + px(6), verdict.center().y},
                      px(10), ink);
            draw_text_cut(list, {{verdict.min.x + px(16), verdict.min.y}, verdict.max}, small, ink,
                          holds ? "holds" : "not shown");
        }
    }
    ImGui::SetCursorScreenPos(at);
    ImGui::PushID(claim.id.c_str());
    text_item(claim.id.c_str(), {width, std::max(height, end - at.y)});
    ImGui::PopID();
}

} // namespace

std::unique_ptr<Panel> make_claims_panel() { return std::make_unique<ClaimsPanel>(); }

} // namespace gf::ui
