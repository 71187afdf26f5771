#include "app/panels/heads/head_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/heads/head_lines.h"
#include "app/panels/heads/head_matrix.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace gf::ui {
namespace {

constexpr std::array<const char*, 2> k_forms{"matrix", "lines"}, k_values{"weights", "scores"},
    k_attentions{"self", "cross"};
constexpr int k_most_lines = 40; // tokens up to which lines are shown unless a person chose
// Design lengths.
constexpr float k_least_x_lines = 260, k_least_x = 120, k_least_y = 70;

class HeadPanel : public Panel {
  public:
    const char* title() const override { return "Head"; }
    const char* about() const override { return "one head large: which query reads which key"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
    std::vector<PanelOption> options() const override {
        return {{"form", {k_forms[0], k_forms[1], "auto"}}, {"shows", {k_values[0], k_values[1]}}};
    }
    void choose(std::string_view option, std::string_view value) override;

  private:
    enum Form { matrix, lines, automatic };
    int form_in(const Snapshot& snapshot) const;
    void draw_header(const Snapshot& snapshot, const Selection& selection, HeadRef head, int form,
                     Commands& commands);

    int form_ = automatic; ///< automatic: lines while they can be told apart
    int shows_ = 0;        ///< index in k_values
    HeadMatrix matrix_;
    HeadLines lines_;
    fmt::memory_buffer text_;
};

void HeadPanel::choose(std::string_view option, std::string_view value) {
    if (option == "shows")
        shows_ = value == k_values[1];
    else
        form_ = value == k_forms[0] ? matrix : value == k_forms[1] ? lines : automatic;
}

int HeadPanel::form_in(const Snapshot& s) const {
    if (form_ != automatic) return form_;
    return std::max(s.cursor, s.has_source() ? s.source_run.rows : 0) <= k_most_lines &&
                   ImGui::GetContentRegionAvail().x >= px(k_least_x_lines)
               ? lines
               : matrix;
}

/// The head that is pointed at, if its layer is there; else the pinned one.
HeadRef head_in(const Snapshot& s, const Selection& selection) {
    const HeadRef head = selection.head_in_view();
    return s.trace().kept(Site::pattern, head.layer) ? head : selection.pinned_head;
}

void HeadPanel::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    const int form = form_in(s);
    const HeadRef head = head_in(s, selection);
    draw_header(s, selection, head, form, commands);
    if (!s.trace().kept(Site::pattern, head.layer)) return say_why_not_kept(s, head.layer);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    // A panel that is smaller still scrolls.
    const UiRect area{{at.x, at.y + px(2)},
                      {at.x + std::max(room.x, px(k_least_x)), at.y + std::max(room.y, px(k_least_y))}};
    const AttentionSites sites = sites_of(selection.attention);
    const HeadScene scene{
        s, selection, commands, head, selection.attention, shows_ ? sites.scores : sites.pattern, area};
    const auto pooled = matrix_.pooled();
    const int first = lines_.first_token();
    form == lines ? lines_.draw(scene) : matrix_.draw(scene);
    if (pooled != matrix_.pooled() || first != lines_.first_token()) request_frame(); // for the header
}

/// "Head  layer 2, head 3; lines, every query", and what can be chosen, as much of it as there is room for.
void HeadPanel::draw_header(const Snapshot& s, const Selection& selection, HeadRef shown, int form,
                            Commands& commands) {
    text_.clear();
    auto out = std::back_inserter(text_);
    const bool cross = selection.attention == Attention::cross;
    fmt::format_to(out, "layer {}, head {}{}{}; ", shown.layer, shown.head, cross ? " to the source" : "",
                   shown == selection.pinned_head ? "" : " (preview: click pins it)");
    if (form == lines && lines_.end_token() - lines_.first_token() < s.cursor)
        fmt::format_to(out, "lines, tokens {} to {}", lines_.first_token(), lines_.end_token() - 1);
    else if (form == lines)
        fmt::format_to(out, "lines, every query");
    else if (const auto pooled = matrix_.pooled(); pooled.rows > 1 || pooled.cols > 1)
        fmt::format_to(out, "max-pooled {} × {}", pooled.rows, pooled.cols);
    else
        fmt::format_to(out, "matrix");
    const float values = segmented_width(k_values, ControlSize::small) + px(8),
                forms = segmented_width(k_forms, ControlSize::small);
    const float attentions =
        s.trace().source() ? segmented_width(k_attentions, ControlSize::small) + px(8) : 0;
    bool has_values = true;
    HeaderPlace place = header_place(forms + attentions + values);
    if (!place.fits) has_values = false, place = header_place(forms + attentions);
    panel_header("Head", {text_.data(), text_.size()}, place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    if (attentions > 0) {
        int chosen = cross;
        if (segmented("attention", chosen, k_attentions, ControlSize::small))
            commands.post(command::ViewAttention{k_attentions[static_cast<std::size_t>(chosen)]});
        ImGui::SameLine(0, px(8));
    }
    int chosen = form;
    if (segmented("form", chosen, k_forms, ControlSize::small)) form_ = chosen;
    if (!has_values) return;
    ImGui::SameLine(0, px(8));
    segmented("shows", shows_, k_values, ControlSize::small);
}

} // namespace

std::unique_ptr<Panel> make_head_panel() { return std::make_unique<HeadPanel>(); }

} // namespace gf::ui
