#include "app/panels/attribution/attribution_panel.h"

#include "app/host/frame_request.h"
#include "app/panels/attribution/attribution_tables.h"
#include "app/panels/attribution/attribution_words.h"
#include "app/panels/attribution/score_matrix.h"
#include "app/panels/attribution/waterfall.h"
#include "app/view/panel_options.h"
#include "app/view/token_labels.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_side = 292, k_gap = 24, k_least_with_side = 760, k_tables = 0.42f,
                k_least_with_tables = 420, k_proof = 150, k_least_with_matrix = 940, k_copied = 250;
constexpr std::array<const char*, 2> k_forms{"difference", "one logit"};

/// -1 means what the panel chooses by itself, -2 none.
struct AttributionOptions {
    double token = -1;   ///< whose logit; -1: the likeliest
    double against = -1; ///< of which it is to be above; -1: the likeliest other one
    double part = -1;    ///< the term that is looked into, counted from the embedding; -1: the largest head's
    double source = -1;  ///< the row of the token that the head reads; -1: the one it takes most from
    double unfold = -1;  ///< a layer whose attention is split by heads where a score is split
    static void fields(auto& options, auto visit) {
        const FieldRule rule{.least = -2, .greatest = 1 << 24};
        visit("token", options.token, rule);
        visit("against", options.against, rule);
        visit("part", options.part, rule);
        visit("source", options.source, rule);
        visit("unfold", options.unfold, rule);
    }
};

class AttributionPanel : public PanelWithOptions<AttributionOptions> {
  public:
    const char* title() const override { return "Attribution"; }
    const char* about() const override {
        return "what each part wrote into a logit, and where it had that from";
    }
    bool shows_values() const override { return false; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    AttributionTarget target_of(const View& view, int row) const;
    void split(const View& view, const AttributionTarget& target);
    void look_into();
    void split_score(const View& view);
    void ask_effects(const View& view, const Selection& selection, Commands& commands);
    const PartFindings* effects_of(const View& view) const;
    void draw_header(const View& view, Commands& commands);
    void draw_pictures(const AttributionScene& scene, const UiRect& area);
    void draw_tables(const AttributionScene& scene, const UiRect& area);
    void explain(const View& view, Selection& selection, int term);

    Attribution split_;
    // What the below was made for.
    std::weak_ptr<const Trace> run_;
    int part_ = -1, source_ = -1;
    int part_row_ = -2; ///< option `source` then
    std::vector<AttributionSource> sources_;
    std::vector<AttributionTerm> copied_;
    ScoreSplit score_; ///< of the head's source, a frame later than the above
    bool has_score_ = false, score_is_due_ = false;
    int unfolded_ = -1;          ///< as option `unfold` was
    std::uint64_t asked_at_ = 0; ///< Snapshot::n_applied when effects were asked for
    int explained_ = -1;
    std::shared_ptr<const Spelling> spelling_;
    Waterfall waterfall_;
    AttributionTables tables_;
    ScoreMatrix matrix_;
    LineBuffer line_;
};

/// The two likeliest tokens of a row, unless a person chose others.
AttributionTarget AttributionPanel::target_of(const View& v, int row) const {
    const int n = v.config().d_vocab;
    const real* logits = v.trace().row(Site::logits, -1, row);
    const auto likeliest_but = [&](int other) {
        int best = -1;
        for (int t = 0; t < n; ++t)
            if (t != other && (best < 0 || logits[t] > logits[best])) best = t;
        return best;
    };
    AttributionTarget target{.row = row};
    const auto token = static_cast<int>(options_.token), against = static_cast<int>(options_.against);
    target.token = token >= 0 && token < n ? token : likeliest_but(against);
    target.against = against == -2 ? -1 : against >= 0 && against < n ? against : likeliest_but(target.token);
    if (target.against == target.token) target.against = -1;
    return target;
}

void AttributionPanel::split(const View& v, const AttributionTarget& target) {
    if (run_.lock() == v.run.trace && split_.target() == target) return;
    run_ = v.run.trace;
    split_.look_at(v.run.trace, target);
    part_ = -1, part_row_ = -3;
    explained_ = -1;
}

/// The term and the token that are looked into: those of the options, or the strongest.
void AttributionPanel::look_into() {
    const std::vector<AttributionTerm>& terms = split_.terms();
    int part = static_cast<int>(options_.part);
    if (part < 0 || part >= static_cast<int>(terms.size())) {
        part = 0;
        for (int i = 0; i < static_cast<int>(terms.size()); ++i) {
            const auto size = [&](int at) {
                const AttributionTerm& term = terms[static_cast<std::size_t>(at)];
                return term.part == AttributionTerm::Part::head ? std::abs(term.value) : -1.0;
            };
            if (size(i) > size(part)) part = i;
        }
    }
    const auto row = static_cast<int>(options_.source);
    if (part == part_ && row == part_row_) return;
    part_ = part, part_row_ = row;
    score_is_due_ = true;
    has_score_ = false;
    source_ = -1;
    sources_.clear();
    copied_.clear();
    const AttributionTerm& term = terms[static_cast<std::size_t>(part)];
    if (term.part != AttributionTerm::Part::head && term.part != AttributionTerm::Part::source_head) return;
    sources_ = split_.sources(term);
    for (int i = 0; i < static_cast<int>(sources_.size()); ++i) {
        const auto size = [&](int at) { return std::abs(sources_[static_cast<std::size_t>(at)].value()); };
        if (sources_[static_cast<std::size_t>(i)].row == row) {
            source_ = i;
            break;
        }
        if (source_ < 0 || size(i) > size(source_)) source_ = i;
    }
    if (source_ >= 0) copied_ = split_.copied(term, sources_[static_cast<std::size_t>(source_)]);
}

/// Why the head looks at the source. Every key that it sees is split: that is done once nothing has changed
/// for a frame.
void AttributionPanel::split_score(const View& v) {
    if (score_is_due_) {
        score_is_due_ = false;
        return request_frame();
    }
    const auto unfold = static_cast<int>(options_.unfold);
    if ((has_score_ && unfold == unfolded_) || source_ < 0 || v.snapshot.playing) return;
    const AttributionTerm& term = split_.terms()[static_cast<std::size_t>(part_)];
    if (term.part != AttributionTerm::Part::head) return;
    score_.unfold(unfolded_ = unfold);
    score_.look_at(
        v.trace(),
        {term.layer, term.index, split_.target().row, sources_[static_cast<std::size_t>(source_)].row}, true);
    has_score_ = true;
}

/// Asks what switching parts off does to the row that stays in view: the pinned token's or the last one.
void AttributionPanel::ask_effects(const View& v, const Selection& selection, Commands& commands) {
    if (v.run.id != Run::k_text || v.snapshot.playing || !v.snapshot.is_settled) return;
    const int pinned = selection.pinned_token, row = pinned >= 0 && pinned < v.cursor ? pinned : v.cursor - 1;
    const PartFindings* found = v.snapshot.part_findings.get();
    if ((found && found->row == row) || asked_at_ == v.snapshot.n_applied) return;
    asked_at_ = v.snapshot.n_applied;
    commands.post(command::FindPartEffects{row});
}

const PartFindings* AttributionPanel::effects_of(const View& v) const {
    const PartFindings* found = v.snapshot.part_findings.get();
    return found && found->run == v.run.trace && found->row == split_.target().row ? found : nullptr;
}

void AttributionPanel::draw_header(const View& v, Commands& commands) {
    const AttributionTarget& target = split_.target();
    const HeaderPlace place =
        header_place_beside(title(), segmented_control_width(k_forms, ControlSize::small));
    const std::string& here = label_at(v.run, target.row);
    const char* where = v.config().fills_in() ? "in the place of" : "after";
    panel_header(
        title(),
        target.against < 0
            ? line_("why “{}” {} “{}” (row {})? what every part wrote into its logit",
                    token_labels().label(v.run, target.token), where, here, target.row)
            : line_(
                  "why “{}” and not “{}” {} “{}” (row {})? what every part wrote into the difference of the "
                  "two logits",
                  token_labels().label(v.run, target.token), token_labels().label(v.run, target.against),
                  where, here, target.row),
        place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    int form = target.against < 0;
    if (segmented_control("of", form, k_forms, ControlSize::small))
        commands.post(command::SetView{"Attribution", "against", form == 1 ? "-2" : "-1"});
}

void AttributionPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const ImVec2 start = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const std::string why = v.cursor < 1 ? "" : Attribution::why_not(v.trace());
    if (v.cursor < 1 || !why.empty()) {
        panel_header(title(), about());
        if (!why.empty()) wrapped_text("Missing: " + why + ".", room.x, theme().muted);
        return;
    }
    split(v, target_of(v, std::max(selection.token_in_view(v.cursor), 0)));
    look_into();
    split_score(v);
    ask_effects(v, selection, commands);
    draw_header(v, commands);
    const float width = std::max(room.x, px(260)), height = std::max(room.y, px(160));
    const AttributionScene scene{v,     selection, commands, split_, effects_of(v),
                                 part_, source_,   sources_, copied_};
    draw_pictures(scene,
                  {{start.x, ImGui::GetCursorScreenPos().y + px(4)}, {start.x + width, start.y + height}});
    ImGui::SetCursorScreenPos(start);
    ImGui::Dummy({width, height});
}

void AttributionPanel::draw_pictures(const AttributionScene& s, const UiRect& area) {
    const bool has_side = area.width() >= px(k_least_with_side),
               has_tables = area.height() >= px(k_least_with_tables);
    const float right = has_side ? area.max.x - px(k_side + k_gap) : area.max.x,
                bottom = has_tables ? area.max.y - std::floor(area.height() * k_tables) : area.max.y;
    const int hovered = waterfall_.draw(s, {area.min, {right, bottom}});
    if (has_side) {
        const UiRect side{{right + px(k_gap), area.min.y}, area.max},
            lower{{side.min.x, side.max.y - px(k_proof)}, side.max};
        tables_.draw_candidates(s, {side.min, {side.max.x, lower.min.y - px(20)}});
        if (has_tables)
            tables_.draw_proof(s, lower);
        else
            tables_.draw_sources(s, lower);
    }
    if (has_tables) draw_tables(s, {{area.min.x, bottom + px(14)}, {right, area.max.y}});
    if (hovered >= 0)
        explain(s.view, s.selection, hovered);
    else if (options_.part >= 0 && !s.selection.pinned_cell)
        explain(s.view, s.selection, s.part);
}

/// What the head read, why, and who had written there what it took.
void AttributionPanel::draw_tables(const AttributionScene& s, const UiRect& area) {
    const bool has_matrix = area.width() >= px(k_least_with_matrix) && s.is_head();
    const float gap = px(k_gap), width = (area.width() - gap) / 2,
                sources = has_matrix ? std::max((area.width() - 2 * gap) * 0.3f, px(250)) : width,
                copied = has_matrix ? px(k_copied) : width;
    tables_.draw_sources(s, {area.min, {area.min.x + sources, area.max.y}});
    tables_.draw_copied(s, {{area.max.x - copied, area.min.y}, area.max});
    if (has_matrix)
        matrix_.draw(s, has_score_ ? &score_ : nullptr,
                     {{area.min.x + sources + gap, area.min.y}, {area.max.x - copied - gap, area.max.y}});
}

/// The term as a formula, for the formula bar.
void AttributionPanel::explain(const View& v, Selection& selection, int term) {
    if (explained_ != term) {
        explained_ = term;
        spelling_ = std::make_shared<Spelling>(
            spell_term(v.run, split_, split_.terms()[static_cast<std::size_t>(term)]));
    }
    selection.derived.set(spelling_);
}

} // namespace

std::unique_ptr<Panel> make_attribution_panel() { return std::make_unique<AttributionPanel>(); }

} // namespace gf::ui
