#include "measures/part_effects.h"

#include "core/edits_within.h"
#include "core/passes/forward.h"

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

using Part = AttributionTerm::Part;

std::vector<PartFindings::Effect> parts_of(const Trace& run) {
    const ModelConfig& c = run.config();
    std::vector<PartFindings::Effect> parts;
    const auto add = [&](Part part, int layer, int head) { parts.push_back({{part, layer, head}, {}}); };
    add(Part::embedding, -1, -1);
    if (run.has(Site::pos_embed)) add(Part::position, -1, -1);
    for (int l = 0; l < c.n_layers; ++l) {
        for (int h = 0; h < c.n_heads; ++h) add(Part::head, l, h);
        for (int h = 0; run.source() && h < c.n_heads; ++h) add(Part::source_head, l, h);
        if (c.layer(l).mlp != MlpKind::none) add(Part::mlp, l, -1);
    }
    return parts;
}

} // namespace

SwitchedPart part_of(const AttributionTerm& term) {
    switch (term.part) {
    case Part::head:
    case Part::source_head: return {term.part, term.layer, term.index};
    case Part::mlp:
    case Part::expert: return {Part::mlp, term.layer, -1};
    case Part::embedding:
    case Part::position: return {term.part, -1, -1};
    case Part::bias:
    case Part::edits: break;
    }
    return {Part::embedding, -2, -1};
}

Edit switched_off(const SwitchedPart& part) {
    const auto site = [&] {
        switch (part.part) {
        case Part::head: return Site::z;
        case Part::source_head: return Site::cross_z;
        case Part::position: return Site::pos_embed;
        case Part::mlp: return Site::mlp_out;
        default: return Site::embed;
        }
    };
    Edit off;
    off.range.site = site();
    off.range.layer = part.layer;
    if (part.head >= 0) off.range.head_begin = part.head, off.range.head_end = part.head + 1;
    off.values = {0};
    return off;
}

const PartFindings::Effect* PartFindings::effect_of(const AttributionTerm& term) const {
    const auto effect = std::ranges::find(effects, part_of(term), &Effect::part);
    return effect != effects.end() && !effect->logits.empty() ? &*effect : nullptr;
}

double PartFindings::fall(const Effect& effect, const AttributionTarget& target) const {
    const real* now = run->row(Site::logits, -1, row);
    const double cap = run->config().logit_cap;
    const auto before_cap = [&](real logit) { // what attributions are of
        const auto x = static_cast<double>(logit);
        return cap > 0 ? cap * std::atanh(std::clamp(x / cap, -0.9999999, 0.9999999)) : x;
    };
    const auto fall_of = [&](int token) {
        return before_cap(now[token]) - before_cap(effect.logits[static_cast<std::size_t>(token)]);
    };
    return fall_of(target.token) - (target.against >= 0 ? fall_of(target.against) : 0);
}

void PartEffects::look_at(const std::shared_ptr<const Trace>& run, int row) {
    if (!run || row < 0 || !run->config().has_logits()) {
        *this = {};
        return;
    }
    if (found_ && found_->run == run && found_->row == row) return;
    auto found = std::make_shared<PartFindings>();
    found->run = run, found->row = row;
    found->effects = parts_of(*run);
    found_ = std::move(found);
    next_ = 0;
    running_.reset();
}

void PartEffects::advance(int max_rows) {
    if (!is_behind()) return;
    const Trace& asked = *found_->run;
    // Rows behind the one that is asked about count only where earlier rows read them.
    const bool whole = asked.plan().looks_ahead() || asked.plan().needs_whole_segments();
    const int n = whole ? asked.n_tokens() : found_->row + 1;
    if (!running_) {
        RunSetup setup = asked.setup();
        setup.edits.push_back(switched_off(found_->effects[next_].part));
        setup.edits = edits_within(setup.edits, asked.config(), n);
        running_ = std::make_shared<Trace>(asked.shared_weights(),
                                           TraceShape{n, Keep::residual, asked.shape().stack},
                                           std::move(setup), asked.shared_source());
        running_->append({asked.tokens(), static_cast<std::size_t>(n)});
        n_running_rows_ = 0;
    }
    const int end = whole ? n : std::min(n, n_running_rows_ + max_rows);
    forward(*running_, n_running_rows_, end);
    n_running_rows_ = end;
    if (end < n) return;
    auto found = std::make_shared<PartFindings>(*found_);
    const real* logits = running_->row(Site::logits, -1, found_->row);
    found->effects[next_].logits.assign(logits, logits + asked.config().d_vocab);
    found_ = std::move(found);
    running_.reset();
    ++next_;
}

} // namespace gf
