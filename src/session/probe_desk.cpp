#include "session/probe_desk.h"

#include "measures/probe_text.h"
#include "platform/error.h"

namespace gf {
namespace {

/// @throws Error when the model cannot read the text
std::vector<int> tokens_of_probe(const Model& model, const std::string& text) {
    const ModelConfig& c = model.config();
    if (c.has_encoder())
        throw Error({"probe", "a model that reads its own text alone", "one with an encoder", ""});
    if (text.empty()) return probe_tokens(c, bos_id(model));
    std::vector<int> tokens = encode_prompt(model, text);
    if (static_cast<int>(tokens.size()) > c.n_ctx)
        throw Error({"probe", "at most " + std::to_string(c.n_ctx) + " tokens (the model's context)",
                     std::to_string(tokens.size()), "shorten it"});
    return tokens;
}

} // namespace

void ProbeDesk::want(const Model& model, const std::string& text) {
    tokens_of_probe(model, text);
    is_on_ = true;
    text_ = text;
}

void ProbeDesk::update(const std::shared_ptr<const Model>& model, std::size_t trace_budget) {
    if (!is_on_) {
        run_.reset();
        model_.reset();
        return;
    }
    if (model == model_ && text_ == run_text_) return;
    run_.reset();
    model_ = model;
    run_text_ = text_;
    if (!model) return;
    try {
        run_ = std::make_unique<Donor>(DonorText{.model = model, .tokens = tokens_of_probe(*model, text_)},
                                       trace_budget);
    } catch (const Error&) {
        is_on_ = false; // the text was for another model
    }
}

void ProbeDesk::publish(Snapshot::Probe& out) const {
    out = {};
    out.on = is_on_;
    if (!run_) return;
    out.model = model_;
    out.trace = run_->trace();
    out.rows = run_->rows();
    out.n_tokens = run_->n_tokens();
}

} // namespace gf
