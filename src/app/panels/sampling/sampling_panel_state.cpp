#include "app/panels/sampling/sampling_panel_state.h"

#include "app/host/frame_request.h"
#include "app/panels/sampling/stage_names.h"

#include <algorithm>
#include <charconv>

namespace gf::ui {
namespace {

/// Tokens of the ranking that resampling walks over in one frame: well below a millisecond.
constexpr int k_resampled_tokens_per_frame = 4096;

/// A token by its id, or by its text with or without the space before it; -1: there is none.
int find_token(const Model& model, std::string_view name) {
    const int d_vocab = model.config().d_vocab;
    // Models without a tokenizer write ids as "#17".
    if (!name.empty() && name.front() == '#') name.remove_prefix(1);
    int id = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error == std::errc() && end == name.data() + name.size() && id >= 0 && id < d_vocab) return id;
    for (id = 0; id < d_vocab; ++id) {
        const std::string label = token_label(model, id);
        if (label == name ||
            (!label.empty() && label.front() == ' ' && std::string_view(label).substr(1) == name))
            return id;
    }
    return -1;
}

} // namespace

void SamplingPanelState::focus_on_stage(int stage, const SamplingChain& chain) {
    focused_stage_ = stage;
    focused_kind_.reset();
    if (stage >= 0) focused_kind_ = chain[static_cast<std::size_t>(stage)].kind;
}

/// The focus follows the stage wherever it stands in the chain.
void SamplingPanelState::find_focused_stage() {
    const auto is_wanted = [&](const SampleStage& stage) { return stage.kind == focused_kind_; };
    const auto in_chain = [&](int i) { return i >= 0 && i < static_cast<int>(chain().size()); };
    if (!focused_kind_) {
        focused_stage_ = -1;
    } else if (!in_chain(focused_stage_) || !is_wanted(chain()[static_cast<std::size_t>(focused_stage_)])) {
        const auto at = std::find_if(chain().begin(), chain().end(), is_wanted);
        focused_stage_ = at == chain().end() ? -1 : static_cast<int>(at - chain().begin());
    }
}

void SamplingPanelState::update(const View& v, int position) {
    SamplingPreview& preview = sampling_preview();
    preview.update(v, position);
    position_ = position;
    logits_row_ = v.config().logits_row(position);
    find_focused_stage();
    const bool is_written = !v.config().fills_in() && position < v.run.rows_wanted;
    next_token_ = is_written ? v.run.token(position) : step().token;
    token_is_drawn_ = !is_written || v.run.origin(position).kind == TokenOrigin::Kind::drawn;
    const bool step_changed = compared_version_ != preview.version();
    if (step_changed || compared_stage_ != focused_stage_) compare(v);
    if (!wanted_token_name_.empty()) find_wanted_token(v);
    if (chosen_token_ >= v.config().d_vocab) chosen_token_ = -1;
    if (chosen_token_ >= 0 && (step_changed || derivation_.token != chosen_token_))
        derivation_ = derive_probability(step(), chosen_token_);
    if (chosen_token_ < 0) derivation_.token = -1;
    resample(step_changed);
    compared_version_ = preview.version();
    compared_stage_ = focused_stage_;
}

void SamplingPanelState::compare(const View& v) {
    find_distribution_before(v);
    find_max_probability();
}

void SamplingPanelState::find_distribution_before(const View& v) {
    before_step_ = &sampling_preview().step();
    before_record_ = 0;
    before_name_ = "raw";
    if (focused_stage_ < 0) return;
    const auto focus = static_cast<std::size_t>(focused_stage_);
    const int last = static_cast<int>(step().stages.size()) - 1;
    before_record_ = last;
    before_name_ = "without " + std::string(short_stage_name(chain()[focus].kind));
    if (!chain()[focus].on) return;
    const bool is_last = std::none_of(chain().begin() + focused_stage_ + 1, chain().end(),
                                      [](const SampleStage& stage) { return stage.on; });
    if (is_last) { // the distribution before it is what the stage was given
        before_record_ = last - 1;
        return;
    }
    chain_without_focus_ = chain();
    chain_without_focus_[focus].on = false;
    const real* logits = v.trace().row(Site::logits, -1, logits_row_);
    sampler_without_focus_.sample({logits, static_cast<std::size_t>(v.config().d_vocab)},
                                  {v.trace().tokens(), static_cast<std::size_t>(v.cursor)},
                                  chain_without_focus_, step().key, step_without_focus_);
    before_step_ = &step_without_focus_;
    before_record_ = static_cast<int>(step_without_focus_.stages.size()) - 1;
}

void SamplingPanelState::find_max_probability() {
    max_probability_ = 0;
    const auto include = [&](int id) {
        max_probability_ = std::max({max_probability_, p_before(id), p_after(id)});
    };
    const auto include_likeliest = [&](Sampler& sampler) {
        if (const auto alive = sampler.alive_tokens(1); !alive.empty()) include(alive[0]);
    };
    include_likeliest(sampling_preview().sampler());
    if (before_step_ == &step_without_focus_) include_likeliest(sampler_without_focus_);
    // A repetition penalty may have made another token the likeliest one.
    const bool reordered = step().stages.back().penalised &&
                           !before_step_->stages[static_cast<std::size_t>(before_record_)].penalised;
    if (reordered) {
        const std::vector<real>& logits = step().logits;
        include(static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
    }
    if (!(max_probability_ > 0)) max_probability_ = 1;
}

void SamplingPanelState::find_wanted_token(const View& v) {
    chosen_token_ = wanted_token_name_ == "none"   ? -1
                    : wanted_token_name_ == "next" ? next_token_
                                                   : find_token(*v.run.model, wanted_token_name_);
    wanted_token_name_.clear();
}

/// Walks on through the resamples, a piece per frame.
void SamplingPanelState::resample(bool step_changed) {
    if (!resampling_) {
        resamples_begun_ = false;
        return;
    }
    SamplingPreview& preview = sampling_preview();
    if (step_changed || !resamples_begun_)
        resamples_.begin(preview.step().key, k_n_resamples, static_cast<int>(preview.step().logits.size()));
    resamples_begun_ = true;
    if (!resamples_.done() &&
        !resamples_.advance(preview.sampler(), preview.step(), k_resampled_tokens_per_frame))
        request_frame();
}

} // namespace gf::ui
