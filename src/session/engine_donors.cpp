// The runs that edits take values from, and what the edits become with them.

#include "core/name_matching.h"
#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>
#include <utility>

namespace gf {

/// The tokens that a donor has now.
/// @throws Error when there is no such branch or run, or its text cannot be encoded or is too long
DonorText Engine::donor_text(int run, const DonorSpec& spec) const {
    const bool is_source = run == Run::k_source;
    DonorText text{.model = state_.model, .stack = is_source ? Stack::encoder : Stack::decoder};
    if (state_.source_run && !is_source)
        text.source = state_.source_run->tokens(state_.source_run->n_tokens());
    const auto tokens_of = [](const Branch& b) { return b.tokens(b.n_tokens()); };
    switch (spec.kind) {
    case DonorSpec::Kind::prompt:
        text.tokens =
            is_source ? encode_source(*state_.model, spec.prompt) : encode_prompt(*state_.model, spec.prompt);
        break;
    case DonorSpec::Kind::branch: {
        const auto& branches = state_.text.branches();
        if (is_source || spec.branch < 0 || spec.branch >= static_cast<int>(branches.size()))
            throw Error({"donor",
                         is_source ? "a prompt or a run: a source has no branches"
                                   : "a branch from 0 to " + std::to_string(branches.size() - 1),
                         "branch " + std::to_string(spec.branch), ""});
        text.tokens = tokens_of(*branches[static_cast<std::size_t>(spec.branch)]);
        break;
    }
    case DonorSpec::Kind::run: {
        std::vector<std::string> names{is_source ? "source" : "text"};
        if (spec.run == names[0]) {
            text.tokens = tokens_of(is_source ? *state_.source_run : current());
            break;
        }
        for (const auto& other : state_.compared) {
            names.push_back(other->name());
            if (spec.run != other->name()) continue;
            text.model = other->model();
            text.tokens = is_source ? other->source_tokens() : other->tokens();
            text.source.reset();
            if (text.model->config().has_encoder() && !is_source) text.source = other->source_tokens();
        }
        if (std::find(names.begin(), names.end(), spec.run) == names.end())
            throw Error({"donor", "a run; nearest: " + nearest_names(spec.run, names), "'" + spec.run + "'",
                         "add one with add-run"});
        break;
    }
    }
    const int n = static_cast<int>(text.tokens.size()), n_ctx = text.model->config().n_ctx;
    if (n < 1 || n > n_ctx)
        throw Error({"donor", "1 to " + std::to_string(n_ctx) + " tokens (the model's context)",
                     std::to_string(n), ""});
    return text;
}

/// A donor that an edit has already, or else a new one, which is still to be computed.
std::shared_ptr<Donor> Engine::find_donor(int run, const DonorSpec& spec) const {
    DonorText text = donor_text(run, spec);
    for (const RunEdit& edit : *state_.edits.of(run))
        if (edit.donor && edit.donor->text() == text) return edit.donor;
    return std::make_shared<Donor>(std::move(text), memory_budget_);
}

/// Makes what the edits are that count now, and begins to compute those of their donors that were dropped.
void Engine::resolve_edits() {
    for (const int run : {Run::k_text, Run::k_source}) {
        std::vector<Edit>& active = active_edits_[static_cast<std::size_t>(run)];
        active.clear();
        if (!state_.edits.are_on()) continue;
        for (const RunEdit& edit : *state_.edits.of(run)) {
            if (edit.donor) edit.donor->revive();
            active.push_back(make_edit(edit.spec, edit.range, edit.donor ? edit.donor->trace() : nullptr));
        }
    }
}

/// A donor of the text whose rows are not all computed; those of the source are computed with it.
Donor* Engine::donor_behind() const {
    if (!state_.edits.are_on()) return nullptr;
    for (const RunEdit& edit : *state_.edits.of(Run::k_text))
        if (edit.donor && !edit.donor->is_complete()) return edit.donor.get();
    return nullptr;
}

} // namespace gf
