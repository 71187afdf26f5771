#include "app/panels/heads/head_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/heads/attention_switch.h"
#include "app/panels/heads/head_lines.h"
#include "app/panels/heads/head_matrix.h"
#include "app/view/not_kept_notice.h"
#include "app/view/panel_options.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/popup.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/tooltip.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace gf::ui {
namespace {

constexpr std::array<const char*, 2> k_forms{"matrix", "lines"};
constexpr std::array<const char*, 2> k_values{"weights", "scores"};

constexpr int k_max_tokens_as_lines = 40; ///< longer texts are shown as a matrix unless a person chose
// Design lengths.
constexpr float k_min_width_as_lines = 260, k_min_width = 120, k_min_height = 70;

enum class HeadForm { matrix, lines, automatic }; ///< automatic: lines while they can be told apart
enum class HeadValues { weights, scores };
std::string_view name(HeadForm form) {
    return form == HeadForm::matrix ? k_forms[0] : form == HeadForm::lines ? k_forms[1] : "auto";
}
std::string_view name(HeadValues values) { return k_values[values == HeadValues::scores]; }

struct HeadOptions {
    HeadForm form = HeadForm::automatic;
    HeadValues shows = HeadValues::weights;
    static void fields(auto& options, auto visit) {
        visit("form", options.form);
        visit("shows", options.shows);
    }
};

class HeadPanel : public PanelWithOptions<HeadOptions> {
  public:
    const char* title() const override { return "Head"; }
    const char* about() const override { return "one head large: which query reads which key"; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    using Form = HeadForm;
    Form form_to_draw(const View& view) const;
    void draw_header(const View& view, const Selection& selection, HeadRef head, Form form,
                     Commands& commands);
    void draw_menu(const View& view, const Selection& selection, Form form, const std::string& chosen,
                   Commands& commands);
    void write_subtitle(const View& view, const Selection& selection, HeadRef head, Form form,
                        bool says_values);

    HeadMatrix matrix_;
    HeadLines lines_;
    fmt::memory_buffer text_;
};

HeadPanel::Form HeadPanel::form_to_draw(const View& v) const {
    if (options_.form != Form::automatic) return options_.form;
    const int n_tokens = std::max(v.cursor, v.source ? v.source->rows : 0);
    const bool fits =
        n_tokens <= k_max_tokens_as_lines && ImGui::GetContentRegionAvail().x >= px(k_min_width_as_lines);
    return fits ? Form::lines : Form::matrix;
}

/// The head that is pointed at if the run keeps its layer, else the pinned one.
HeadRef head_to_draw(const View& v, const Selection& selection) {
    const HeadRef head = selection.head_in_view();
    return v.trace().kept(Site::pattern, head.layer) ? head : selection.pinned_head;
}

void HeadPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const Form form = form_to_draw(v);
    const HeadRef head = head_to_draw(v, selection);
    draw_header(v, selection, head, form, commands);
    if (!v.trace().kept(Site::pattern, head.layer)) return draw_not_kept_notice(v, head.layer);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    // A panel that is smaller than this scrolls.
    const UiRect area{{at.x, at.y + px(2)},
                      {at.x + std::max(room.x, px(k_min_width)), at.y + std::max(room.y, px(k_min_height))}};
    const ScoreAndPatternSites sites = score_and_pattern_sites(selection.attention);
    const HeadContext context{
        v,    selection,           commands,
        head, selection.attention, options_.shows == HeadValues::scores ? sites.scores : sites.pattern,
        area};
    // The header is drawn already: if it told something else, another frame corrects it.
    const auto told_cells = matrix_.cells_per_pixel();
    const int told_first = lines_.first_token();
    form == Form::lines ? lines_.draw(context) : matrix_.draw(context);
    if (told_cells != matrix_.cells_per_pixel() || told_first != lines_.first_token()) request_frame();
}

/// "layer 2, head 3; lines, every query"; before it "scores, " where no control says it.
void HeadPanel::write_subtitle(const View& v, const Selection& selection, HeadRef head, Form form,
                               bool says_values) {
    text_.clear();
    auto out = std::back_inserter(text_);
    if (says_values) fmt::format_to(out, "{}, ", name(options_.shows));
    fmt::format_to(out, "layer {}, head {}{}{}; ", head.layer, head.head,
                   selection.attention == Attention::cross ? " to the source" : "",
                   head == selection.pinned_head ? "" : " (preview: click pins it)");
    if (form == Form::lines && lines_.end_token() - lines_.first_token() < v.cursor)
        fmt::format_to(out, "lines, tokens {} to {}", lines_.first_token(), lines_.end_token() - 1);
    else if (form == Form::lines)
        fmt::format_to(out, "lines, every query");
    else if (const auto cells = matrix_.cells_per_pixel(); cells.rows > 1 || cells.cols > 1)
        fmt::format_to(out, "max-pooled {} × {}", cells.rows, cells.cols);
    else
        fmt::format_to(out, "matrix");
}

/// Draws title and subtitle, and the controls: side by side where there is room, else in one menu. Where not
/// even that has room, the subtitle begins with what is chosen.
void HeadPanel::draw_header(const View& v, const Selection& selection, HeadRef head, Form form,
                            Commands& commands) {
    const float gap = px(8);
    float width = segmented_control_width(k_forms, ControlSize::small) + gap +
                  segmented_control_width(k_values, ControlSize::small);
    const float attentions_width = attention_switch_width(v);
    if (attentions_width > 0) width += attentions_width + gap;
    HeaderPlace place = header_place(width);
    const bool has_all = place.fits;
    const std::string chosen = fmt::format("{}, {}", name(form), name(options_.shows));
    if (!has_all) place = header_place_beside(title(), header_menu_width(chosen));
    std::string_view shown_title = title();
    if (!place.fits) place = header_place_beside(shown_title = "", header_menu_width(chosen));
    write_subtitle(v, selection, head, form, !place.fits);
    panel_header(shown_title, {text_.data(), text_.size()}, place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    if (!has_all) return draw_menu(v, selection, form, chosen, commands);
    if (attentions_width > 0) {
        draw_attention_switch(selection.attention, commands);
        ImGui::SameLine(0, gap);
    }
    int chosen_form = static_cast<int>(form);
    if (segmented_control("form", chosen_form, k_forms, ControlSize::small))
        options_.form = static_cast<Form>(chosen_form);
    ImGui::SameLine(0, gap);
    auto values = static_cast<int>(options_.shows);
    if (segmented_control("shows", values, k_values, ControlSize::small))
        options_.shows = static_cast<HeadValues>(values);
}

/// The same choices as a menu.
void HeadPanel::draw_menu(const View& v, const Selection& selection, Form form, const std::string& chosen,
                          Commands& commands) {
    if (header_menu("how", chosen)) ImGui::OpenPopup("how the head is shown");
    tooltip("How the head is shown");
    if (!begin_popup_beside("how the head is shown", region_of_last_item())) return;
    for (const Form each : {Form::matrix, Form::lines})
        if (ImGui::MenuItem(name(each).data(), nullptr, form == each)) options_.form = each;
    ImGui::Separator();
    for (const HeadValues each : {HeadValues::weights, HeadValues::scores})
        if (ImGui::MenuItem(name(each).data(), nullptr, options_.shows == each)) options_.shows = each;
    if (attention_switch_width(v) > 0) {
        ImGui::Separator();
        draw_attention_switch(selection.attention, commands);
    }
    ImGui::EndPopup();
}

} // namespace

std::unique_ptr<Panel> make_head_panel() { return std::make_unique<HeadPanel>(); }

} // namespace gf::ui
