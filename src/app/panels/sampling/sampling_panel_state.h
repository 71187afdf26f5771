#pragma once
// What the parts of the Sampling panel share: the distribution with and without the stage in focus, the token
// that a person chose, its derivation, and the thousand resamples. Owned by the Sampling panel.

#include "app/panels/sampling/probability_derivation.h"
#include "app/view/sampling_preview.h"
#include "app/widgets/line_buffer.h"
#include "core/sampling/resamples.h"

#include <optional>
#include <string>

namespace gf::ui {

inline constexpr int k_n_resamples = 1000;

class SamplingPanelState {
  public:
    /// Called once a frame, and again when the chain changed in it. `position` is that of the token to draw.
    void update(const View& view, int position);

    /// Where the token is drawn, and the row of logits that it is drawn from.
    int position() const { return position_; }
    int logits_row() const { return logits_row_; }
    /// False if the token at position() is there already and was not drawn: from the prompt, or by hand.
    bool token_is_drawn() const { return token_is_drawn_; }

    const SamplingChain& chain() const { return sampling_preview().chain(); }
    const SampleStep& step() const { return sampling_preview().step(); }

    /// The stage whose effect is shown and that the slider sets: its index in the chain; -1: the whole chain.
    int focused_stage() const { return focused_stage_; }
    std::optional<StageKind> focused_kind() const { return focused_kind_; } ///< nullopt: the whole chain
    void focus_on_stage(int stage, const SamplingChain& chain);
    /// Focuses on the first stage of this kind; nullopt: the whole chain.
    void focus_on_first_of_kind(std::optional<StageKind> kind) { focused_kind_ = kind, focused_stage_ = -1; }

    // "Before" is the distribution without the stage in focus, all other stages as they are; if the whole
    // chain is in focus, the raw distribution. "After" is the distribution of the whole chain.
    double p_before(int token) const { return probability(*before_step_, before_record_, token); }
    double p_after(int token) const { return final_probability(step(), token); }
    /// Bits.
    double entropy_before() const {
        return before_step_->stages[static_cast<std::size_t>(before_record_)].entropy;
    }
    double entropy_after() const { return step().stages.back().entropy; }
    /// The largest probability before or after: the one whose bar has the full length.
    double max_probability() const { return max_probability_; }
    /// What the distribution before is called: "raw", "without top-k".
    std::string_view before_name() const { return before_name_; }

    /// The rows of the table: the likeliest tokens, also those that were cut.
    const std::vector<int>& likeliest_tokens() const { return sampling_preview().likeliest(); }
    /// The token that follows in the text already, else the one that would be drawn. A model that fills in
    /// always has the drawn one.
    int next_token() const { return next_token_; }
    /// Whether the next token was drawn otherwise: under the chain as it is, its random number gives another.
    bool would_draw_another() const { return token_is_drawn_ && next_token_ != step().token; }

    /// The token whose probability is derived; -1: none.
    int chosen_token() const { return chosen_token_; }
    void choose_token(int id) { chosen_token_ = id, wanted_token_name_.clear(); }
    /// Chooses a token by its id or its text, "next" for next_token(), or "none". It is looked up in the next
    /// update().
    void choose_token_by_name(std::string name) { chosen_token_ = -1, wanted_token_name_ = std::move(name); }
    /// Whether a token that was chosen by name is not looked up yet.
    bool is_looking_for_token() const { return !wanted_token_name_.empty(); }
    const Derivation& derivation() const { return derivation_; }

    bool resampling() const { return resampling_; }
    void set_resampling(bool on) { resampling_ = on; }
    const Resamples& resamples() const { return resamples_; }

    LineBuffer format; ///< for the texts of all parts

  private:
    void find_focused_stage();
    void compare(const View& view);
    void find_distribution_before(const View& view);
    void find_max_probability();
    void find_wanted_token(const View& view);
    void resample(bool step_changed);

    std::optional<StageKind> focused_kind_ = StageKind::temperature;
    int focused_stage_ = -1;

    // What the comparison was made for.
    std::uint64_t compared_version_ = 0; ///< SamplingPreview::version()
    int compared_stage_ = -2;            ///< a value of focused_stage_; -2: nothing was compared yet

    const SampleStep* before_step_ = nullptr; ///< that of the preview, or step_without_focus_
    int before_record_ = 0;                   ///< index in before_step_->stages
    std::string before_name_;
    double max_probability_ = 1;
    SamplingChain chain_without_focus_; ///< the chain with the stage in focus off
    Sampler sampler_without_focus_;
    SampleStep step_without_focus_; ///< what that chain gives

    int position_ = -1, logits_row_ = -1;
    bool token_is_drawn_ = true;
    int next_token_ = -1;
    int chosen_token_ = -1;
    std::string wanted_token_name_; ///< set by choose_token_by_name() and not looked up yet
    Derivation derivation_;
    bool resampling_ = false, resamples_begun_ = false;
    Resamples resamples_;
};

} // namespace gf::ui
