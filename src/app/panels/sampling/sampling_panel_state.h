#pragma once
// What the sampling panel shows: the chain with and without the stage in focus, the token in hand, the
// thousand resamples.

#include "app/panels/sampling/derivation.h"
#include "app/view/next_draw.h"
#include "app/widgets/line_buffer.h"
#include "core/sampling/resamples.h"

#include <optional>
#include <string>

namespace gf::ui {

inline constexpr int k_n_resamples = 1000;

class SamplingView {
  public:
    /// Once a frame, and again when the chain changed in it. `position`: of the token to draw.
    void update(const Snapshot& snapshot, int position);

    int position() const { return position_; }
    /// Whose logits it is drawn from.
    int row() const { return row_; }
    /// Whether the token is drawn; else it is there already, from the prompt or by hand.
    bool is_drawn() const { return is_drawn_; }

    const SamplingChain& chain() const { return next_draw().chain(); }
    const SampleStep& step() const { return next_draw().step(); }

    /// The stage whose effect is shown and that the slider sets: index in the chain; -1: the whole chain.
    int focus() const { return focus_; }
    void focus_on(int stage, const SamplingChain& in);
    /// The first of its kind; none: the whole chain.
    void focus_on_kind(std::optional<StageKind> kind) { kind_ = kind, focus_ = -1; }

    /// Without the stage in focus (of the whole chain: the raw distribution), the other stages as they are;
    /// and with it.
    double p_before(int token) const { return probability(*before_, before_record_, token); }
    double p_after(int token) const { return final_probability(step(), token); }
    double entropy_before() const {
        return before_->stages[static_cast<std::size_t>(before_record_)].entropy;
    }
    double entropy_after() const { return step().stages.back().entropy; }
    /// The largest probability before or after: where bars end.
    double most() const { return most_; }
    /// Words for before: "without top-k".
    std::string_view before_name() const { return before_name_; }

    /// The likeliest tokens, also those that were cut.
    const std::vector<int>& rows() const { return next_draw().likeliest(); }
    /// The token that stands there already (what is filled in does not), else the one that would be drawn.
    int next_token() const { return next_; }

    /// The token whose probability is derived; -1: none.
    int token() const { return token_; }
    void choose_token(int id) { token_ = id, wanted_.clear(); }
    /// By its id, or as it is written; "next": the drawn one; "none".
    void choose_token_named(std::string name) { token_ = -1, wanted_ = std::move(name); }
    const Derivation& derivation() const { return derivation_; }

    bool resampling() const { return resampling_; }
    void set_resampling(bool on) { resampling_ = on; }
    const Resamples& resamples() const { return resamples_; }

    LineBuffer line;

  private:
    void find_focus();
    void compare(const Snapshot& snapshot);
    void find_wanted(const Snapshot& snapshot);
    void resample(bool anew);

    std::optional<StageKind> kind_ = StageKind::temperature;
    int focus_ = -1;
    std::uint64_t version_ = 0; ///< of the step that all below was made for
    int compared_focus_ = -2;

    const SampleStep* before_ = nullptr;
    int before_record_ = 0;
    std::string before_name_;
    double most_ = 1;
    SamplingChain others_; ///< the chain without the stage in focus ...
    Sampler sampler_;
    SampleStep without_; ///< ... and what it gives

    int position_ = -1, row_ = -1;
    bool is_drawn_ = true;
    int next_ = -1;
    int token_ = -1;
    std::string wanted_; ///< a token by name, until it is found
    Derivation derivation_;
    bool resampling_ = false, resampled_ = false;
    Resamples resamples_;
};

} // namespace gf::ui
