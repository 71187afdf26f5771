#include "app/panels/heads/head_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/heads/attention_switch.h"
#include "app/panels/heads/head_chips.h"
#include "app/panels/heads/head_lines.h"
#include "app/panels/heads/head_matrix.h"
#include "app/panels/heads/head_unrolled.h"
#include "app/view/head_switch.h"
#include "app/view/not_kept_notice.h"
#include "app/view/panel_options.h"
#include "app/view/token_row.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/popup.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

namespace gf::ui {
namespace {

constexpr std::array<const char*, 3> k_forms{"matrix", "lines", "unrolled"};
constexpr std::array<const char*, 3> k_values{"weights", "scores", "taken"};

constexpr int k_max_tokens_as_lines = 40; ///< longer texts are shown as a matrix unless a person chose
// Design lengths.
constexpr float k_min_width_as_lines = 260, k_min_width = 120, k_min_height = 70;
constexpr float k_chips_from = 190; ///< height from which on lines have the chips of the heads above them

enum class HeadForm { matrix, lines, unrolled, automatic }; ///< automatic: lines while they can be told apart
enum class HeadValues { weights, scores, taken };           ///< taken: weight times length of the value
std::string_view name(HeadForm form) {
    return form == HeadForm::automatic ? "auto" : k_forms[static_cast<std::size_t>(form)];
}
std::string_view name(HeadValues values) { return k_values[static_cast<std::size_t>(values)]; }

struct HeadOptions {
    HeadForm form = HeadForm::automatic;
    HeadValues shows = HeadValues::weights;
    std::string heads = "one"; ///< whose lines are drawn, see ShownHeads
    UnrolledOptions unrolled{};
    static void fields(auto& options, auto visit) {
        visit("form", options.form);
        visit("shows", options.shows);
        visit("heads", options.heads);
        UnrolledOptions::fields(options.unrolled, visit);
    }
};

class HeadPanel : public PanelWithOptions<HeadOptions> {
  public:
    const char* title() const override { return "Head"; }
    const char* about() const override { return "one head large: which query reads which key"; }
    void draw(const View& view, Selection& selection, Commands& commands) override;
    void choose(std::string_view name, std::string_view value) override;

  private:
    using Form = HeadForm;
    void measure_values(const View& view, Site pattern, int layer);
    void draw_lines(HeadContext context);
    Form form_to_draw(const View& view) const;
    void draw_header(const HeadContext& context, Form form);
    void draw_menu(const HeadContext& context, Form form, const std::string& chosen);
    void write_subtitle(const HeadContext& context, Form form, bool says_values);
    void write_unrolled(const HeadContext& context);
    bool subtitle_fits(const HeaderPlace& place) const;
    void draw_value_menu();
    void draw_value_rows();

    HeadMatrix matrix_;
    HeadLines lines_;
    HeadUnrolled unrolled_;
    std::vector<ValueLengths> lengths_; ///< of each key-value head
    ShownHeads shown_heads_;
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
    const ScoreAndPatternSites sites = score_and_pattern_sites(selection.attention);
    HeadContext context{
        v,    selection,           commands,
        head, selection.attention, options_.shows == HeadValues::scores ? sites.scores : sites.pattern,
        {}};
    draw_header(context, form);
    if (!v.trace().kept(Site::pattern, head.layer)) return draw_not_kept_notice(v, head.layer);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    // A panel that is smaller than this scrolls.
    context.area = {{at.x, at.y + px(2)},
                    {at.x + std::max(room.x, px(k_min_width)), at.y + std::max(room.y, px(k_min_height))}};
    if (form == Form::unrolled) return unrolled_.draw(context, options_.unrolled);
    if (options_.shows == HeadValues::taken && !v.has_both_signs()) {
        measure_values(v, sites.pattern, head.layer);
        context.value_lengths = lengths_;
    }
    context.move_pin_by_keys({selection.token_in_view(context.n_queries()), 0});
    // The header is drawn already: if it told something else, another frame corrects it.
    const auto told_cells = matrix_.cells_per_pixel();
    const int told_first = lines_.first_token();
    form == Form::lines ? draw_lines(context) : matrix_.draw(context);
    if (told_cells != matrix_.cells_per_pixel() || told_first != lines_.first_token()) request_frame();
}

void HeadPanel::measure_values(const View& v, Site pattern, int layer) {
    lengths_.resize(static_cast<std::size_t>(v.config().n_kv_heads));
    for (int kv_head = 0; kv_head < v.config().n_kv_heads; ++kv_head) {
        ValueLengths& lengths = lengths_[static_cast<std::size_t>(kv_head)];
        lengths.look_at(pattern, layer, kv_head * v.config().group_size());
        lengths.advance(v.values);
    }
}

/// The lines, of one head or of several, and above them where there is room the chips that choose heads.
void HeadPanel::draw_lines(HeadContext context) {
    const int n_heads = context.view.config().n_heads;
    context.heads = shown_heads_.of(context.head.head, n_heads);
    if (n_heads > 1 && context.area.height() >= px(k_chips_from)) {
        draw_head_chips(context, shown_heads_,
                        {context.area.min, {context.area.max.x, context.area.min.y + head_chips_height()}});
        options_.heads = shown_heads_.words();
        context.heads = shown_heads_.of(context.head.head, n_heads);
        context.area.min.y += head_chips_height() + px(4);
    }
    lines_.draw(context);
}

void HeadPanel::choose(std::string_view name, std::string_view value) {
    if (name == "heads") shown_heads_.choose(value); // a wrong word changes nothing
    if (name == "folded") open_stages(value);
    PanelWithOptions::choose(name, value);
}

/// "layer 2, head 3; lines, every query"; before it "scores, " where no control says it.
void HeadPanel::write_subtitle(const HeadContext& c, Form form, bool says_values) {
    text_.clear();
    auto out = std::back_inserter(text_);
    if (says_values && form != Form::unrolled) fmt::format_to(out, "{}, ", name(options_.shows));
    fmt::format_to(out, "layer {}, head {}{}{}{}; ", c.head.layer, c.head.head,
                   c.is_cross() ? " to the source" : "",
                   is_switched_off(c.view, c.attention, c.head) ? ", switched off" : "",
                   c.head == c.selection.pinned_head ? "" : " (preview: click pins it)");
    if (form == Form::lines && lines_.end_token() - lines_.first_token() < c.view.cursor)
        fmt::format_to(out, "lines, tokens {} to {}", lines_.first_token(), lines_.end_token() - 1);
    else if (form == Form::lines)
        fmt::format_to(out, "lines, every query");
    else if (form == Form::unrolled)
        write_unrolled(c);
    else if (const auto cells = matrix_.cells_per_pixel(); cells.rows > 1 || cells.cols > 1)
        fmt::format_to(out, "max-pooled {} × {}", cells.rows, cells.cols);
    else
        fmt::format_to(out, "matrix");
}

/// "unrolled: how kite comes to read net; a click on a stage folds or opens it".
void HeadPanel::write_unrolled(const HeadContext& c) {
    auto out = std::back_inserter(text_);
    fmt::format_to(out, "unrolled");
    if (c.view.trace().kept(Site::pattern, c.head.layer) && c.n_queries() > 0 && c.n_keys() > 0) {
        const AttentionCell cell = unrolled_.focus_of(c);
        fmt::format_to(out, ": how {} comes to read {}", short_label(c.view.run, cell.query),
                       short_label(c.key_run(), cell.key));
    }
    fmt::format_to(out, "{}; a click on a stage folds or opens it",
                   c.view.has_both_signs() ? ", values" : "");
}

/// Draws title and subtitle, and the controls: side by side where there is room, else what is shown as a
/// menu, else all in one menu. Where not even that has room, the subtitle begins with what is chosen.
void HeadPanel::draw_header(const HeadContext& context, Form form) {
    const View& v = context.view;
    const bool chooses_values = form != Form::unrolled; // which shows all of them
    const float gap = px(8), attentions_width = attention_switch_width(v);
    const float forms_width = segmented_control_width(k_forms, ControlSize::small) +
                              (attentions_width > 0 ? attentions_width + gap : 0);
    const float values_width = segmented_control_width(k_values, ControlSize::small) + gap;
    write_subtitle(context, form, false);
    HeaderPlace place = header_place(forms_width + (chooses_values ? values_width : 0));
    const bool has_value_menu = chooses_values && !(place.fits && subtitle_fits(place));
    if (has_value_menu) place = header_place(forms_width + gap + header_menu_width(name(options_.shows)));
    const bool has_all = place.fits;
    const std::string chosen =
        chooses_values ? fmt::format("{}, {}", name(form), name(options_.shows)) : std::string(name(form));
    if (!has_all) place = header_place_beside(title(), header_menu_width(chosen));
    std::string_view shown_title = title();
    if (!place.fits) place = header_place_beside(shown_title = "", header_menu_width(chosen));
    write_subtitle(context, form, !place.fits);
    panel_header(shown_title, {text_.data(), text_.size()}, place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    if (!has_all) return draw_menu(context, form, chosen);
    if (attentions_width > 0) {
        draw_attention_switch(context.attention, context.commands);
        ImGui::SameLine(0, gap);
    }
    int chosen_form = static_cast<int>(form);
    if (segmented_control("form", chosen_form, k_forms, ControlSize::small))
        options_.form = static_cast<Form>(chosen_form);
    if (!chooses_values) return;
    ImGui::SameLine(0, gap);
    if (has_value_menu) return draw_value_menu();
    auto values = static_cast<int>(options_.shows);
    if (segmented_control("shows", values, k_values, ControlSize::small))
        options_.shows = static_cast<HeadValues>(values);
}

/// Whether all of the subtitle stands beside the controls.
bool HeadPanel::subtitle_fits(const HeaderPlace& place) const {
    const float title_width = measure(font(TextSize::body, Face::bold), title()).x + px(10);
    return measure(font(TextSize::body), {text_.data(), text_.size()}).x <=
           available_width() - title_width - place.reserved;
}

void HeadPanel::draw_value_menu() {
    if (header_menu("values", name(options_.shows))) ImGui::OpenPopup("what the head shows");
    tooltip("What the head shows");
    if (!begin_popup_beside("what the head shows", region_of_last_item())) return;
    draw_value_rows();
    ImGui::EndPopup();
}

void HeadPanel::draw_value_rows() {
    for (const HeadValues each : {HeadValues::weights, HeadValues::scores, HeadValues::taken})
        if (ImGui::MenuItem(name(each).data(), nullptr, options_.shows == each)) options_.shows = each;
}

/// The same choices as a menu.
void HeadPanel::draw_menu(const HeadContext& context, Form form, const std::string& chosen) {
    if (header_menu("how", chosen)) ImGui::OpenPopup("how the head is shown");
    tooltip("How the head is shown");
    if (!begin_popup_beside("how the head is shown", region_of_last_item())) return;
    for (const Form each : {Form::matrix, Form::lines, Form::unrolled})
        if (ImGui::MenuItem(name(each).data(), nullptr, form == each)) options_.form = each;
    if (form != Form::unrolled) {
        ImGui::Separator();
        draw_value_rows();
    }
    if (attention_switch_width(context.view) > 0) {
        ImGui::Separator();
        draw_attention_switch(context.attention, context.commands);
    }
    ImGui::EndPopup();
}

} // namespace

std::unique_ptr<Panel> make_head_panel() { return std::make_unique<HeadPanel>(); }

} // namespace gf::ui
