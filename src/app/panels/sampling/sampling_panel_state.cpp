#include "app/panels/sampling/sampling_view.h"

#include "app/host/frame_request.h"

#include <algorithm>
#include <charconv>

namespace gf::ui {
namespace {

constexpr int k_walk_per_frame = 4096; // tokens of the ranking: well below a millisecond

/// A token by its id, or by its text with or without the space before it; -1: there is none.
int token_named(const Model& model, std::string_view name) {
    const int d_vocab = model.config().d_vocab;
    int id = -1;
    if (!name.empty() && name.front() == '#')
        name.remove_prefix(1); // as a model without tokenizer writes ids
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

void SamplingView::focus_on(int stage, const SamplingChain& in) {
    focus_ = stage;
    kind_.reset();
    if (stage >= 0) kind_ = in[static_cast<std::size_t>(stage)].kind;
}

/// The stage stays in hand wherever it stands in the chain.
void SamplingView::find_focus() {
    const auto fits = [&](const SampleStage& stage) { return stage.kind == kind_; };
    const auto in_chain = [&](int i) { return i >= 0 && i < static_cast<int>(chain().size()); };
    if (!kind_)
        focus_ = -1;
    else if (!in_chain(focus_) || !fits(chain()[static_cast<std::size_t>(focus_)])) {
        const auto at = std::find_if(chain().begin(), chain().end(), fits);
        focus_ = at == chain().end() ? -1 : static_cast<int>(at - chain().begin());
    }
}

void SamplingView::update(const Snapshot& s, int position) {
    NextDraw& draw = next_draw();
    draw.update(s, position);
    position_ = position;
    row_ = s.config().logits_row(position);
    find_focus();
    const bool is_there = !s.config().fills_in() && position < s.run().rows;
    next_ = is_there ? s.run().token(position) : step().token;
    is_drawn_ = !is_there || s.run().origin(position).kind == TokenOrigin::Kind::drawn;
    const bool anew = version_ != draw.version();
    if (anew || compared_focus_ != focus_) compare(s);
    if (!wanted_.empty()) find_wanted(s);
    if (token_ >= s.config().d_vocab) token_ = -1;
    if (token_ >= 0 && (anew || derivation_.token != token_)) derivation_ = derive(step(), token_);
    if (token_ < 0) derivation_.token = -1;
    resample(anew);
    version_ = draw.version();
    compared_focus_ = focus_;
}

/// The distribution without the stage in focus.
void SamplingView::compare(const Snapshot& s) {
    const int last = static_cast<int>(step().stages.size()) - 1;
    const bool on = focus_ >= 0 && chain()[static_cast<std::size_t>(focus_)].on;
    before_ = &next_draw().step();
    before_record_ = focus_ < 0 ? 0 : last;
    before_name_ = "raw";
    if (focus_ >= 0)
        before_name_ = "without " + std::string(short_name(chain()[static_cast<std::size_t>(focus_)].kind));
    const bool is_last = on && std::none_of(chain().begin() + focus_ + 1, chain().end(),
                                            [](const SampleStage& x) { return x.on; });
    if (is_last) { // what it was given
        before_record_ = last - 1;
    } else if (on) {
        others_ = chain();
        others_[static_cast<std::size_t>(focus_)].on = false;
        const real* logits = s.trace().row(Site::logits, -1, row_);
        sampler_.sample({logits, static_cast<std::size_t>(s.config().d_vocab)},
                        {s.trace().tokens(), static_cast<std::size_t>(s.cursor)}, others_, step().key,
                        without_);
        before_ = &without_;
        before_record_ = static_cast<int>(without_.stages.size()) - 1;
    }
    most_ = 0;
    const auto look = [&](int id) { most_ = std::max({most_, p_before(id), p_after(id)}); };
    const auto likeliest = [&](Sampler& sampler, const SampleStep& of) {
        if (const auto alive = sampler.alive(of, 1); !alive.empty()) look(alive[0]);
    };
    likeliest(next_draw().sampler(), step());
    if (before_ == &without_) likeliest(sampler_, without_);
    const bool reordered = step().stages.back().penalised &&
                           !before_->stages[static_cast<std::size_t>(before_record_)].penalised;
    if (reordered)
        look(static_cast<int>(std::max_element(step().logits.begin(), step().logits.end()) -
                              step().logits.begin()));
    if (!(most_ > 0)) most_ = 1;
}

void SamplingView::find_wanted(const Snapshot& s) {
    token_ = wanted_ == "none" ? -1 : wanted_ == "next" ? next_ : token_named(*s.model, wanted_);
    wanted_.clear();
}

void SamplingView::resample(bool anew) {
    if (!resampling_) {
        resampled_ = false;
        return;
    }
    NextDraw& draw = next_draw();
    if (anew || !resampled_)
        resamples_.begin(draw.step().key, k_n_resamples, static_cast<int>(draw.step().logits.size()));
    resampled_ = true;
    if (!resamples_.done() && !resamples_.advance(draw.sampler(), draw.step(), k_walk_per_frame))
        request_frame();
}

} // namespace gf::ui
