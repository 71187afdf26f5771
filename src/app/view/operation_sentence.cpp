#include "app/view/operation_sentence.h"

#include "app/view/sampling_preview.h"
#include "app/view/token_labels.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

double length_of(std::span<const real> x) {
    double squares = 0;
    for (const real value : x) squares += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(squares);
}

std::size_t largest_of(std::span<const real> x) {
    return static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
}

/// Writes the sentences. One function for each group of sites that do the same kind of thing.
class Sentence {
  public:
    Sentence(const View& view, const Selection& selection, SiteRef site, fmt::memory_buffer& out)
        : v_(view), site_(site), values_(view.values, site), out_(out),
          row_(selection.token_in_view(view.cursor)), head_(head_of(selection.head_in_view().head)) {}

    void write() {
        if (!values_.exists()) return say("It cannot be shown: {}.", values_.missing());
        if (row_axis(site_.site) != Axis::pos && !has_key_axis(site_.site))
            return say("{}.", site_words(v_.config(), site_.site).what);
        switch (site_.site) {
        case Site::embed:
            return say("The token {} is looked up in a table: a vector of {} numbers, length {:.3g}.",
                       token(row_), values_.columns(), length());
        case Site::pos_embed:
            return say(
                "The vector of its place, {}, is looked up: {} numbers, length {:.3g}. Both are added.", row_,
                values_.columns(), length());
        case Site::rot_q:
        case Site::rot_k:
            if (v_.config().layer(site_.layer).positions != Positions::rope)
                return say("This layer has no positions: it stays as it is, of length {:.3g}.", length());
            return say("RoPE turns it by angles that grow with its place, {}; its length stays {:.3g}.", row_,
                       length());
        case Site::q_norm_scale:
        case Site::k_norm_scale:
            return say("The norm measures how long the {} of {} is: {:.3g}, by which it is divided.",
                       site_.site == Site::q_norm_scale ? "query" : "key", token(row_),
                       static_cast<double>(row()[0]));
        case Site::norm_q:
        case Site::norm_k:
            return say("Divided by its size, and with a gain, the {} of {} has length {:.3g}.",
                       site_.site == Site::norm_q ? "query" : "key", token(row_), length());
        case Site::attn_raw:
        case Site::mlp_raw:
            return say("{} gives {} a vector of length {:.3g}; a norm stands before it is added.",
                       site_.site == Site::attn_raw ? "Attention" : "The MLP", token(row_), length());
        case Site::ln1_post_scale:
        case Site::ln2_post_scale:
            return say("The norm measures how large what is to be added is: {:.3g}, by which it is divided.",
                       static_cast<double>(row()[0]));
        case Site::ln1_post_normalized:
        case Site::ln2_post_normalized:
            return say("Divided by its size, what is to be added has length {:.3g}; gains follow.", length());
        case Site::attn_scores: return scores();
        case Site::pattern: return weights();
        case Site::z: return mixed_values();
        case Site::attn_out:
            return say("What all {} heads found is joined and written to the stream of {}: a vector of "
                       "length {:.3g}.",
                       v_.config().n_heads, token(row_), length());
        case Site::expert_weights: return experts();
        case Site::mlp_out:
            return say("The MLP writes a vector of length {:.3g} to the stream of {}.", length(),
                       token(row_));
        case Site::logits: return logits();
        default: break;
        }
        switch (site_row(site_.site).family) {
        case SiteFamily::residual: return stream();
        case SiteFamily::norm: return norm();
        case SiteFamily::query:
            return say("Head {} makes of {} a query: what it looks for, {} numbers, length {:.3g}.", head_,
                       token(row_), values_.columns(), length());
        case SiteFamily::key:
            return say("{} gets a key: by what it is found, {} numbers, length {:.3g}.", token(row_),
                       values_.columns(), length());
        case SiteFamily::value:
            return say("{} gets a value: what it hands on, {} numbers, length {:.3g}.", token(row_),
                       values_.columns(), length());
        case SiteFamily::mlp: return neurons();
        default: return say("{}: length {:.3g}.", site_words(v_.config(), site_.site).what, length());
        }
    }

    /// What the mask does to the row's scores: the keys that are hidden have none, so softmax gives them 0.
    void write_mask() {
        const Trace& trace = v_.trace();
        const int n_keys = has_source_keys(site_.site) ? v_.source->rows : v_.cursor;
        int hidden = 0, first = -1;
        for (int key = 0; key < n_keys; ++key)
            if (!trace.visible(site_.site, site_.layer, head_, row_, key)) {
                if (hidden++ == 0) first = key;
            }
        if (hidden == 0)
            return say("The mask hides nothing from {}: all {} tokens keep their scores.", token(row_),
                       n_keys);
        say("The mask hides {} of {} tokens from {}, {} first: their scores become −∞, so that softmax gives "
            "them exactly 0.",
            hidden, n_keys, token(row_), key_token(first));
    }

  private:
    template <class... Args>
    void say(fmt::format_string<Args...> words, Args&&... args) {
        fmt::format_to(std::back_inserter(out_), words, std::forward<Args>(args)...);
    }
    int head_of(int head) const {
        const int n = values_.exists() ? values_.heads() : 1;
        return n == v_.config().n_kv_heads && n < v_.config().n_heads ? head / v_.config().group_size()
                                                                      : std::min(head, n - 1);
    }
    const std::string& token(int position) const { return label_at(v_.run, position); }
    const std::string& key_token(int key) const { return label_at(v_.run_of_keys(site_.site), key); }
    /// The row in view, of one head where there are heads.
    std::span<const real> row() { return values_.row(head_, row_, scratch_); }
    double length() { return length_of(row()); }

    void stream() {
        const std::span<const real> x = row();
        say("The stream of {} carries all that was written so far: {} numbers, length {:.3g}.", token(row_),
            x.size(), length_of(x));
    }
    void norm() {
        const std::span<const real> x = row();
        if (x.size() == 1)
            return say("The norm measures how large the stream of {} is: {:.3g}, by which it is divided.",
                       token(row_), static_cast<double>(x[0]));
        say("Divided by its size, the stream of {} has length {:.3g}: the next part reads this.", token(row_),
            length_of(x));
    }
    /// A row of scores or weights up to its last key, hidden keys being -infinity.
    void scores() {
        const std::span<const real> x = row();
        if (x.empty()) return say("{} may look at nothing.", token(row_));
        const std::size_t best = largest_of(x);
        say("Head {}: the query of {} meets each key; it fits {} best, with the score {:.3g}.", head_,
            token(row_), key_token(static_cast<int>(best)), static_cast<double>(x[best]));
    }
    void weights() {
        const std::span<const real> x = row();
        if (x.empty()) return say("{} may look at nothing.", token(row_));
        const std::size_t best = largest_of(x);
        double sum = 0;
        for (const real weight : x) sum += std::isfinite(weight) ? static_cast<double>(weight) : 0;
        say("Softmax makes weights of the scores, {:.2f} in all: {} listens to {} with {:.2f}.", sum,
            token(row_), key_token(static_cast<int>(best)), static_cast<double>(x[best]));
    }
    void mixed_values() {
        const SiteValues pattern(v_.values, {Site::pattern, site_.layer});
        std::vector<real> scratch;
        if (!pattern.exists()) return say("The values are mixed by their weights: length {:.3g}.", length());
        const std::span<const real> x = pattern.row(head_, row_, scratch);
        const std::size_t best = x.empty() ? 0 : largest_of(x);
        say("Head {} mixes the values by these weights, most of all that of {}: {} numbers, length {:.3g}.",
            head_, token(static_cast<int>(best)), values_.columns(), length());
    }
    void neurons() {
        const std::span<const real> x = values_.whole_row(row_, scratch_);
        if (x.empty()) return;
        const std::size_t best = largest_of(x);
        const auto above = std::count_if(x.begin(), x.end(), [](real value) { return value > 0; });
        say("{} of {} neurons are above 0 at {}; the strongest, {}, has {:.3g}.", above, x.size(),
            token(row_), best, static_cast<double>(x[best]));
    }
    void experts() {
        std::vector<real> gates(static_cast<std::size_t>(values_.columns()) *
                                static_cast<std::size_t>(values_.heads()));
        const std::span<const real> x = values_.whole_row(row_, gates);
        const std::size_t best = largest_of(x);
        say("The router sends {} to expert {} with the weight {:.2f}.", token(row_), expert_in(best),
            static_cast<double>(x[best]));
    }
    /// The expert in a slot, where slots are what the weights count.
    std::size_t expert_in(std::size_t slot) const {
        const SiteValues chosen(v_.values, {Site::expert_indices, site_.layer});
        std::vector<real> scratch;
        if (!chosen.exists() || slot >= static_cast<std::size_t>(chosen.columns() * chosen.heads()))
            return slot;
        return static_cast<std::size_t>(chosen.whole_row(row_, scratch)[slot]);
    }
    void logits() {
        const std::span<const real> x = values_.whole_row(row_, scratch_);
        const std::size_t best = largest_of(x);
        double sum = 0;
        for (const real logit : x) sum += std::exp(static_cast<double>(logit - x[best]));
        say("Each of {} tokens gets a score; {} has the highest, {:.3g}: a chance of {:.1f} % before "
            "sampling.",
            x.size(), token_labels().label(static_cast<int>(best)), static_cast<double>(x[best]), 100 / sum);
    }

    const View& v_;
    SiteRef site_;
    SiteValues values_;
    fmt::memory_buffer& out_;
    int row_, head_;
    std::vector<real> scratch_;
};

void write_stage(const View& v, const Selection& selection, const Operation& o, fmt::memory_buffer& out) {
    const auto to = std::back_inserter(out);
    SamplingPreview& preview = sampling_preview();
    preview.update(v, sampled_position(v, selection));
    const SampleStep& step = preview.step();
    const auto is_it = [&](const StageRecord& r) { return static_cast<int>(r.stage.kind) == o.part; };
    const auto stage = std::find_if(step.stages.begin() + 1, step.stages.end(), is_it);
    if (stage == step.stages.end()) return void(fmt::format_to(to, "It is switched off."));
    const int index = static_cast<int>(stage - step.stages.begin()), best = preview.likeliest().front();
    fmt::format_to(to, "{} = {:.3g} leaves {} tokens in the draw", name(stage->stage.kind),
                   stage->stage.value, stage->n_alive);
    if (stage->n_cut > 0) fmt::format_to(to, " and removes {}", stage->n_cut);
    fmt::format_to(to, "; {} had {:.1f} % before it and has {:.1f} % now.", token_labels().label(best),
                   100 * probability(step, index - 1, best), 100 * probability(step, index, best));
}

void write_draw(const View& v, const Selection& selection, fmt::memory_buffer& out) {
    SamplingPreview& preview = sampling_preview();
    preview.update(v, sampled_position(v, selection));
    const SampleStep& step = preview.step();
    fmt::format_to(
        std::back_inserter(out),
        "The random number {:.4f} falls on {}, whose part of the line goes from {:.4f} to {:.4f}: it is "
        "the next token.",
        step.u, token_labels().label(step.token), step.cumulative,
        step.cumulative + final_probability(step, step.token));
}

} // namespace

std::string operation_title(const View& v, const Operation& o) {
    if (o.part == Operation::k_draw) return "the draw";
    if (o.part == Operation::k_mask) return fmt::format("layer {}, mask", o.site.layer);
    if (o.part != Operation::k_none) return std::string(name(static_cast<StageKind>(o.part)));
    const std::string words(site_words(v.config(), o.site.site).name);
    return o.site.layer < 0 ? words : fmt::format("layer {}, {}", o.site.layer, words);
}

void write_operation_sentence(const View& v, const Selection& selection, const Operation& o,
                              fmt::memory_buffer& out) {
    if (v.cursor < 1) return;
    if (o.part == Operation::k_draw) return write_draw(v, selection, out);
    if (o.part == Operation::k_mask) return Sentence(v, selection, o.site, out).write_mask();
    if (o.part != Operation::k_none) return write_stage(v, selection, o, out);
    Sentence(v, selection, o.site, out).write();
}

} // namespace gf::ui
